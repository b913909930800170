//! Presence: what was chosen against nobody looking, and whom the server tells us of.

use proptest::prelude::*;
use serde_json::{Value as Json, json};

use super::peer::joined;
use super::world::World;
use crate::engine::input::Input;
use crate::engine::output::Notification;
use crate::engine::presence::PresenceCommand;
use crate::wire::presence::{ChosenStatus, CustomStatus};

const MINUTE_MS: u64 = 60_000;
const IDLE_MS: u64 = 5 * MINUTE_MS;

impl World {
    /// Connected to a server that knows presence, with a user who takes part.
    fn with_presence() -> Self {
        let mut world = Self::with_capabilities(&["presence"]);
        world.presence(PresenceCommand::Started);
        let update = world.expect_event("presence:update");
        assert_eq!(update.body, json!({"idle": false}));
        world.ack(&update, Json::Null);
        world
    }

    fn presence(&mut self, command: PresenceCommand) {
        self.input(Input::Presence(command));
    }

    fn chooses(&mut self, status: ChosenStatus) {
        self.presence(PresenceCommand::StatusChosen(status));
    }

    fn sets_custom(&mut self, custom: Option<CustomStatus>) {
        self.presence(PresenceCommand::CustomStatusSet(custom));
    }

    fn wants(&mut self, ids: &[&str]) {
        self.presence(PresenceCommand::Wanted(owned(ids)));
        self.advance(20);
    }

    fn wants_no_more(&mut self, ids: &[&str]) {
        self.presence(PresenceCommand::Unwanted(owned(ids)));
    }

    /// Takes the updates that the server was told, and acknowledges them.
    fn told_updates(&mut self) -> Vec<Json> {
        let mut told = Vec::new();
        while self.sent().contains(&"presence:update") {
            let update = self.expect_event("presence:update");
            if update.ack.is_some() {
                self.ack(&update, Json::Null);
            }
            told.push(update.body);
        }
        told
    }

    /// Takes the subscription that the server was asked for, and answers it.
    fn subscribes(&mut self, ids: &[&str]) {
        let subscribe = self.expect_event("presence:subscribe");
        assert_eq!(subscribe.body, json!({"userIds": ids}));
        let online = |id: &&str| json!({"userId": id, "status": "online"});
        let presences: Vec<Json> = ids.iter().map(online).collect();
        self.ack(&subscribe, json!({"presences": presences}));
    }

    fn is_now(&mut self, user_id: &str, status: &str) {
        self.server_sends(
            "presence:changed",
            json!({"userId": user_id, "status": status, "customStatus": null}),
        );
    }

    fn status(&self) -> String {
        self.engine.own_presence()["status"]
            .as_str()
            .unwrap()
            .to_owned()
    }

    fn status_of(&self, user_id: &str) -> Option<String> {
        let presence = self.engine.presence(user_id)?;
        Some(presence["status"].as_str().unwrap().to_owned())
    }

    /// Whose presence the app was told to have changed, in order.
    fn told_presences(&mut self) -> Vec<String> {
        self.take(|told| match told {
            Notification::Presence { user_id } => Some(user_id.as_str().unwrap().to_owned()),
            _ => None,
        })
    }
}

fn owned(ids: &[&str]) -> Vec<String> {
    ids.iter().map(|id| (*id).to_owned()).collect()
}

fn lunch(expires_at: Option<&str>) -> Option<CustomStatus> {
    Some(CustomStatus {
        text: Some("Lunch".to_owned()),
        emoji: None,
        expires_at: expires_at.map(str::to_owned),
    })
}

#[test]
fn a_client_that_takes_no_part_says_nothing() {
    let mut world = World::with_capabilities(&["presence"]);
    world.advance(10 * MINUTE_MS);
    assert!(!world.sent().iter().any(|name| name.starts_with("presence")));
    assert_eq!(world.status(), "online");
}

