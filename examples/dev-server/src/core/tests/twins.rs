//! Two runs that differ only in what an invisible user does: whoever watches gets the same frames
//! and answers, byte for byte, at the same times.

use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::{RngCore, SeedableRng};

use super::people::People;
use super::*;

/// How many pairs of runs.
const SEEDS: u64 = 2_000;
/// How many steps a run has; of a few, time just passes.
const STEPS: usize = 40;

const HIDDEN: &str = "hidden";

/// Somebody's deed.
type Deed = (&'static str, Json);

struct Dice(Xoshiro256PlusPlus);

impl Dice {
    fn new(seed: u64) -> Self {
        Self(Xoshiro256PlusPlus::seed_from_u64(seed))
    }

    fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.0.next_u64() % bound as u64).expect("small")
    }

    fn pick<T: Clone>(&mut self, items: &[T]) -> T {
        items[self.below(items.len())].clone()
    }
}

fn room(name: &str) -> Json {
    json!({ "roomName": name })
}

/// What those do who watch, and others who are visible.
fn open_deed(dice: &mut Dice, number: usize) -> Deed {
    let everyone = json!({ "userIds": [HIDDEN, "carol", "watcher", "nobody"] });
    let text = json!({ "roomName": "general", "content": format!("text {number}") });
    let of_hidden = json!({ "userId": HIDDEN });
    dice.pick(&[
        ("presence:subscribe", everyone.clone()),
        ("presence:get", everyone.clone()),
        ("presence:get", everyone),
        ("presence:window", room("general")),
        ("presence:window", room("general")),
        ("room:join", room("general")),
        ("room:members", room("general")),
        ("sync:channels", json!({})),
        (
            "sync:resume",
            json!({ "rooms": [{ "roomName": "general", "seq": 0 }], "receipts": true }),
        ),
        ("message:send", text.clone()),
        ("message:send", text),
        (
            "message:batch-read-ack",
            json!({ "channelId": "general", "upToSeq": 9_999 }),
        ),
        ("typing:start", room("general")),
        ("typing:stop", room("general")),
        (
            "presence:update",
            json!({ "status": "busy", "idle": false }),
        ),
        ("presence:update", json!({ "idle": true })),
        ("contacts:add", of_hidden.clone()),
        ("block:add", of_hidden.clone()),
        ("block:remove", of_hidden),
        ("presence:unsubscribe", json!({ "userIds": [HIDDEN] })),
        (
            "presence:settings:update",
            json!({ "allowReadReceipts": false }),
        ),
        (
            "presence:settings:update",
            json!({ "allowReadReceipts": true }),
        ),
        ("delivery:sync", json!({ "messageIds": ["k0", "k1", "k2"] })),
    ])
}

/// What the one does who is invisible: all but what is addressed to those who watch.
fn hidden_deed(dice: &mut Dice, number: usize) -> Deed {
    let watcher = json!({ "userId": "watcher" });
    let elsewhere = json!({ "roomName": "elsewhere", "content": format!("text {number}") });
    let until = 1_000_000 + number as i64 * 1_000;
    dice.pick(&[
        (
            "presence:update",
            json!({ "status": "busy", "idle": false }),
        ),
        ("presence:update", json!({ "status": "away", "idle": true })),
        (
            "presence:update",
            json!({ "status": "offline", "idle": false }),
        ),
        (
            "presence:update",
            json!({ "status": "online", "device": "phone" }),
        ),
        (
            "presence:update",
            json!({ "customStatus": { "text": "here", "expiresAt": until } }),
        ),
        ("presence:update", json!({ "customStatus": null })),
        ("presence:heartbeat", json!({})),
        (
            "presence:settings:update",
            json!({ "visibility": "everyone", "showLastSeen": true }),
        ),
        (
            "presence:settings:update",
            json!({ "visibility": "nobody" }),
        ),
        ("presence:settings:update", json!({ "showLastSeen": false })),
        (
            "presence:settings:update",
            json!({ "showOnlineStatus": false, "broadcastTyping": true }),
        ),
        (
            "presence:settings:update",
            json!({ "showOnlineStatus": true }),
        ),
        (
            "presence:settings:update",
            json!({ "allowReadReceipts": true }),
        ),
        (
            "presence:subscribe",
            json!({ "userIds": ["watcher", "carol"] }),
        ),
        ("presence:get", json!({ "userIds": ["watcher"] })),
        ("contacts:add", watcher.clone()),
        ("contacts:remove", watcher.clone()),
        ("block:add", watcher.clone()),
        ("block:remove", watcher),
        ("typing:start", room("general")),
        ("typing:start", room("elsewhere")),
        ("typing:stop", room("general")),
        ("message:send", elsewhere),
        (
            "message:delivered-ack",
            json!({ "channelId": "general", "upToSeq": 9_999 }),
        ),
        (
            "message:batch-read-ack",
            json!({ "channelId": "general", "upToSeq": 9_999 }),
        ),
        ("room:leave", room("general")),
        ("room:join", room("general")),
        ("room:join", room("general")),
        ("room:join", room("announcements")),
        ("sync:channels", json!({})),
        ("reconnect", json!({})),
        ("go away", json!({})),
        ("another tab", json!({})),
    ])
}

