//! Typing: when the server is told, and for how long others are shown.

use proptest::prelude::*;
use serde_json::{Value as Json, json};

use super::peer::joined;
use super::world::World;
use crate::engine::input::Input;
use crate::engine::output::Notification;
use crate::engine::presence::PresenceCommand;
use crate::engine::typing::{Place, TypingCommand};
use crate::wire::typing::TypingRoomType;

impl World {
    /// Connected to a server that can do these things too.
    pub(super) fn with_capabilities(more: &[&str]) -> Self {
        let mut world = Self::new();
        world.can_also(more);
        world.connect();
        world
    }

    fn can_also(&mut self, more: &[&str]) {
        let capabilities = &mut self.server.greetings[0][1]["capabilities"];
        let capabilities = capabilities.as_array_mut().unwrap();
        capabilities.extend(more.iter().map(|name| json!(name)));
    }

    fn types(&mut self, room: &str) {
        self.types_at(place(room), TypingRoomType::Channel);
    }

    fn types_at(&mut self, place: Place, kind: TypingRoomType) {
        let recipient = None;
        self.input(Input::Typing(TypingCommand::Typed {
            place,
            kind,
            recipient,
        }));
    }

    fn stops(&mut self, room: &str) {
        let place = Some(place(room));
        self.input(Input::Typing(TypingCommand::Stopped(place)));
    }

    /// Takes what the server was told of typing: the event and the place.
    fn told_typing(&mut self) -> Vec<String> {
        let mut told = Vec::new();
        self.server.inbox.retain(|event| {
            let is_typing = event.name.starts_with("typing:");
            if is_typing {
                assert_eq!(event.ack, None);
                let place = event.body["threadId"].as_str();
                let place = place.unwrap_or(event.body["roomName"].as_str().unwrap());
                told.push(format!("{} {place}", event.name));
            }
            !is_typing
        });
        told
    }

    fn others_type(&mut self, room: &str, users: &[&str]) {
        self.others_type_at(json!({ "roomName": room, "roomType": "channel" }), users);
    }

    fn others_type_at(&mut self, mut event: Json, users: &[&str]) {
        let user = |id: &&str| json!({"userId": id, "userName": id, "startedAt": "t", "expiresInMs": 5_000});
        event["users"] = users.iter().map(user).collect();
        self.server_sends("typing:event", event);
    }

    fn shown(&self, room: &str) -> Vec<String> {
        self.shown_at(&place(room))
    }

    fn shown_at(&self, place: &Place) -> Vec<String> {
        let snapshot = self.engine.typing(place);
        let users = snapshot["users"].as_array().unwrap();
        let id = |user: &Json| user["userId"].as_str().unwrap().to_owned();
        users.iter().map(id).collect()
    }

    fn is_typing(&self, room: &str) -> bool {
        self.engine.typing(&place(room))["isTyping"] == true
    }

    /// How often the app was told that who types changed.
    fn told_changes(&mut self) -> usize {
        let told = self.take(|told| matches!(told, Notification::Typing { .. }).then_some(()));
        told.len()
    }
}

fn place(room: &str) -> Place {
    Place {
        room: room.to_owned(),
        thread: None,
    }
}

fn thread(room: &str, thread: &str) -> Place {
    Place {
        room: room.to_owned(),
        thread: Some(thread.to_owned()),
    }
}

fn message(user_id: &str, seq: u64) -> Json {
    json!({
        "roomName": "general", "messageId": format!("m{seq}"), "userId": user_id,
        "content": "hi", "timestamp": "t", "seq": seq, "epoch": "e1",
    })
}

#[test]
fn the_first_key_is_told_at_once() {
    let mut world = World::connected();
    world.types("general");
    assert_eq!(world.told_typing(), ["typing:start general"]);
    assert!(world.is_typing("general"));
}