#[test]
fn a_chosen_status_is_told_once_on_every_connection_at_most() {
    let mut world = World::with_presence();
    world.chooses(ChosenStatus::Busy);
    assert_eq!(world.status(), "busy");
    let told = world.told_updates();
    assert_eq!(told, [json!({"status": "busy", "idle": false})]);
    world.lose_connection();
    world.advance(2_000);
    let told = world.told_updates();
    assert_eq!(
        told,
        [json!({"idle": false})],
        "the server knows it, of all devices"
    );
}

#[test]
fn what_was_chosen_without_a_connection_is_told_on_the_next() {
    let mut world = World::new();
    world.chooses(ChosenStatus::Away);
    world.sets_custom(lunch(None));
    assert!(world.sent().is_empty());
    world.server.greetings[0][1]["capabilities"] = json!(["presence"]);
    world.connect();
    assert_eq!(
        world.told_updates(),
        [json!({"status": "away", "idle": false, "customStatus": {"text": "Lunch"}})]
    );
}

#[test]
fn an_update_lost_with_the_connection_is_told_again() {
    let mut world = World::with_presence();
    world.chooses(ChosenStatus::Busy);
    world.lose_connection();
    world.server.inbox.clear();
    world.advance(2_000);
    assert_eq!(world.told_updates()[0]["status"], "busy");
}

#[test]
fn an_update_that_is_refused_for_now_is_told_again_later() {
    let mut world = World::with_presence();
    world.chooses(ChosenStatus::Busy);
    let update = world.expect_event("presence:update");
    let error = json!({"code": "RATE_LIMITED", "message": "", "retryAfterMs": 3_000});
    world.refuse(&update, error);
    world.advance(2_999);
    assert!(world.told_updates().is_empty());
    world.advance(1_000);
    assert_eq!(world.told_updates()[0]["status"], "busy");
}

#[test]
fn what_the_server_says_before_it_takes_a_choice_is_no_choice() {
    let own = |chosen| json!({"userId": "alice", "status": "online", "chosenStatus": chosen});
    let mut world = World::with_presence();
    world.chooses(ChosenStatus::Busy);
    let update = world.expect_event("presence:update");
    world.server_sends("presence:changed", own("online"));
    world.refuse(&update, json!({"code": "RATE_LIMITED", "message": ""}));
    assert_eq!(world.status(), "busy");
    world.advance(3_000);
    assert_eq!(world.told_updates()[0]["status"], "busy");

    world.chooses(ChosenStatus::Away);
    let update = world.expect_event("presence:update");
    world.server_sends("presence:changed", own("busy"));
    world.ack(&update, Json::Null);
    assert_eq!(world.status(), "busy", "another device came after this one");
}

#[test]
fn what_was_told_to_a_server_that_has_not_greeted_is_told_to_the_next() {
    let mut world = World::new();
    let greetings = std::mem::take(&mut world.server.greetings);
    world.connect();
    world.advance(1_500);
    world.chooses(ChosenStatus::Invisible);
    assert_eq!(world.told_updates()[0]["status"], "offline");
    world.server.greetings = greetings;
    world.server.greetings[0][1]["capabilities"] = json!(["presence"]);
    world.lose_connection();
    world.advance(2_000);
    assert_eq!(world.told_updates()[0]["status"], "invisible");
}

#[test]
fn an_update_that_is_refused_for_good_is_an_error() {
    let mut world = World::with_presence();
    world.sets_custom(lunch(None));
    let update = world.expect_event("presence:update");
    world.refuse(
        &update,
        json!({"code": "VALIDATION_ERROR", "message": "too long"}),
    );
    world.advance(MINUTE_MS);
    assert!(world.told_updates().is_empty());
    assert_eq!(world.told_errors()[0].code, "VALIDATION_ERROR");
}

