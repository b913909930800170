//! IndexedDB and the journal.

use wasm_bindgen::prelude::*;
use wasm_bindgen_test::wasm_bindgen_test as test;

use super::page::{Tab, database_name, event, json, put, script, wiped};
use crate::engine::store::conformance;
use crate::engine::store::{StoreCommand, StoreEvent, StoreId, StoreOp, Table};

/// Opens a database by hand.
const BY_HAND: &str = "
    const answer = (request) => new Promise((resolve, reject) => {
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
    const open = (version, upgrade) => {
      const request = indexedDB.open(name, version);
      request.onupgradeneeded = () => upgrade(request.result);
      return answer(request);
    };
";

async fn by_hand(user: &str, body: &str) -> JsValue {
    script(&database_name(user), &format!("{BY_HAND}{body}")).await
}

#[test]
async fn it_does_what_every_store_does() {
    for case in conformance::cases::<JsValue>() {
        wiped(&["ann", "bob", "ann|", ""]).await;
        let mut tabs = [Tab::new(), Tab::new()];
        for (number, step) in case.steps.into_iter().enumerate() {
            let tab = &mut tabs[step.tab];
            tab.keep(step.command);
            let count = if step.heard.is_empty() {
                0
            } else {
                step.heard.split("; ").count()
            };
            let heard = tab.hears(count).await;
            assert_eq!(heard, step.heard, "{}: step {number}", case.name);
        }
        assert!(tabs.iter().all(Tab::is_quiet), "{}", case.name);
    }
}

#[test]
async fn answers_come_in_the_order_of_the_commands() {
    wiped(&["ann"]).await;
    let mut tab = Tab::new();
    tab.open("ann").await;
    for number in 0..20 {
        let (id, fence) = (StoreId(number), None);
        let ops = vec![put(Table::Outbox, &number.to_string(), "x")];
        tab.keep(StoreCommand::Commit { id, fence, ops });
        tab.keep(StoreCommand::ReadOutbox { id });
    }
    for number in 0..20 {
        let committed = event(tab.next().await);
        assert!(matches!(committed, StoreEvent::Committed { id } if id.0 == number));
        let read = event(tab.next().await);
        let StoreEvent::Outbox { id, outbox } = read else {
            panic!("{read:?}")
        };
        assert_eq!((id.0, outbox.len()), (number, number as usize + 1));
    }
}

#[test]
async fn a_database_deleted_under_the_page_is_lost_and_opens_empty() {
    wiped(&["ann"]).await;
    let mut tab = Tab::new();
    tab.open("ann").await;
    assert_eq!(
        tab.commit([put(Table::Outbox, "a", "1")]).await,
        "committed"
    );
    by_hand("ann", "await answer(indexedDB.deleteDatabase(name))").await;
    assert_eq!(tab.hears(1).await, "lost");
    assert_eq!(
        tab.commit([put(Table::Outbox, "b", "2")]).await,
        "failed: Unavailable"
    );
    assert_eq!(tab.open("ann").await, "journaled; opened, fence 0");
    assert_eq!(
        tab.commit([put(Table::Outbox, "b", "2")]).await,
        "committed"
    );
}

#[test]
async fn a_newer_version_is_refused_and_left_whole() {
    wiped(&["ann"]).await;
    let made = "const db = await open(99, (db) => db.createObjectStore('outbox'));
        await answer(db.transaction('outbox', 'readwrite').objectStore('outbox').put('kept', 1));
        db.close();";
    by_hand("ann", made).await;
    let mut tab = Tab::new();
    assert_eq!(tab.open("ann").await, "journaled; failed: NewerSchema");
    let read = "const db = await open(99, () => {});
        const found = await answer(db.transaction('outbox').objectStore('outbox').getAll());
        db.close();
        return found;";
    assert_eq!(json(&by_hand("ann", read).await), r#"["kept"]"#);
}

#[test]
async fn a_row_that_is_no_record_is_handed_over_as_a_damaged_one() {
    wiped(&["ann"]).await;
    let mut tab = Tab::new();
    tab.open("ann").await;
    assert_eq!(
        tab.commit([put(Table::Outbox, "a", "1")]).await,
        "committed"
    );
    let damage = "const db = await open();
        const rows = db.transaction('outbox', 'readwrite').objectStore('outbox');
        await answer(rows.put({ key: 'b', text: 5 }));
        await answer(rows.put({ key: 'c' }));
        db.close();";
    by_hand("ann", damage).await;
    tab.keep(StoreCommand::ReadOutbox { id: StoreId(7) });
    assert_eq!(tab.hears(1).await, "outbox a=1, b=, c=");
}

#[test]
async fn a_body_that_cannot_be_cloned_is_kept_as_it_would_be_sent() {
    wiped(&["ann"]).await;
    let mut tab = Tab::new();
    tab.open("ann").await;
    let body = script("", "return { content: 'hello', more: () => 1 }").await;
    let (room, seq) = ("general".to_owned(), 1);
    let message = StoreOp::PutMessage { room, seq, body };
    let committed = tab.commit([message, put(Table::Outbox, "a", "1")]).await;
    assert_eq!(committed, "committed");
    tab.keep(StoreCommand::ReadMessages {
        id: StoreId(7),
        room: "general".to_owned(),
        before_seq: None,
        limit: 10,
    });
    let StoreEvent::Messages { messages, .. } = event(tab.next().await) else {
        panic!("no messages")
    };
    assert_eq!(json(&messages[0]), r#"{"content":"hello"}"#);
}

/// Replaces a method of the browser until it is dropped.
struct Stub {
    restore: js_sys::Function,
}

async fn stub(object: &str, method: &str, with: &str) -> Stub {
    let body = format!(
        "const before = {object}.{method};
         {object}.{method} = {with};
         return () => {{ {object}.{method} = before; }};"
    );
    let restore = script("", &body).await.unchecked_into();
    Stub { restore }
}

impl Drop for Stub {
    fn drop(&mut self) {
        let _ = self.restore.call0(&JsValue::NULL);
    }
}

#[test]
async fn a_full_disk_is_told_from_other_failures_and_nothing_is_half_kept() {
    wiped(&["ann"]).await;
    let mut tab = Tab::new();
    tab.open("ann").await;
    for (name, failure) in [
        ("QuotaExceededError", "failed: Full"),
        ("UnknownError", "failed: Aborted"),
    ] {
        // Refused at the second of two records.
        let with = format!(
            "function (value) {{
               if (value.key === 'b') throw new DOMException('', '{name}');
               return before.apply(this, arguments);
             }}"
        );
        let _refusing = stub("IDBObjectStore.prototype", "put", &with).await;
        let ops = [put(Table::Outbox, "a", "1"), put(Table::Outbox, "b", "2")];
        assert_eq!(tab.commit(ops).await, failure);
        tab.keep(StoreCommand::ReadOutbox { id: StoreId(7) });
        assert_eq!(tab.hears(1).await, "outbox");
    }
    assert_eq!(
        tab.commit([put(Table::Outbox, "b", "2")]).await,
        "committed"
    );
}

#[test]
async fn a_disk_that_is_full_at_the_end_of_a_transaction_is_full() {
    wiped(&["ann"]).await;
    let mut tab = Tab::new();
    tab.open("ann").await;
    // As a browser does: every request succeeds, then the transaction is aborted for this reason.
    let with = "function () {
        const request = before.apply(this, arguments);
        const { transaction } = this;
        const error = new DOMException('', 'QuotaExceededError');
        Object.defineProperty(transaction, 'error', { value: error });
        request.addEventListener('success', () => queueMicrotask(() => transaction.abort()));
        return request;
    }";
    let _refusing = stub("IDBObjectStore.prototype", "put", with).await;
    assert_eq!(
        tab.commit([put(Table::Outbox, "a", "1")]).await,
        "failed: Full"
    );
}

#[test]
async fn a_browser_that_refuses_to_open_has_no_store() {
    wiped(&["ann"]).await;
    let mut tab = Tab::new();
    {
        let with = "() => { throw new DOMException('', 'SecurityError') }";
        let _refusing = stub("IDBFactory.prototype", "open", with).await;
        assert_eq!(tab.open("ann").await, "journaled; failed: Unavailable");
    }
    assert_eq!(tab.open("ann").await, "journaled; opened, fence 0");
}

#[test]
async fn a_browser_that_cannot_open_for_a_while_is_asked_again() {
    wiped(&["ann"]).await;
    let mut tab = Tab::new();
    {
        let with = "() => { throw new DOMException('', 'UnknownError') }";
        let _failing = stub("IDBFactory.prototype", "open", with).await;
        for _ in 0..4 {
            assert_eq!(tab.open("ann").await, "journaled; failed: Aborted");
        }
    }
    assert_eq!(tab.hears(1).await, "lost");
    assert_eq!(tab.open("ann").await, "journaled; opened, fence 0");
}

#[test]
async fn a_browser_that_can_never_open_has_no_store() {
    wiped(&["ann"]).await;
    let mut tab = Tab::new();
    let with = "() => { throw new DOMException('', 'UnknownError') }";
    let _failing = stub("IDBFactory.prototype", "open", with).await;
    for _ in 0..20 {
        assert_eq!(tab.open("ann").await, "journaled; failed: Aborted");
    }
    assert_eq!(tab.open("ann").await, "journaled; failed: Unavailable");
}

#[test]
async fn what_is_journaled_while_a_database_is_deleted_again_and_again_stays() {
    wiped(&["ann"]).await;
    let mut tab = Tab::new();
    {
        let with = "() => {
            globalThis.tries = (globalThis.tries ?? 0) + 1;
            if (globalThis.tries < 3) throw new DOMException('', 'AbortError');
            return before.apply(indexedDB, [name]);
        }";
        let with = with.replace("[name]", &format!("['{}']", database_name("ann")));
        let _refusing = stub("IDBFactory.prototype", "deleteDatabase", &with).await;
        let (id, namespace) = (StoreId(7), super::page::of_test("ann"));
        tab.keep(StoreCommand::Wipe { id, namespace });
        let (id, namespace) = (StoreId(7), super::page::of_test("ann"));
        tab.keep(StoreCommand::Open { id, namespace });
        assert_eq!(tab.journal_put("t:1", "x"), "");
        assert_eq!(tab.hears(3).await, "journaled; committed; opened, fence 0");
    }
    let mut other = Tab::new();
    assert_eq!(other.open("ann").await, "journaled t:1=x; opened, fence 0");
    wiped(&["ann"]).await;
}