#[test]
fn a_place_is_told_as_the_documents_name_it() {
    let channel = json!({"roomName": "channel-1", "roomType": "channel"});
    let thread_of_it = json!({"roomName": "channel-1", "roomType": "thread", "threadId": "t1"});
    let direct = json!({"roomName": "dm-1", "roomType": "dm", "recipientId": "bob"});
    for (place, kind, recipient, expected) in [
        (place("channel-1"), TypingRoomType::Channel, None, channel),
        (
            thread("channel-1", "t1"),
            TypingRoomType::Thread,
            None,
            thread_of_it,
        ),
        (place("dm-1"), TypingRoomType::Dm, Some("bob"), direct),
    ] {
        let mut world = World::connected();
        world.input(Input::Typing(TypingCommand::Typed {
            place: place.clone(),
            kind,
            recipient: recipient.map(str::to_owned),
        }));
        assert_eq!(world.expect_event("typing:start").body, expected);
        assert_eq!(world.engine.typing_context(), expected);
        world.input(Input::Typing(TypingCommand::Stopped(Some(place))));
        assert_eq!(world.engine.typing_context(), Json::Null);
        world.advance(50);
        let stop = world.expect_event("typing:stop").body;
        for name in ["roomName", "roomType", "threadId"] {
            assert_eq!(stop[name], expected[name], "{name}");
        }
    }
}

#[test]
fn who_goes_on_typing_is_told_once_a_second() {
    let mut world = World::connected();
    for _ in 0..50 {
        world.types("general");
        world.advance(100);
    }
    let told = world.told_typing();
    assert_eq!(told.len(), 6, "at 0, 1, 2, 3, 4 and 5 s: {told:?}");
    assert!(told.iter().all(|told| told == "typing:start general"));
}

#[test]
fn typing_ends_five_seconds_after_the_last_key() {
    let mut world = World::connected();
    world.types("general");
    world.advance(4_999);
    world.types("general");
    world.advance(4_999);
    assert!(world.is_typing("general"));
    world.told_typing();
    world.advance(1);
    assert!(!world.is_typing("general"));
    world.advance(50);
    assert_eq!(world.told_typing(), ["typing:stop general"]);
    world.advance(60_000);
    assert!(world.told_typing().is_empty());
}

#[test]
fn stopping_takes_back_what_was_still_to_be_told() {
    let mut world = World::connected();
    world.types("general");
    world.types("general");
    world.stops("general");
    world.advance(10_000);
    assert_eq!(
        world.told_typing(),
        ["typing:start general", "typing:stop general"]
    );
}

#[test]
fn typing_and_erasing_over_and_over_is_no_flood() {
    let mut world = World::connected();
    for _ in 0..100 {
        world.types("general");
        world.stops("general");
        world.advance(10);
    }
    world.advance(1_000);
    assert!(world.told_typing().len() <= 10);
}

#[test]
fn stopping_without_typing_tells_nothing() {
    let mut world = World::connected();
    world.stops("general");
    world.input(Input::Typing(TypingCommand::Stopped(None)));
    world.advance(1_000);
    assert!(world.told_typing().is_empty());
}

#[test]
fn each_place_has_times_of_its_own() {
    let mut world = World::connected();
    world.types("general");
    world.types("random");
    world.types_at(thread("random", "t1"), TypingRoomType::Thread);
    world.advance(50);
    assert_eq!(
        world.told_typing(),
        [
            "typing:start general",
            "typing:start random",
            "typing:start t1",
            "typing:stop general",
            "typing:stop random",
        ]
    );
    world.stops("random");
    world.advance(4_900);
    assert_eq!(world.engine.typing_context()["threadId"], "t1");
    world.advance(200);
    assert_eq!(world.told_typing(), ["typing:stop t1"]);
}

#[test]
fn a_message_ends_its_typing_without_another_word() {
    let mut world = World::with_capabilities(&["typing"]);
    world.join_room("general", 0);
    world.types("general");
    world.told_typing();
    world.types("general");
    world.stops("general");
    world.send("general", "hi");
    assert!(!world.is_typing("general"));
    world.advance(10_000);
    assert!(
        world.told_typing().is_empty(),
        "the server ends it with the message"
    );
}

#[test]
fn a_server_that_announces_nothing_is_told_of_the_end_too() {
    let mut world = World::plain();
    world.connect();
    world.advance(1_500);
    world.join("general");
    let join = world.expect_event("room:join");
    world.ack(&join, joined("general", 0));
    world.types("general");
    world.send("general", "hi");
    world.advance(50);
    assert_eq!(
        world.told_typing(),
        ["typing:start general", "typing:stop general"]
    );
}