#[test]
fn who_does_nothing_for_five_minutes_is_away_until_they_do() {
    let mut world = World::with_presence();
    world.advance(IDLE_MS - 1);
    assert_eq!(world.status(), "online");
    world.advance(1);
    assert_eq!(world.status(), "away");
    assert_eq!(world.told_updates(), [json!({"idle": true})]);
    world.presence(PresenceCommand::Active);
    assert_eq!(world.status(), "online");
    assert_eq!(world.told_updates(), [json!({"idle": false})]);
}

#[test]
fn a_chosen_status_outlives_idleness_and_activity() {
    for chosen in [
        ChosenStatus::Away,
        ChosenStatus::Busy,
        ChosenStatus::Offline,
    ] {
        let mut world = World::with_presence();
        world.chooses(chosen);
        world.advance(IDLE_MS);
        assert_eq!(world.status(), chosen.as_str());
        world.presence(PresenceCommand::Active);
        world.presence(PresenceCommand::Hidden(true));
        world.advance(5_000);
        world.presence(PresenceCommand::Hidden(false));
        assert_eq!(world.status(), chosen.as_str());
    }
}

#[test]
fn a_network_that_goes_and_comes_changes_no_choice() {
    let mut world = World::with_presence();
    world.chooses(ChosenStatus::Busy);
    world.told_updates();
    world.input(Input::OnlineChanged(false));
    assert_eq!(world.status(), "busy");
    world.lose_connection();
    assert_eq!(world.status(), "busy");
    world.input(Input::OnlineChanged(true));
    world.advance(2_000);
    assert_eq!(world.status(), "busy");
    assert_eq!(world.told_updates(), [json!({"idle": false})]);
}

#[test]
fn activity_puts_idleness_off_and_sends_nothing() {
    let mut world = World::with_presence();
    for _ in 0..20 {
        world.advance(MINUTE_MS);
        world.presence(PresenceCommand::Active);
    }
    assert!(world.told_updates().is_empty());
    assert_eq!(world.status(), "online");
}

#[test]
fn a_page_that_is_not_seen_is_away_and_going_through_tabs_is_not() {
    let mut world = World::with_presence();
    world.presence(PresenceCommand::Hidden(true));
    world.advance(500);
    world.presence(PresenceCommand::Hidden(false));
    world.advance(5_000);
    assert!(world.told_updates().is_empty());
    world.presence(PresenceCommand::Hidden(true));
    world.advance(1_000);
    assert_eq!(world.status(), "away");
    assert_eq!(world.told_updates(), [json!({"idle": true})]);
    world.presence(PresenceCommand::Hidden(false));
    assert_eq!(world.told_updates(), [json!({"idle": false})]);
}

#[test]
fn idleness_is_not_looked_for_where_that_is_turned_off() {
    let mut world = World::with_presence();
    world.configure(|settings| settings.presence.detects_idle = false);
    world.presence(PresenceCommand::Hidden(true));
    world.advance(2 * IDLE_MS);
    assert_eq!(world.status(), "online");
    assert!(world.told_updates().is_empty());
}

#[test]
fn after_a_long_sleep_the_user_is_away_at_once() {
    let mut world = World::with_presence();
    world.sleep(8 * 60 * MINUTE_MS);
    world.input(Input::TimedOut);
    assert_eq!(world.status(), "away");
}

#[test]
fn a_heartbeat_goes_every_thirty_seconds_and_nothing_else() {
    let mut world = World::with_presence();
    world.advance(5 * 30_000 - 1);
    let beats = world
        .sent()
        .iter()
        .filter(|name| **name == "presence:heartbeat")
        .count();
    assert_eq!(beats, 4);
    world.presence(PresenceCommand::Stopped);
    world.server.inbox.clear();
    world.advance(2 * MINUTE_MS);
    assert!(!world.sent().contains(&"presence:heartbeat"));
}