#[test]
async fn a_database_that_is_deleted_late_is_told_of() {
    wiped(&["ann"]).await;
    let held = held("ann").await;
    let mut tab = Tab::with_patience(50);
    let (id, namespace) = (StoreId(7), super::page::of_test("ann"));
    tab.keep(StoreCommand::Wipe { id, namespace });
    assert_eq!(tab.hears(1).await, "failed: Late");
    held.call0(&JsValue::NULL).unwrap();
    assert_eq!(tab.hears(1).await, "committed");
}

/// A database that a third deletes while another page holds on to it: whoever opens it has to wait
/// until what is given is called.
async fn held(user: &str) -> js_sys::Function {
    let hold = "const db = await open(1, () => {});
        const deleting = new Promise((resolve) => { db.onversionchange = resolve; });
        indexedDB.deleteDatabase(name);
        await deleting;
        return () => db.close();";
    by_hand(user, hold).await.unchecked_into()
}

#[test]
async fn a_database_that_another_page_holds_is_waited_for_so_long_and_found_late() {
    wiped(&["ann"]).await;
    let held = held("ann").await;
    let mut tab = Tab::with_patience(50);
    assert_eq!(tab.open("ann").await, "journaled; failed: Late");
    assert_eq!(tab.commit([]).await, "failed: Unavailable");
    held.call0(&JsValue::NULL).unwrap();
    assert_eq!(tab.hears(1).await, "lost");
    assert_eq!(tab.open("ann").await, "journaled; opened, fence 0");
}