#[test]
fn who_types_while_the_connection_is_lost_is_shown_on_the_next() {
    let mut world = World::connected();
    world.join_room("general", 0);
    world.types("general");
    world.told_typing();
    world.lose_connection();
    world.advance(2_000);
    assert!(world.told_typing().is_empty(), "the room comes first");
    let join = world.expect_event("room:join");
    world.ack(&join, joined("general", 0));
    assert_eq!(world.told_typing(), ["typing:start general"]);
}

#[test]
fn typing_that_ended_without_a_connection_is_never_told() {
    let mut world = World::new();
    world.types("general");
    assert!(world.is_typing("general"));
    world.advance(5_000);
    assert!(!world.is_typing("general"));
    world.connect();
    world.advance(5_000);
    assert!(world.told_typing().is_empty());
}

#[test]
fn turning_it_off_ends_what_is_shown_at_once() {
    let mut world = World::connected();
    world.types("general");
    world.configure(|settings| settings.typing.broadcasts = false);
    assert_eq!(
        world.told_typing(),
        ["typing:start general", "typing:stop general"]
    );
    world.types("general");
    world.advance(10_000);
    assert!(world.told_typing().is_empty());
}

#[test]
fn what_only_some_may_see_goes_to_no_server_that_would_show_it_to_all() {
    for (more, expected) in [(&[][..], 0), (&["presence:settings"][..], 1)] {
        let mut world = World::with_capabilities(more);
        world.configure(|settings| settings.typing.is_restricted = true);
        world.types("general");
        world.advance(1_000);
        assert_eq!(world.told_typing().len(), expected);
    }
}

#[test]
fn others_are_shown_in_order_and_never_oneself() {
    let mut world = World::connected();
    world.others_type("general", &["bob", "alice", "carol"]);
    assert_eq!(world.shown("general"), ["bob", "carol"]);
    assert_eq!(
        world.engine.typing(&place("general"))["users"][0],
        json!({"userId": "bob", "userName": "bob", "startedAt": "t"})
    );
    world.others_type("general", &[]);
    assert!(world.shown("general").is_empty());
    assert_eq!(world.engine.typing_places(), json!([]));
}

#[test]
fn a_thread_and_its_room_are_two_places() {
    let mut world = World::connected();
    world.others_type("general", &["bob"]);
    world.others_type_at(json!({"roomName": "general", "threadId": "t1"}), &["carol"]);
    assert_eq!(world.shown("general"), ["bob"]);
    assert_eq!(world.shown_at(&thread("general", "t1")), ["carol"]);
    assert_eq!(
        world.engine.typing_places(),
        json!([
            {"roomName": "general", "roomType": "channel"},
            {"roomName": "general", "roomType": "thread", "threadId": "t1"},
        ])
    );
}

#[test]
fn a_direct_conversation_is_known_as_one_where_the_server_does_not_say() {
    let mut world = World::connected();
    world.join("dm-1");
    let join = world.expect_event("room:join");
    let mut answer = joined("dm-1", 0);
    answer["type"] = json!("dm");
    world.ack(&join, answer);
    world.others_type_at(json!({"roomName": "dm-1"}), &["bob"]);
    assert_eq!(world.engine.typing_places()[0]["roomType"], "dm");
}

#[test]
fn a_lease_ends_by_arrival_whatever_the_clocks_say() {
    for skew_ms in [0, 60_000, -60_000] {
        let mut world = World::connected();
        world.others_type("general", &["bob"]);
        world.now.wall_ms = world.now.wall_ms.saturating_add_signed(skew_ms);
        world.advance(4_999);
        assert_eq!(world.shown("general"), ["bob"]);
        world.notifications();
        world.advance(1);
        assert!(world.shown("general").is_empty());
        assert_eq!(world.told_changes(), 1);
    }
}