#[test]
fn a_server_of_the_plain_dialect_is_told_all_of_it_and_gets_no_heartbeat() {
    let mut world = World::plain();
    world.connect();
    world.advance(1_500);
    world.chooses(ChosenStatus::Online);
    world.sets_custom(lunch(None));
    world.told_updates();
    world.advance(IDLE_MS);
    assert_eq!(
        world.told_updates(),
        [json!({"status": "away", "idle": true, "customStatus": {"text": "Lunch"}})]
    );
    world.chooses(ChosenStatus::Invisible);
    assert_eq!(world.told_updates()[0]["status"], "offline");
    assert!(!world.sent().contains(&"presence:heartbeat"));
}

#[test]
fn a_custom_status_ends_by_its_time_on_the_servers_clock() {
    let mut world = World::with_presence();
    world.sets_custom(lunch(Some("2026-01-30T12:01:00.000Z")));
    assert_eq!(world.engine.own_presence()["customStatus"]["text"], "Lunch");
    assert_eq!(
        world.told_updates()[0]["customStatus"],
        json!({"text": "Lunch", "expiresAt": "2026-01-30T12:01:00.000Z"})
    );
    world.advance(MINUTE_MS);
    assert_eq!(world.engine.own_presence()["customStatus"], Json::Null);
    world.sets_custom(None);
    assert_eq!(
        world.told_updates().last().unwrap()["customStatus"],
        Json::Null
    );
}

#[test]
fn what_another_device_chose_is_taken_over() {
    let mut world = World::with_presence();
    world.server_sends(
        "presence:changed",
        json!({"userId": "alice", "status": "busy", "customStatus": {"text": "Gym"}}),
    );
    assert_eq!(world.status(), "busy");
    assert_eq!(world.engine.own_presence()["customStatus"]["text"], "Gym");
    assert!(world.told_updates().is_empty());
}

#[test]
fn what_was_chosen_on_an_earlier_visit_is_so_from_the_first_word_of_the_server() {
    let mut world = World::new();
    world.presence(PresenceCommand::Started);
    world.server.greetings[0][1]["capabilities"] = json!(["presence"]);
    world.server.greetings.push(json!([
        "presence:changed",
        {
            "userId": "alice",
            "status": "online",
            "chosenStatus": "invisible",
            "customStatus": {"text": "Gym"},
        },
    ]));
    world.connect();
    assert_eq!(world.status(), "invisible");
    assert_eq!(world.engine.own_presence()["customStatus"]["text"], "Gym");
    assert_eq!(world.told_updates(), [json!({"idle": false})]);
}

#[test]
fn who_chose_to_be_invisible_stays_so_in_their_own_eyes_whatever_they_look_like() {
    let mut world = World::with_presence();
    for shown in ["online", "offline", "away"] {
        world.server_sends(
            "presence:changed",
            json!({"userId": "alice", "status": shown, "chosenStatus": "invisible"}),
        );
        assert_eq!(world.status(), "invisible");
    }
    assert!(world.told_updates().is_empty());
}

#[test]
fn ones_own_idleness_coming_back_is_no_choice() {
    let mut world = World::with_presence();
    world.advance(IDLE_MS);
    world.told_updates();
    world.is_now("alice", "away");
    world.presence(PresenceCommand::Active);
    assert_eq!(world.status(), "online");
}

#[test]
fn many_who_are_wanted_at_once_are_one_subscription() {
    let mut world = World::with_presence();
    for id in ["bob", "carol", "dave", "bob"] {
        world.presence(PresenceCommand::Wanted(owned(&[id])));
    }
    world.advance(20);
    world.subscribes(&["bob", "carol", "dave"]);
    assert_eq!(world.status_of("bob").as_deref(), Some("online"));
    world.wants(&["bob"]);
    assert!(!world.sent().contains(&"presence:subscribe"));
}

