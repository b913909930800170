//! The lock and the channel.

use wasm_bindgen_test::wasm_bindgen_test as test;

use super::page::{Tab, script, wiped};
use crate::engine::tabs::LockCommand;

/// Waits until so many hold a lock, and so many wait for one. Giving one back takes the browser a
/// moment, and tells nobody.
async fn locks(held: u32, pending: u32) {
    let query = format!(
        "for (;;) {{
           const {{ held, pending }} = await navigator.locks.query();
           if (held.length === {held} && pending.length === {pending}) return;
         }}"
    );
    script("", &query).await;
}

async fn two_tabs() -> (Tab, Tab) {
    wiped(&["ann"]).await;
    let (mut first, mut second) = (Tab::new(), Tab::new());
    first.open("ann").await;
    second.open("ann").await;
    (first, second)
}

#[test]
async fn one_tab_holds_the_lock_and_hands_it_on() {
    let (first, second) = two_tabs().await;
    first.lock(LockCommand::Request);
    assert_eq!(first.hears(1).await, "granted");
    second.lock(LockCommand::Request);
    locks(1, 1).await;
    first.lock(LockCommand::Release);
    assert_eq!(second.hears(1).await, "granted");
    assert!(first.is_quiet());
    drop((first, second));
    locks(0, 0).await;
}

#[test]
async fn who_leaves_the_queue_is_not_granted_the_lock() {
    let (first, second) = two_tabs().await;
    first.lock(LockCommand::Request);
    assert_eq!(first.hears(1).await, "granted");
    second.lock(LockCommand::Request);
    second.lock(LockCommand::Release);
    locks(1, 0).await;
    first.lock(LockCommand::Release);
    locks(0, 0).await;
    assert!(second.is_quiet());
    drop(first);
}

#[test]
async fn a_stolen_lock_is_lost_and_can_be_asked_for_again() {
    let (first, second) = two_tabs().await;
    first.lock(LockCommand::Request);
    assert_eq!(first.hears(1).await, "granted");
    second.lock(LockCommand::Steal);
    assert_eq!(second.hears(1).await, "granted");
    assert_eq!(first.hears(1).await, "lock lost");
    first.lock(LockCommand::Request);
    drop(second);
    assert_eq!(first.hears(1).await, "granted");
}

#[test]
async fn a_dropped_tab_leaves_the_queue_and_gives_the_lock_back() {
    let (first, second) = two_tabs().await;
    first.lock(LockCommand::Request);
    second.lock(LockCommand::Request);
    // Before the lock was granted.
    drop(first);
    assert_eq!(second.hears(1).await, "granted");
    drop(second);
    locks(0, 0).await;
}

#[test]
async fn another_user_has_another_lock() {
    let (first, mut second) = two_tabs().await;
    second.open("bob").await;
    first.lock(LockCommand::Request);
    second.lock(LockCommand::Request);
    assert_eq!(first.hears(1).await, "granted");
    assert_eq!(second.hears(1).await, "granted");
}

#[test]
async fn where_nothing_is_open_there_is_no_lock() {
    let tab = Tab::new();
    tab.lock(LockCommand::Request);
    assert_eq!(tab.hears(1).await, "no locks");
}

#[test]
async fn a_browser_without_locks_says_so() {
    let (first, second) = two_tabs().await;
    script(
        "",
        "Object.defineProperty(navigator, 'locks', { value: undefined, configurable: true })",
    )
    .await;
    first.lock(LockCommand::Request);
    second.lock(LockCommand::Steal);
    assert_eq!(first.hears(1).await, "no locks");
    assert_eq!(second.hears(1).await, "no locks");
    script("", "delete navigator.locks").await;
}

/// Sends the page into the back-forward cache, as far as its listeners can tell, or back.
async fn page_event(name: &str) {
    let event = "dispatchEvent(new PageTransitionEvent(name, { persisted: true }))";
    script(name, event).await;
}

#[test]
async fn a_page_in_the_back_forward_cache_neither_holds_nor_awaits_the_lock() {
    let (first, second) = two_tabs().await;
    first.lock(LockCommand::Request);
    assert_eq!(first.hears(1).await, "granted");
    second.lock(LockCommand::Request);
    page_event("pagehide").await;
    assert_eq!(first.hears(1).await, "lock lost");
    first.lock(LockCommand::Request);
    locks(0, 0).await;
    page_event("pageshow").await;
    // Whoever asked, before or since, is in the queue again.
    locks(1, 1).await;
    drop((first, second));
}

#[test]
async fn what_one_tab_posts_the_others_of_its_user_hear() {
    let (first, second) = two_tabs().await;
    let mut third = Tab::new();
    third.open("bob").await;
    let message = script("", "return { type: 'ping' }").await;
    first.profile.post(&message);
    assert_eq!(second.hears(1).await, r#"posted {"type":"ping"}"#);
    let answer = script("", "return { type: 'pong' }").await;
    second.profile.post(&answer);
    assert_eq!(first.hears(1).await, r#"posted {"type":"pong"}"#);
    assert!(second.is_quiet() && third.is_quiet());
}