/// Browsers wake a page in the background once a minute.
#[test]
fn a_page_that_is_shown_again_shows_nobody_whose_lease_ran_out_before_its_timer_rang() {
    let mut world = World::connected();
    world.others_type("general", &["bob"]);
    world.now.mono_ms += 30_000;
    world.input(Input::Presence(PresenceCommand::Hidden(false)));
    assert!(world.shown("general").is_empty());
}

#[test]
fn a_lease_that_is_absurd_is_cut() {
    let mut world = World::connected();
    let forever = json!([{"userId": "bob", "expiresInMs": 9_007_199_254_740_991_u64}]);
    world.server_sends(
        "typing:event",
        json!({"roomName": "general", "users": forever}),
    );
    world.advance(60_000);
    assert!(world.shown("general").is_empty());
}

#[test]
fn a_message_and_the_end_of_its_typing_are_told_together() {
    let mut world = World::connected();
    world.join_room("general", 0);
    world.others_type("general", &["bob", "carol"]);
    world.others_type_at(json!({"roomName": "general", "threadId": "t1"}), &["bob"]);
    world.notifications();
    world.server_sends("message:new", message("bob", 1));
    assert_eq!(world.shown("general"), ["carol"]);
    assert_eq!(world.shown_at(&thread("general", "t1")), ["bob"]);
    assert_eq!(world.told_changes(), 1);
    assert_eq!(world.told_messages().len(), 1);
}

#[test]
fn who_leaves_types_no_more() {
    let mut world = World::connected();
    world.join_room("general", 0);
    world.others_type("general", &["bob"]);
    world.server_sends("user:left", json!({"roomName": "general", "userId": "bob"}));
    assert!(world.shown("general").is_empty());
    world.others_type("general", &["carol"]);
    world.leave("general");
    assert!(world.shown("general").is_empty());
}

#[test]
fn nobody_is_shown_once_the_connection_is_lost() {
    let mut world = World::connected();
    world.others_type("general", &["bob"]);
    world.notifications();
    world.lose_connection();
    assert!(world.shown("general").is_empty());
    assert_eq!(world.told_changes(), 1);
}

#[test]
fn who_begins_to_type_is_told_in_batches_and_who_ends_at_once() {
    let mut world = World::connected();
    world.others_type("general", &["bob"]);
    assert_eq!(world.told_changes(), 1, "the first at once");
    world.others_type("general", &["bob", "carol"]);
    world.others_type("random", &["dave"]);
    world.others_type("random", &["dave"]);
    assert_eq!(world.told_changes(), 0);
    world.advance(499);
    assert_eq!(world.told_changes(), 0);
    world.advance(1);
    assert_eq!(world.told_changes(), 2, "one for each room");
    world.others_type("general", &["carol"]);
    assert_eq!(world.told_changes(), 1);
}

#[test]
fn the_same_again_is_no_news() {
    let mut world = World::connected();
    world.others_type("general", &["bob"]);
    world.notifications();
    world.advance(2_000);
    world.others_type("general", &["bob"]);
    assert_eq!(world.told_changes(), 0);
    world.advance(4_000);
    assert_eq!(world.shown("general"), ["bob"], "the lease is prolonged");
}

#[test]
fn a_hundred_thousand_typers_are_bounded() {
    let mut world = World::connected();
    world.is_logged = false;
    let ids: Vec<String> = (0..100_000).map(|number| format!("u{number}")).collect();
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    world.others_type("general", &ids);
    assert_eq!(world.shown("general").len(), 100);
    for number in 0..2_000 {
        world.others_type(&format!("room-{number}"), &["bob"]);
    }
    assert_eq!(
        world.engine.typing_places().as_array().unwrap().len(),
        1_000
    );
}

#[test]
fn a_batch_of_the_sources_is_several_events() {
    let mut world = World::connected();
    let event = |room: &str| json!({"roomName": room, "users": [{"userId": "bob"}]});
    let updates = json!({"updates": [event("general"), 7, event("random")]});
    world.server_sends("typing:batch", updates);
    assert_eq!(world.shown("general"), ["bob"]);
    assert_eq!(world.shown("random"), ["bob"]);
}

