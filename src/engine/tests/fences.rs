//! A server that has seen higher fences than the store gives out: the store is a new one, the
//! server still knows the old one's.

use serde_json::json;

use super::pipelining::connected_pipelining;
use super::server::Emitted;
use super::tabs::Tabs;
use super::world::BEGIN_WALL_MS;

/// How many events a server takes in a minute, unless it is set up otherwise.
const MAX_EVENTS: usize = 100;

/// The server's side of a device.
struct Fenced {
    fence: u64,
    /// Whether it says which fence it has seen.
    names_it: bool,
    events: usize,
    /// What it took, in order.
    log: Vec<String>,
}

impl Fenced {
    fn at(fence: u64, names_it: bool) -> Self {
        let (events, log) = (0, Vec::new());
        Self {
            fence,
            names_it,
            events,
            log,
        }
    }

    /// Answers everything that the first tab sends, each in a frame of its own.
    fn serve(&mut self, tabs: &mut Tabs) {
        while let Some(send) = tabs.tabs[0].server.inbox.pop_front() {
            self.answer(tabs, &send);
            tabs.talk();
        }
    }

    fn answer(&mut self, tabs: &mut Tabs, send: &Emitted) {
        self.events += 1;
        let fence = send.body["fence"].as_u64().expect("a fence");
        if self.events > MAX_EVENTS {
            let limited = json!({
                "code": "RATE_LIMITED", "message": "", "retryable": true, "retryAfterMs": 100,
            });
            return tabs.tabs[0].refuse(send, limited);
        }
        if fence < self.fence {
            let mut fenced = json!({"code": "FENCED", "message": "another tab has taken over"});
            if self.names_it {
                fenced["details"] = json!({"fence": self.fence});
            }
            return tabs.tabs[0].refuse(send, fenced);
        }
        self.fence = fence;
        self.log
            .push(send.body["content"].as_str().unwrap().to_owned());
        let seq = self.log.len();
        let data = json!({"messageId": format!("m{seq}"), "seq": seq, "epoch": "e1"});
        tabs.tabs[0].ack(send, data);
    }
}

/// Tabs of alice's at a server that takes several messages of a channel at once.
fn pipelining(count: usize, lacks_locks: bool) -> Tabs {
    let mut tabs = Tabs::opened(count, lacks_locks);
    tabs.each(|tab| {
        tab.server.greetings[0] = connected_pipelining();
        tab.connect();
    });
    tabs
}

#[test]
fn a_server_that_has_seen_a_higher_fence_than_the_store_is_caught_up_with_in_one_step() {
    for names_it in [true, false] {
        let mut server = Fenced::at(5_000, names_it);
        let mut tabs = pipelining(1, false);
        let keys = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"];
        for key in keys {
            tabs.queue(0, key);
        }
        server.serve(&mut tabs);
        assert_eq!(server.log, keys);
        assert_eq!(server.events, 2 * keys.len(), "names it: {names_it}");
        assert_eq!(tabs.seen(0), []);
    }
}

#[test]
fn the_next_fence_after_the_one_that_the_server_names_is_asked_for() {
    let mut server = Fenced::at(5_000, true);
    let mut tabs = Tabs::connected(1);
    tabs.queue(0, "one");
    server.serve(&mut tabs);
    assert_eq!(server.fence, 5_001);
}

#[test]
fn a_server_ahead_of_the_clock_that_does_not_name_its_fence_is_caught_up_with_by_longer_steps() {
    let ahead = BEGIN_WALL_MS / 1_000 + 5_000;
    let mut server = Fenced::at(ahead, false);
    let mut tabs = Tabs::connected(1);
    tabs.queue(0, "one");
    server.serve(&mut tabs);
    assert_eq!(server.log, ["one"]);
    assert!(server.events <= 16, "{}", server.events);
    // Each time anew: what was taken shows that the steps before were long enough.
    server.fence += 1;
    let before = server.fence;
    tabs.queue(0, "two");
    server.serve(&mut tabs);
    assert_eq!((server.log.len(), server.fence - before), (2, 0));
}

#[test]
fn what_a_server_names_that_no_fence_can_be_is_as_if_it_named_none() {
    for named in [json!(-1), json!(1e300), json!("6"), json!(null)] {
        let mut tabs = Tabs::connected(1);
        tabs.queue(0, "one");
        let send = tabs.tabs[0].expect_event("message:send");
        let fenced = json!({"code": "FENCED", "message": "no", "details": {"fence": named}});
        tabs.tabs[0].refuse(&send, fenced);
        tabs.talk();
        let fence = &tabs.take(0, 1)["fence"];
        assert_eq!(fence, BEGIN_WALL_MS / 1_000, "{named}");
    }
}

#[test]
fn what_is_refused_one_by_one_while_the_fence_is_raised_does_not_give_the_lead_away() {
    let mut tabs = pipelining(2, false);
    for key in ["one", "two", "three"] {
        tabs.queue(0, key);
    }
    let sends: Vec<Emitted> = tabs.tabs[0].server.inbox.drain(..).collect();
    assert_eq!(sends.len(), 3);
    tabs.tabs[0].disk().is_slow = true;
    let mut server = Fenced::at(5_000, true);
    for send in &sends {
        server.answer(&mut tabs, send);
        tabs.talk();
    }
    tabs.tabs[0].disk_catches_up();
    tabs.tabs[0].disk().is_slow = false;
    tabs.talk();
    server.serve(&mut tabs);
    assert_eq!(tabs.leader(), [0]);
    assert_eq!(server.log, ["one", "two", "three"]);
    assert_eq!((server.events, server.fence), (6, 5_001));
}

#[test]
fn what_is_refused_under_an_older_fence_than_is_ours_does_not_raise_it_again() {
    let mut tabs = pipelining(1, false);
    tabs.queue(0, "one");
    tabs.queue(0, "two");
    let sends: Vec<Emitted> = tabs.tabs[0].server.inbox.drain(..).collect();
    let mut server = Fenced::at(5_000, false);
    for send in &sends {
        server.answer(&mut tabs, send);
        tabs.talk();
    }
    server.serve(&mut tabs);
    assert_eq!(server.fence, BEGIN_WALL_MS / 1_000);
}

#[test]
fn without_locks_a_higher_fence_than_the_stores_is_caught_up_with_in_one_step_too() {
    for names_it in [true, false] {
        let mut server = Fenced::at(5_000, names_it);
        let mut tabs = pipelining(1, true);
        tabs.queue(0, "one");
        for _ in 0..4 {
            tabs.advance(1_000);
            server.serve(&mut tabs);
        }
        assert_eq!(server.log, ["one"]);
        assert_eq!(server.events, 2, "names it: {names_it}");
    }
}