#[test]
async fn a_database_that_is_found_late_while_something_is_under_way_is_told_of_after_it() {
    wiped(&["ann", "bob"]).await;
    let (ann, bob) = (held("ann").await, held("bob").await);
    let mut tab = Tab::with_patience(300);
    assert_eq!(tab.open("ann").await, "journaled; failed: Late");
    tab.keep(StoreCommand::ReadOther {
        id: StoreId(7),
        namespace: super::page::of_test("bob"),
    });
    ann.call0(&JsValue::NULL).unwrap();
    assert_eq!(tab.hears(2).await, "failed: Late; lost");
    assert_eq!(tab.open("ann").await, "journaled; opened, fence 0");
    bob.call0(&JsValue::NULL).unwrap();
}

#[test]
async fn a_dropped_tab_holds_no_database() {
    wiped(&["ann"]).await;
    let mut tab = Tab::new();
    tab.open("ann").await;
    // Dropped with work under way.
    let ops = vec![put(Table::Outbox, "a", "1")];
    let (id, fence) = (StoreId(7), None);
    tab.keep(StoreCommand::Commit { id, fence, ops });
    drop(tab);
    let blocked = "return await new Promise((resolve) => {
        const request = indexedDB.deleteDatabase(name);
        request.onsuccess = () => resolve(false);
        request.onblocked = () => resolve(true);
    })";
    assert_eq!(by_hand("ann", blocked).await, JsValue::FALSE);
}

#[test]
async fn the_journal_keeps_at_once_and_every_tab_reads_it() {
    wiped(&["ann", "bob"]).await;
    let mut tab = Tab::new();
    assert_eq!(tab.journal_put("t:1", "x"), "refused t:1");
    tab.keep(StoreCommand::Open {
        id: StoreId(7),
        namespace: super::page::of_test("ann"),
    });
    // Before the database is open.
    assert_eq!(tab.journal_put("t:1", "x"), "");
    assert_eq!(tab.hears(2).await, "journaled; opened, fence 0");
    let mut other = Tab::new();
    assert_eq!(other.open("bob").await, "journaled; opened, fence 0");
    assert_eq!(other.open("ann").await, "journaled t:1=x; opened, fence 0");
    other.keep(StoreCommand::Close);
    wiped(&["ann"]).await;
    assert_eq!(other.open("ann").await, "journaled; opened, fence 0");
}

#[test]
async fn a_journal_that_is_full_gives_the_key_back() {
    wiped(&["ann"]).await;
    let mut tab = Tab::new();
    tab.open("ann").await;
    let with = "() => { throw new DOMException('', 'QuotaExceededError') }";
    let _refusing = stub("Storage.prototype", "setItem", with).await;
    assert_eq!(tab.journal_put("t:1", "x"), "refused t:1");
}
