//! The same seed gives the same outputs, natively and as a module in a browser: a world of chances
//! is played from its seed on, and everything that came out is held against the same play
//! elsewhere, by its checksum in `traces.txt`.
//!
//! After a change of what the engine says or does, `npm run traces` writes the file anew.

use serde_json::{Value as Json, json};

use super::disk::Disk;
use super::peer::joined;
use super::server::{Door, Emitted};
use super::world::World;
use crate::engine::ids::Random;
use crate::engine::input::{Input, QueueCommand};

/// As many as guarantee I22 asks for.
const SEEDS: u8 = 50;
const STEPS: usize = 200;
const TRACES: &str = include_str!("traces.txt");

/// One play: what is said and done, and what the server answers, by chance alone.
struct Play {
    world: World,
    chances: Random,
    seq: u64,
    queued: u32,
}

impl Play {
    fn new(seed: u8) -> Self {
        let mut world = World::with_seed(seed);
        world.disk = Some(Disk::default());
        world.restart();
        Self {
            world,
            chances: Random::new([seed ^ 0x5a; 32]),
            seq: 0,
            queued: 0,
        }
    }

    /// A number below `end`.
    fn chance(&mut self, end: u64) -> u64 {
        (self.chances.fraction() * end as f64) as u64
    }

    fn room(&mut self) -> &'static str {
        ["a", "b"][self.chance(2) as usize]
    }

    fn step(&mut self) {
        match self.chance(20) {
            0 => drop(self.world.ask_to_connect()),
            1 if self.world.server.socket().is_some() => self.world.lose_connection(),
            2 => {
                let is_online = self.chance(2) == 0;
                self.world.set_online(is_online);
            }
            3 => {
                let doors = [Door::Open, Door::Open, Door::Refused, Door::Silent];
                self.world.server.door = doors[self.chance(4) as usize];
            }
            4 => {
                let ms = self.chance(4_000_000);
                self.world.sleep(ms);
            }
            5 | 6 => {
                let ms = self.chance(40_000);
                self.world.advance(ms);
            }
            7 => {
                let room = self.room();
                self.world.join(room);
            }
            8 => {
                let is_slow = self.chance(2) == 0;
                self.world.disk().is_slow = is_slow;
                self.world.disk_step();
            }
            9 if self.chance(4) == 0 => self.world.restart(),
            10 => {
                let key = format!("key {}", self.chance(u64::from(self.queued) + 1));
                drop(self.world.queue(QueueCommand::Remove(key)));
            }
            11..=13 => self.queue(),
            14 | 16 if self.world.server.is_joined() => self.somebody_writes(),
            15 => drop(self.world.request(Input::SyncRequested)),
            _ if self.world.server.is_joined() => self.answer(),
            _ => self.world.input(Input::Resumed),
        }
    }

    fn queue(&mut self) {
        self.queued += 1;
        let (room, key) = (self.room(), format!("key {}", self.queued));
        let message = json!({"channelId": room, "content": "hello", "clientMessageId": key});
        drop(self.world.queue(QueueCommand::Add(message)));
    }

    fn somebody_writes(&mut self) {
        self.seq += 1 + self.chance(2);
        let (room, seq) = (self.room(), self.seq);
        let message = json!({
            "roomName": room, "messageId": format!("m{seq}"), "userId": "bob", "content": "hi",
            "seq": seq, "epoch": "e1", "timestamp": self.world.now.wall_ms,
        });
        self.world.server_sends("message:new", message);
    }

    /// The server answers the oldest event that it got, most of the time.
    fn answer(&mut self) {
        let Some(event) = self.world.server.inbox.pop_front() else {
            return;
        };
        if event.ack.is_none() || self.world.server.socket() != Some(event.on) {
            return;
        }
        match self.chance(6) {
            0 => {
                let codes = ["FORBIDDEN", "RATE_LIMITED", "INTERNAL_ERROR"];
                let code = codes[self.chance(3) as usize];
                self.world
                    .refuse(&event, json!({"code": code, "message": "no"}));
            }
            _ => {
                let data = self.data_of(&event);
                self.world.ack(&event, data);
            }
        }
    }

    fn data_of(&mut self, event: &Emitted) -> Json {
        match event.name.as_str() {
            "room:join" => joined(event.body["roomName"].as_str().unwrap(), self.seq),
            "message:send" => {
                self.seq += 1;
                let id = format!("m{}", self.seq);
                json!({"messageId": id, "seq": self.seq, "epoch": "e1"})
            }
            _ => Json::Null,
        }
    }
}

/// Everything that comes out under a seed.
fn play(seed: u8) -> Vec<String> {
    let mut play = Play::new(seed);
    for _ in 0..STEPS {
        play.step();
    }
    let left = (play.world.engine.queued(), play.world.engine.timeline("a"));
    play.world.log.push(format!("{left:?}"));
    play.world.log
}

fn trace(seed: u8) -> u32 {
    let checksum = crc::Crc::<u32>::new(&crc::CRC_32_ISO_HDLC);
    let mut digest = checksum.digest();
    for line in play(seed) {
        digest.update(line.as_bytes());
    }
    digest.finalize()
}

fn traces() -> String {
    let lines = (0..SEEDS).map(|seed| format!("{seed} {:08x}\n", trace(seed)));
    lines.collect()
}

#[cfg_attr(target_family = "wasm", wasm_bindgen_test::wasm_bindgen_test)]
#[cfg_attr(not(target_family = "wasm"), test)]
fn fifty_seeds_give_the_same_outputs_natively_and_in_a_browser() {
    let traces = traces();
    assert!(
        traces == TRACES,
        "changed on purpose? `npm run traces` keeps what follows\n{traces}"
    );
}

#[cfg(not(target_family = "wasm"))]
#[test]
fn the_plays_have_something_of_everything() {
    for word in [
        "message:send",
        "message:new",
        "room:join",
        "sync:",
        "Commit",
        "Settle",
    ] {
        let count = |seed| play(seed).iter().filter(|line| line.contains(word)).count();
        let total: usize = (0..SEEDS).map(count).sum();
        assert!(total > 200, "{word}: {total}");
    }
}