#[test]
fn who_is_wanted_without_a_connection_is_subscribed_to_on_every_next_one() {
    let mut world = World::new();
    world.server.greetings[0][1]["capabilities"] = json!(["presence"]);
    world.wants(&["bob"]);
    world.connect();
    world.subscribes(&["bob"]);
    for _ in 0..3 {
        world.lose_connection();
        assert_eq!(
            world.status_of("bob").as_deref(),
            Some("online"),
            "as it was last"
        );
        world.advance(2_000);
        world.subscribes(&["bob"]);
        assert!(!world.sent().contains(&"presence:subscribe"));
    }
}

#[test]
fn rooms_come_before_subscriptions_and_those_before_the_own_status() {
    let mut world = World::with_presence();
    world.join_room("general", 0);
    world.wants(&["bob"]);
    world.subscribes(&["bob"]);
    world.lose_connection();
    world.server.inbox.clear();
    world.advance(2_000);
    assert_eq!(world.sent(), ["room:join"]);
    let join = world.expect_event("room:join");
    world.ack(&join, joined("general", 0));
    let sent: Vec<&str> = world
        .sent()
        .into_iter()
        .filter(|name| *name != "sync:messages")
        .collect();
    assert_eq!(sent, ["presence:subscribe", "presence:update"]);
}

#[test]
fn who_is_not_wanted_any_more_is_left_after_a_while_unless_wanted_again() {
    let mut world = World::with_presence();
    world.wants(&["bob", "carol"]);
    world.subscribes(&["bob", "carol"]);
    world.wants_no_more(&["bob"]);
    assert_eq!(world.status_of("bob"), None);
    world.wants(&["bob"]);
    world.advance(2_000);
    assert!(!world.sent().contains(&"presence:unsubscribe"));
    world.wants_no_more(&["carol"]);
    world.advance(2_000);
    let left = world.expect_event("presence:unsubscribe");
    assert_eq!(left.body, json!({"userIds": ["carol"]}));
}

#[test]
fn who_is_wanted_again_before_the_server_was_told_of_it_is_asked_for_anew() {
    let mut world = World::with_presence();
    world.wants(&["bob"]);
    world.subscribes(&["bob"]);
    world.wants_no_more(&["bob"]);
    world.wants(&["bob"]);
    world.subscribes(&["bob"]);
}

#[test]
fn more_than_the_server_allows_wait_until_there_is_room_and_the_app_is_told() {
    let mut world = World::new();
    world.server.greetings[0][1]["capabilities"] = json!(["presence"]);
    world.server.greetings[0][1]["limits"] = json!({"presenceSubscriptions": 2});
    world.connect();
    world.wants(&["a", "b", "c"]);
    world.subscribes(&["a", "b"]);
    assert_eq!(world.told_errors()[0].code, "SUBSCRIPTION_LIMIT");
    world.wants_no_more(&["a"]);
    world.advance(2_000);
    world.subscribes(&["c"]);
    assert!(world.told_errors().is_empty());
}

#[test]
fn an_id_that_is_none_is_refused_and_keeps_nobody_else_from_being_followed() {
    let mut world = World::with_presence();
    world.wants(&["bob", "car\u{7}ol", " dave"]);
    world.subscribes(&["bob"]);
    let told = world.told_errors();
    assert_eq!(told.len(), 2);
    assert!(told.iter().all(|error| error.code == "VALIDATION_ERROR"));
}

#[test]
fn a_subscription_that_is_not_answered_is_asked_for_again() {
    let mut world = World::with_presence();
    world.wants(&["bob"]);
    let subscribe = world.expect_event("presence:subscribe");
    world.refuse(
        &subscribe,
        json!({"code": "INTERNAL_ERROR", "retryable": true}),
    );
    world.advance(2_000);
    world.subscribes(&["bob"]);
}