#[test]
fn clearing_shows_nobody_until_something_new_is_heard() {
    let mut world = World::connected();
    world.others_type("general", &["bob"]);
    world.others_type("random", &["bob"]);
    world.input(Input::Typing(TypingCommand::Cleared(Some(place(
        "general",
    )))));
    assert!(world.shown("general").is_empty());
    assert_eq!(world.shown("random"), ["bob"]);
    world.input(Input::Typing(TypingCommand::Cleared(None)));
    assert!(world.shown("random").is_empty());
    world.others_type("general", &["bob"]);
    assert_eq!(world.shown("general"), ["bob"]);
}

/// What may happen around typing.
#[derive(Clone, Debug)]
enum Step {
    Says(u8),
    Message(u8),
    Leaves(u8),
    Loses,
    Waits(u16),
    Skews(u32),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        4 => (0..8_u8).prop_map(Step::Says),
        2 => (0..3_u8).prop_map(Step::Message),
        1 => (0..3_u8).prop_map(Step::Leaves),
        1 => Just(Step::Loses),
        4 => (0..4_000_u16).prop_map(Step::Waits),
        1 => (0..100_000_u32).prop_map(Step::Skews),
    ];
    prop::collection::vec(step, 1..40)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    /// I11: nobody is shown typing after the lease, a disconnect, or their message.
    #[test]
    fn nobody_is_shown_typing_longer_than_they_may(steps in steps()) {
        const USERS: [&str; 3] = ["bob", "carol", "dave"];
        let mut world = World::connected();
        world.is_logged = false;
        world.join_room("general", 0);
        let mut until_ms = [0; 3];
        let mut seq = 0;
        for step in steps {
            match step {
                Step::Says(bits) => {
                    let now_ms = world.now.mono_ms;
                    let named = |index: &usize| bits & (1 << index) != 0;
                    let who: Vec<&str> = (0..3).filter(named).map(|index| USERS[index]).collect();
                    for (index, until_ms) in until_ms.iter_mut().enumerate() {
                        *until_ms = if named(&index) { now_ms + 5_000 } else { 0 };
                    }
                    world.others_type("general", &who);
                }
                Step::Message(index) => {
                    seq += 1;
                    until_ms[usize::from(index)] = 0;
                    world.server_sends("message:new", message(USERS[usize::from(index)], seq));
                }
                Step::Leaves(index) => {
                    let user_id = USERS[usize::from(index)];
                    until_ms[usize::from(index)] = 0;
                    world.server_sends("user:left", json!({"roomName": "general", "userId": user_id}));
                }
                Step::Loses => {
                    world.lose_connection();
                    until_ms = [0; 3];
                    prop_assert!(world.shown("general").is_empty());
                    world.advance(5_000);
                    let join = world.expect_event("room:join");
                    world.ack(&join, joined("general", seq));
                }
                Step::Waits(ms) => world.advance(u64::from(ms)),
                Step::Skews(ms) => world.now.wall_ms += u64::from(ms),
            }
            let now_ms = world.now.mono_ms;
            let may: Vec<&str> = (0..3).filter(|index| until_ms[*index] > now_ms).map(|index| USERS[index]).collect();
            prop_assert_eq!(world.shown("general"), may);
        }
    }

    /// Whatever is typed and stopped, the server is told of each start at most so often, and in
    /// the end nobody is shown.
    #[test]
    fn the_server_is_told_seldom_and_the_end_always(keys in prop::collection::vec((0..3_u8, 0..1_500_u64), 1..60)) {
        let mut world = World::connected();
        world.is_logged = false;
        let began_ms = world.now.mono_ms;
        let mut told = Vec::new();
        for (what, wait_ms) in keys {
            match what {
                0 | 1 => world.types("general"),
                _ => world.stops("general"),
            }
            world.advance(wait_ms);
            told.extend(world.told_typing());
        }
        world.advance(5_100);
        told.extend(world.told_typing());
        let starts = told.iter().filter(|told| told.starts_with("typing:start")).count() as u64;
        let span_ms = world.now.mono_ms - began_ms;
        prop_assert!(starts <= 1 + span_ms / 300, "{} in {} ms", starts, span_ms);
        prop_assert!(told.last().is_none_or(|told| told == "typing:stop general"));
        prop_assert_eq!(world.engine.typing_context(), Json::Null);
    }
}