/// Everything that the watcher got, in order; and how much the hidden user did.
async fn run(seed: u64, hidden_seed: Option<u64>) -> (Vec<String>, usize) {
    let mut dice = Dice::new(seed);
    let mut hidden_dice = Dice::new(hidden_seed.unwrap_or_default());
    let people = prepare(&mut dice).await;
    let mut log = Vec::new();
    let mut deeds = 0;
    for number in 0..STEPS {
        people.pass(dice.below(3_000) as i64 + 1).await;
        let (who, is_watched) =
            dice.pick(&[("watcher", true), ("watcher", true), ("carol", false)]);
        let (name, body) = open_deed(&mut dice, number);
        let answer = people.ask(who, name, body.clone()).await;
        if is_watched {
            let now_ms = people.now_ms();
            log.push(format!("{now_ms} {name} {body}: {answer:?}"));
        }
        people.pass(1).await;
        if hidden_seed.is_some() {
            deeds += 1;
            let (name, body) = hidden_deed(&mut hidden_dice, number);
            act_hidden(&people, name, body, number).await;
        }
        people.pass(1).await;
    }
    people.pass(200_000).await;
    let frames = people.take("watcher").into_iter();
    log.extend(frames.map(|(at_ms, frame)| format!("{at_ms} {frame}")));
    (log, deeds)
}

/// Up to the moment in which the hidden user hides, both runs are one.
async fn prepare(dice: &mut Dice) -> People {
    let people = People::in_general(&["watcher", "carol"]).await;
    people.connect(HIDDEN, HIDDEN).await;
    let settings = dice.pick(&[
        json!({}),
        json!({ "visibility": "contacts" }),
        json!({ "showLastSeen": false }),
        json!({ "visibility": "nobody" }),
    ]);
    people
        .done(HIDDEN, "presence:settings:update", settings)
        .await;
    if dice.below(2) == 0 {
        people
            .done(HIDDEN, "contacts:add", json!({ "userId": "watcher" }))
            .await;
    }
    if dice.below(4) > 0 {
        people.done(HIDDEN, "room:join", room("general")).await;
        people.done(HIDDEN, "typing:start", room("general")).await;
    }
    people.done(HIDDEN, "room:create", room("elsewhere")).await;
    let custom = json!({ "text": "Lunch", "expiresAt": people.now_ms() + 9_000 });
    people
        .done(
            HIDDEN,
            "presence:update",
            json!({ "idle": false, "customStatus": custom }),
        )
        .await;
    let message = json!({ "roomName": "general", "content": "x", "clientMessageId": "k0" });
    people.done("watcher", "message:send", message).await;
    people
        .done(
            "watcher",
            "presence:subscribe",
            json!({ "userIds": [HIDDEN] }),
        )
        .await;
    people.pass(dice.below(10_000) as i64).await;
    match dice.below(2) {
        0 => {
            let update = json!({ "invisibleMode": true });
            people
                .done(HIDDEN, "presence:settings:update", update)
                .await;
        }
        _ => {
            let update = json!({ "status": "invisible", "idle": false });
            people.done(HIDDEN, "presence:update", update).await;
            // From then on it is a setting: another choice would end it.
            let update = json!({ "invisibleMode": true });
            people
                .done(HIDDEN, "presence:settings:update", update)
                .await;
        }
    }
    people
}