#[test]
fn a_change_is_told_and_read_as_the_server_shows_it() {
    let mut world = World::with_presence();
    world.notifications();
    let body = json!({
        "userId": "bob", "status": "busy", "customStatus": {"text": "Gym", "emoji": "🏋"},
        "customEmoji": "🏋", "lastSeen": null, "lastSeenAt": null, "device": "web", "secret": 7,
    });
    world.server_sends("presence:changed", body);
    assert_eq!(world.told_presences(), ["bob"]);
    let expected = json!({
        "userId": "bob", "status": "busy", "device": "web",
        "customStatus": {"text": "Gym", "emoji": "🏋"},
    });
    assert_eq!(world.engine.presence("bob"), Some(expected));
    assert_eq!(world.engine.presence("nobody"), None);
}

#[test]
fn of_who_is_not_to_be_seen_nothing_comes_through_in_any_dialect() {
    for status in ["offline", "invisible"] {
        let mut world = World::with_presence();
        let body = json!({
            "userId": "bob", "status": status, "customStatus": "Gym", "customEmoji": "🏋",
            "device": "web",
        });
        world.server_sends("presence:changed", body);
        let seen = world.engine.presence("bob").unwrap();
        assert_eq!(seen, json!({"userId": "bob", "status": "offline"}));
    }
}

#[test]
fn a_custom_status_of_others_is_hidden_by_its_time() {
    let mut world = World::with_presence();
    let until = |at: &str| json!({"text": "Gym", "expiresAt": at});
    for (user_id, at) in [
        ("bob", "2026-01-30T12:00:30.000Z"),
        ("carol", "2026-01-30T12:00:10.000Z"),
    ] {
        let body = json!({"userId": user_id, "status": "online", "customStatus": until(at)});
        world.server_sends("presence:changed", body);
    }
    let over = json!({"userId": "dave", "status": "online", "customStatus": until("2026-01-30T11:00:00.000Z")});
    world.server_sends("presence:changed", over);
    let has_custom =
        |world: &World, id| world.engine.presence(id).unwrap()["customStatus"].is_object();
    assert!(!has_custom(&world, "dave"));
    world.notifications();
    world.advance(10_000);
    assert_eq!(world.told_presences(), ["carol"]);
    assert!(has_custom(&world, "bob") && !has_custom(&world, "carol"));
    world.advance(20_000);
    assert!(!has_custom(&world, "bob"));
}

#[test]
fn a_clock_that_is_set_meanwhile_ends_no_custom_status() {
    let mut world = World::with_presence();
    world.now.wall_ms += 24 * 60 * MINUTE_MS;
    let custom = json!({"text": "Gym", "expiresAt": "2026-01-30T12:00:30.000Z"});
    let body = json!({"userId": "bob", "status": "online", "customStatus": custom});
    world.server_sends("presence:changed", body);
    assert_eq!(
        world.engine.presence("bob").unwrap()["customStatus"],
        custom
    );
}

#[test]
fn what_is_asked_for_is_answered_in_order_and_kept() {
    let mut world = World::with_presence();
    let ids = owned(&["bob", "carol"]);
    let request = world.request(|request| Input::Presence(PresenceCommand::Asked { ids, request }));
    let get = world.expect_event("presence:get");
    assert_eq!(get.body, json!({"userIds": ["bob", "carol"]}));
    let presences = json!([
        {"userId": "bob", "status": "away"},
        {"userId": "carol", "status": "offline", "lastSeenAt": "t"},
    ]);
    world.ack(&get, json!({"presences": presences}));
    assert_eq!(world.take_settled(request).unwrap(), Ok(presences));
    assert_eq!(world.status_of("bob").as_deref(), Some("away"));
}

#[test]
fn a_question_that_cannot_be_answered_is_rejected() {
    let mut world = World::new();
    let ask = |request| {
        Input::Presence(PresenceCommand::Asked {
            ids: owned(&["bob"]),
            request,
        })
    };
    let request = world.request(ask);
    assert_eq!(world.rejection(request), "NOT_CONNECTED");
    world.connect();
    let request = world.request(ask);
    world.advance(10_000);
    assert_eq!(world.rejection(request), "TIMEOUT");
    let request = world.request(ask);
    world.lose_connection();
    assert_eq!(world.rejection(request), "NOT_CONNECTED");
}

