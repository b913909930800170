//! Whatever happens in whatever order: one attempt, one connection, every promise settled once,
//! and everything works again when things are quiet.

use proptest::prelude::*;
use serde_json::{Value as Json, json};

use super::peer::joined;
use super::server::Door;
use super::world::World;
use crate::engine::input::{Input, RequestId, TokenSource};
use crate::engine::snapshot::RealtimeConnectionState as State;
use crate::socketio::TransportId;

#[derive(Clone, Debug)]
enum Step {
    Connect,
    Disconnect,
    Reconnect,
    Online(bool),
    Resume,
    Advance(u64),
    Sleep(u64),
    Door(Door),
    Refuse(Option<&'static str>),
    Cut(bool),
    Lose,
    Kick,
    LateFrame(u32),
    Token(TokenSource),
    AnswerToken { known: bool, works: bool },
    Join(&'static str),
    Leave(&'static str),
    Send(&'static str),
    Emit,
    Answer(Answer),
}

#[derive(Clone, Copy, Debug)]
enum Answer {
    Yes,
    No(&'static str),
    Twice,
}

const REFUSALS: [&str; 3] = ["AUTH_FAILED", "SERVER_FULL", "FORBIDDEN"];

fn step() -> impl Strategy<Value = Step> {
    let room = prop::sample::select(vec!["a", "b"]);
    let door = prop::sample::select(vec![Door::Open, Door::Refused, Door::Silent]);
    let token = prop::sample::select(vec![
        TokenSource::None,
        TokenSource::Fixed("t".to_owned()),
        TokenSource::Callback,
    ]);
    let answer = prop_oneof![
        3 => Just(Answer::Yes),
        1 => prop::sample::select(vec!["FORBIDDEN", "RATE_LIMITED"]).prop_map(Answer::No),
        1 => Just(Answer::Twice),
    ];
    prop_oneof![
        3 => Just(Step::Connect),
        1 => Just(Step::Disconnect),
        1 => Just(Step::Reconnect),
        1 => any::<bool>().prop_map(Step::Online),
        1 => Just(Step::Resume),
        3 => (0_u64..40_000).prop_map(Step::Advance),
        1 => (0_u64..4_000_000).prop_map(Step::Sleep),
        1 => door.prop_map(Step::Door),
        1 => prop::option::of(prop::sample::select(REFUSALS.to_vec())).prop_map(Step::Refuse),
        1 => any::<bool>().prop_map(Step::Cut),
        1 => Just(Step::Lose),
        1 => Just(Step::Kick),
        1 => (0_u32..20).prop_map(Step::LateFrame),
        1 => token.prop_map(Step::Token),
        2 => (any::<bool>(), any::<bool>())
            .prop_map(|(known, works)| Step::AnswerToken { known, works }),
        2 => room.clone().prop_map(Step::Join),
        1 => room.clone().prop_map(Step::Leave),
        2 => room.prop_map(Step::Send),
        1 => Just(Step::Emit),
        4 => answer.prop_map(Step::Answer),
    ]
}

fn take(world: &mut World, step: Step) {
    match step {
        Step::Connect => {
            world.ask_to_connect();
        }
        Step::Disconnect => world.disconnect(),
        Step::Reconnect => {
            world.request(Input::ReconnectRequested);
        }
        Step::Online(online) => world.set_online(online),
        Step::Resume => world.input(Input::Resumed),
        Step::Advance(ms) => world.advance(ms),
        Step::Sleep(ms) => world.sleep(ms),
        Step::Door(door) => world.server.door = door,
        Step::Refuse(code) => {
            world.server.refusal = code.map(|code| {
                let data = json!({
                    "code": code, "retryable": code == "SERVER_FULL", "retryAfterMs": 5_000,
                });
                json!({"message": "refused", "data": data})
            });
        }
        Step::Cut(is_cut) => world.server.is_cut = is_cut,
        Step::Lose if world.server.socket().is_some() => world.lose_connection(),
        Step::Kick if world.server.is_joined() => world.server_sends_frame("41"),
        Step::Lose | Step::Kick => {}
        Step::LateFrame(id) => {
            if world.server.socket() != Some(TransportId(id)) {
                world.server_sends_frame_on(TransportId(id), r#"42["late"]"#);
            }
        }
        Step::Token(source) => world.set_token(source, true),
        Step::AnswerToken { known, works } => {
            let ask = world.asks.pop_front().filter(|_| known).unwrap_or(u32::MAX);
            let token = works
                .then(|| Some("t".to_owned()))
                .ok_or_else(|| "no".to_owned());
            world.input(Input::TokenAnswered { ask, token });
        }
        Step::Join(room) => {
            world.join(room);
        }
        Step::Leave(room) => world.leave(room),
        Step::Send(room) => {
            world.send(room, "hello");
        }
        Step::Emit => {
            world.emit_async("custom", json!(1), None);
        }
        Step::Answer(answer) => {
            if world.server.is_joined() {
                reply(world, answer);
            }
        }
    }
}

/// The server answers the oldest event that wants it.
fn reply(world: &mut World, answer: Answer) {
    let Some(event) = world.server.inbox.pop_front() else {
        return;
    };
    // What came on an older connection is answered on none.
    if event.ack.is_none() || world.server.socket() != Some(event.on) {
        return;
    }
    let data = match event.name.as_str() {
        "room:join" => joined(event.body["roomName"].as_str().unwrap(), 0),
        "message:send" => json!({"messageId": event.body["clientMessageId"]}),
        _ => Json::Null,
    };
    match answer {
        Answer::Yes => world.ack(&event, data),
        Answer::No(code) => world.refuse(&event, json!({"code": code, "message": "no"})),
        Answer::Twice => {
            world.ack(&event, data.clone());
            if world.server.socket() == Some(event.on) {
                world.ack(&event, data);
            }
        }
    }
}

/// The faults stop, and the app wants a connection.
fn calm(world: &mut World) -> RequestId {
    world.server.door = Door::Open;
    world.server.refusal = None;
    world.server.is_cut = false;
    world.set_token(TokenSource::Fixed("t".to_owned()), false);
    let request = world.ask_to_connect();
    for _ in 0..60 {
        world.advance(1_000);
        while world.server.is_joined() && !world.server.inbox.is_empty() {
            reply(world, Answer::Yes);
        }
    }
    request
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 4_096,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn every_promise_is_settled_once_and_the_client_is_well_when_things_are_quiet(
        steps in prop::collection::vec(step(), 0..50),
    ) {
        let mut world = World::new();
        world.is_logged = false;
        for step in steps {
            take(&mut world, step);
            prop_assert_eq!(world.connection().is_connected, world.state() == State::Connected
                || world.state() == State::Authenticated);
        }
        let request = calm(&mut world);
        prop_assert!(world.take_settled(request).is_some());
        prop_assert_eq!(world.state(), State::Authenticated);
        prop_assert_eq!(world.unsettled(), 0);
        prop_assert_eq!(world.server.sockets(), 1);
        for room in world.engine.rooms() {
            prop_assert!(room.is_joined);
        }
    }
}