async fn act_hidden(people: &People, name: &str, body: Json, number: usize) {
    if !people.is_connected(HIDDEN) {
        people.connect(HIDDEN, HIDDEN).await;
    }
    match name {
        "go away" => people.disconnect(HIDDEN).await,
        "reconnect" => {
            people.disconnect(HIDDEN).await;
            if number.is_multiple_of(3) {
                people.pass(0).await;
            }
            people.connect(HIDDEN, HIDDEN).await;
        }
        "another tab" => {
            let tab = "another tab";
            match people.is_connected(tab) {
                true => people.disconnect(tab).await,
                false => people.connect(tab, HIDDEN).await,
            }
        }
        // Being invisible by choice ends with another one.
        "presence:update" if body.get("status").is_some() => {
            let settings = people.ask(HIDDEN, "presence:settings:get", json!({})).await;
            assert_eq!(settings.expect("settings")["invisibleMode"], true);
            let _ = people.ask(HIDDEN, name, body).await;
        }
        _ => {
            // Some are refused, such as typing where they left: that is theirs alone to know.
            let _ = people.ask(HIDDEN, name, body).await;
        }
    }
}

async fn differ(seed: u64) -> Option<String> {
    let (absent, _) = run(seed, None).await;
    let (present, deeds) = run(seed, Some(seed ^ 0xbad)).await;
    assert!(deeds >= 20, "the hidden user does much");
    let pairs = absent.iter().zip(&present);
    let first = pairs.enumerate().find(|(_, (one, other))| one != other);
    match first {
        Some((line, (one, other))) => Some(format!("seed {seed} line {line}:\n{one}\n{other}")),
        None if absent.len() == present.len() => None,
        None => Some(format!(
            "seed {seed}: {} and {} lines",
            absent.len(),
            present.len()
        )),
    }
}

#[test]
fn whoever_watches_cannot_tell_an_invisible_user_from_one_who_does_nothing() {
    let threads = std::thread::available_parallelism().map_or(1, |count| count.get() as u64);
    let differences = |first: u64| {
        let mut seeds = (first..SEEDS).step_by(threads as usize);
        // Nothing waits for anything but the clock of its own run.
        seeds.find_map(|seed| differ(seed).now_or_never().expect("never waits"))
    };
    std::thread::scope(|scope| {
        let running: Vec<_> = (0..threads)
            .map(|first| scope.spawn(move || differences(first)))
            .collect();
        for one in running {
            let difference = one.join().expect("ends");
            assert!(difference.is_none(), "{}", difference.unwrap_or_default());
        }
    });
}

#[tokio::test]
async fn no_frame_names_somebody_who_was_never_visible() {
    for seed in 0..50 {
        let mut dice = Dice::new(seed);
        let people = People::with(Times::DEFAULT).await;
        people.connect(HIDDEN, HIDDEN).await;
        let update = json!({ "invisibleMode": true });
        people
            .done(HIDDEN, "presence:settings:update", update)
            .await;
        for user in ["watcher", "carol"] {
            people.connect(user, user).await;
            people.done(user, "room:join", room("general")).await;
        }
        for number in 0..STEPS {
            people.pass(dice.below(3_000) as i64).await;
            let (name, body) = hidden_deed(&mut dice, number);
            act_hidden(&people, name, body, number).await;
            let deed = [
                ("presence:window", room("general")),
                ("room:members", room("general")),
            ];
            let (name, body) = dice.pick(&deed);
            let answer = people.ask("watcher", name, body).await.expect("answers");
            assert!(
                !answer.to_string().contains(HIDDEN),
                "seed {seed}: {answer}"
            );
        }
        people.pass(100_000).await;
        for (_, frame) in people.take("watcher") {
            assert!(!frame.to_string().contains(HIDDEN), "seed {seed}: {frame}");
        }
    }
}

#[cfg(feature = "planted-bugs")]
#[tokio::test]
async fn each_planted_leak_is_found() {
    use nchat_realtime::wire::planted::{PlantedBug, plant};

    for bug in PlantedBug::LEAKS {
        plant(Some(bug));
        let mut found = None;
        for seed in 0..SEEDS {
            found = differ(seed).await;
            if found.is_some() {
                break;
            }
        }
        plant(None);
        assert!(found.is_some(), "{bug:?} was not found");
    }
}