#[test]
fn nothing_of_one_user_is_shown_to_the_next() {
    let mut world = World::with_presence();
    world.chooses(ChosenStatus::Busy);
    world.wants(&["bob"]);
    world.subscribes(&["bob"]);
    let request = world.request(Input::LogoutRequested);
    assert!(world.take_settled(request).is_some());
    assert_eq!(world.engine.presences(), Vec::<Json>::new());
    assert_eq!(world.status(), "online");
}

#[test]
fn ten_thousand_are_known_beside_those_who_are_wanted_and_then_the_oldest_are_forgotten() {
    let mut world = World::with_presence();
    world.is_logged = false;
    world.wants(&["bob"]);
    world.subscribes(&["bob"]);
    for number in 0..10_100 {
        world.is_now(&format!("u{number}"), "online");
        assert!(world.engine.presence(&format!("u{number}")).is_some());
    }
    assert!(world.engine.presences().len() <= 10_001);
    assert_eq!(world.status_of("bob").as_deref(), Some("online"));
    assert_eq!(world.status_of("u9999").as_deref(), Some("online"));
    assert_eq!(world.status_of("u0"), None);
    let forgotten = world.told_presences();
    assert_eq!(
        forgotten.iter().filter(|id| *id == "u0").count(),
        2,
        "told of as it went, too"
    );
}

#[test]
fn what_cannot_be_sent_while_too_much_is_under_way_is_sent_later_and_not_without_end() {
    let mut world = World::with_presence();
    world.is_logged = false;
    for _ in 0..crate::engine::config::MAX_PENDING_ACKS {
        world.emit_async("custom", json!({}), Some(5_000));
    }
    world.chooses(ChosenStatus::Busy);
    world.wants(&["bob"]);
    world.advance(3_000);
    assert!(world.told_updates().is_empty());
    world.server.inbox.clear();
    world.advance(4_000);
    assert_eq!(world.told_updates()[0]["status"], "busy");
    world.subscribes(&["bob"]);
}

#[test]
fn asked_to_synchronise_presence_it_asks_for_all_anew_and_counts_them() {
    let mut world = World::with_presence();
    world.wants(&["bob", "carol"]);
    world.subscribes(&["bob", "carol"]);
    let request = world.request(Input::SyncPresenceRequested);
    assert!(world.is_pending(request));
    world.subscribes(&["bob", "carol"]);
    let counted = world.take_settled(request).unwrap().unwrap();
    assert_eq!(counted["synced"], 2.0);
    let request = world.request(Input::SyncPresenceRequested);
    world.lose_connection();
    assert_eq!(world.rejection(request), "NOT_CONNECTED");
}

#[test]
fn a_reconnect_is_synchronised_once_presence_is_there_too() {
    let mut world = World::with_settings(|settings| settings.sync.auto_sync = true);
    world.server.greetings[0][1]["capabilities"] = json!(["presence", "resume"]);
    world.connect();
    world.wants(&["bob"]);
    world.subscribes(&["bob"]);
    world.lose_connection();
    world.server.inbox.clear();
    world.notifications();
    world.advance(2_000);
    let channels = world.expect_event("sync:channels");
    world.ack(&channels, json!({"channels": [], "serverTime": 1}));
    let completed = |world: &mut World| {
        world.take(|told| match told {
            Notification::Sync { event, data } if *event == "sync:completed" => {
                Some(data["result"]["presence"]["synced"].clone())
            }
            _ => None,
        })
    };
    assert!(completed(&mut world).is_empty());
    world.subscribes(&["bob"]);
    assert_eq!(completed(&mut world), [1.0]);
}

/// What may happen around presence.
#[derive(Clone, Debug)]
enum Step {
    Chooses(ChosenStatus),
    Active,
    Hidden(bool),
    Wants(u8),
    WantsNoMore(u8),
    Loses,
    Waits(u32),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let chosen = prop_oneof![
        Just(ChosenStatus::Online),
        Just(ChosenStatus::Away),
        Just(ChosenStatus::Busy),
        Just(ChosenStatus::Invisible),
    ];
    let step = prop_oneof![
        1 => chosen.prop_map(Step::Chooses),
        2 => Just(Step::Active),
        1 => any::<bool>().prop_map(Step::Hidden),
        3 => (0..5_u8).prop_map(Step::Wants),
        3 => (0..5_u8).prop_map(Step::WantsNoMore),
        1 => Just(Step::Loses),
        3 => (0..400_000_u32).prop_map(Step::Waits),
    ];
    prop::collection::vec(step, 1..40)
}

/// The server takes everything in, in order, and says what it knows of the client then.
fn serve(world: &mut World, followed: &mut Vec<String>, told: &mut (String, bool)) {
    loop {
        world.advance(2_000);
        if world.server.inbox.is_empty() {
            return;
        }
        while let Some(event) = world.server.inbox.pop_front() {
            let ids = event.body["userIds"]
                .as_array()
                .cloned()
                .unwrap_or_default();
            let ids = ids.iter().map(|id| id.as_str().unwrap().to_owned());
            match event.name.as_str() {
                "presence:subscribe" => {
                    followed.extend(ids);
                    followed.sort();
                    followed.dedup();
                }
                "presence:unsubscribe" => {
                    let left: Vec<String> = ids.collect();
                    followed.retain(|id| !left.contains(id));
                }
                "presence:update" => {
                    if let Some(status) = event.body["status"].as_str() {
                        told.0 = status.to_owned();
                    }
                    told.1 = event.body["idle"] == true;
                }
                _ => {}
            }
            if event.ack.is_some() {
                world.ack(&event, json!({"presences": []}));
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    /// Whatever happens, once things are quiet the server follows exactly whom the app wants, and
    /// knows what was chosen last and whether somebody looks.
    #[test]
    fn in_the_end_the_server_knows_what_the_app_wants(steps in steps()) {
        let mut world = World::with_presence();
        world.is_logged = false;
        let (mut followed, mut told) = (Vec::new(), ("online".to_owned(), false));
        let (mut wanted, mut chosen) = (Vec::new(), ChosenStatus::Online);
        for step in steps {
            match step {
                Step::Chooses(status) => {
                    chosen = status;
                    world.chooses(status);
                }
                Step::Active => world.presence(PresenceCommand::Active),
                Step::Hidden(is_hidden) => world.presence(PresenceCommand::Hidden(is_hidden)),
                Step::Wants(number) => {
                    let id = format!("u{number}");
                    world.presence(PresenceCommand::Wanted(vec![id.clone()]));
                    wanted.retain(|other| *other != id);
                    wanted.push(id);
                }
                Step::WantsNoMore(number) => {
                    let id = format!("u{number}");
                    world.presence(PresenceCommand::Unwanted(vec![id.clone()]));
                    wanted.retain(|other| *other != id);
                }
                Step::Loses if world.connection().is_connected => {
                    serve(&mut world, &mut followed, &mut told);
                    if world.connection().is_connected {
                        world.lose_connection();
                        followed.clear();
                    }
                }
                Step::Loses => {}
                Step::Waits(ms) => {
                    serve(&mut world, &mut followed, &mut told);
                    world.advance(u64::from(ms));
                }
            }
        }
        serve(&mut world, &mut followed, &mut told);
        // What was not answered in time is said again by then.
        for _ in 0..3 {
            world.advance(45_000);
            serve(&mut world, &mut followed, &mut told);
        }
        followed.sort();
        wanted.sort();
        prop_assert_eq!(followed, wanted);
        prop_assert_eq!(told.0, chosen.as_str());
        prop_assert_eq!(told.1, world.engine.own_presence()["isIdle"] == true);
    }
}
