//! What the server has told of receipts, in the order in which it did.

use std::collections::BTreeMap;

use nchat_realtime::wire::names;
use serde_json::Value as Json;

/// Whose word it is and of whom, in which room, and of what: cursors that are told alike.
type Cursor = (String, String, String, &'static str);

/// What of a message's author is told: how many have it, and how many have read it.
type Counts = (u64, u64);

/// Every cursor and every count as it was told last, and to whom.
#[derive(Debug, Default)]
pub(crate) struct Told {
    cursors: BTreeMap<Cursor, u64>,
    counts: BTreeMap<(String, String), Counts>,
    pub(crate) checked: u64,
}

impl Told {
    /// The server has another history.
    pub(crate) fn forget_all(&mut self) {
        self.cursors.clear();
        self.counts.clear();
    }

    /// Who is counted may be others from here on: members left, or hid themselves.
    pub(crate) fn forget_counts(&mut self) {
        self.counts.clear();
    }

    /// A receipt of a user was answered.
    pub(crate) fn acknowledged(&mut self, user: &str, room: &str, name: &str, up_to_seq: u64) {
        let kind = match name {
            names::MESSAGE_DELIVERED_ACK => "own delivery",
            _ => "own reading",
        };
        self.moved(user, user, room, kind, up_to_seq);
    }

    /// A packet goes to a user.
    pub(crate) fn says(&mut self, viewer: &str, packet: &str) {
        if !(packet.contains("pToSeq\"") || packet.contains("eliveredCount\"")) {
            return;
        }
        let Some(start) = packet.find('[') else {
            return;
        };
        let Ok(packet) = serde_json::from_str::<Json>(&packet[start..]) else {
            return;
        };
        match packet[0].as_str() {
            Some(name) => self.event(viewer, name, &packet[1]),
            None => self.answer(viewer, &packet[0]["data"]),
        }
    }

    fn event(&mut self, viewer: &str, name: &str, body: &Json) {
        let kind = match name {
            names::MESSAGE_DELIVERED | names::MESSAGE_BATCH_DELIVERED => "delivery",
            names::MESSAGE_READ | names::MESSAGE_BATCH_READ => "reading",
            names::READ_CURSOR => "own cursor",
            _ => return,
        };
        let of = body["userId"].as_str().unwrap_or(viewer);
        let up_to_seq = body["upToSeq"].as_u64().expect("a place");
        self.moved(viewer, of, text(&body["channelId"]), kind, up_to_seq);
        for message in body["counts"].as_array().into_iter().flatten() {
            self.counted(viewer, message);
        }
    }

    /// Rooms that were joined or resumed, lists of rooms, and how far messages have come.
    fn answer(&mut self, viewer: &str, body: &Json) {
        for key in ["rooms", "channels"] {
            for room in body[key].as_array().into_iter().flatten() {
                self.standing(viewer, room);
            }
        }
        self.standing(viewer, body);
        for message in body["statuses"].as_array().into_iter().flatten() {
            self.counted(viewer, message);
        }
    }

    /// How far a user has read in a room, and how far others have come.
    fn standing(&mut self, viewer: &str, room: &Json) {
        let name = room["roomName"].as_str().or(room["name"].as_str());
        let (Some(name), Some(up_to_seq)) = (name, room["readUpToSeq"].as_u64()) else {
            return;
        };
        self.moved(viewer, viewer, name, "own standing", up_to_seq);
        for member in room["receipts"].as_array().into_iter().flatten() {
            let cursor = |key: &str| member[key].as_u64().expect("a place");
            let (delivered, read) = (cursor("deliveredUpToSeq"), cursor("readUpToSeq"));
            assert!(
                read <= delivered,
                "I10: {viewer} is told of what was read in {name} and is not there: {member}"
            );
            let of = text(&member["userId"]);
            self.moved(viewer, of, name, "standing of delivery", delivered);
            // Nothing is told of reading to who does not tell of their own.
            if read > 0 {
                self.moved(viewer, of, name, "standing of reading", read);
            }
        }
    }

    fn moved(&mut self, viewer: &str, of: &str, room: &str, kind: &'static str, up_to_seq: u64) {
        let cursor = (viewer.to_owned(), of.to_owned(), room.to_owned(), kind);
        let last = self.cursors.entry(cursor).or_default();
        assert!(
            up_to_seq >= *last,
            "I10: {viewer} is told of {of} in {room}: {kind} {up_to_seq}, after {last}"
        );
        *last = up_to_seq;
        self.checked += 1;
    }

    fn counted(&mut self, viewer: &str, message: &Json) {
        let count = |key: &str| message[key].as_u64().expect("a count");
        let (delivered, read) = (count("deliveredCount"), count("readCount"));
        assert!(read <= delivered, "I10: read, and not there: {message}");
        let key = (viewer.to_owned(), text(&message["messageId"]).to_owned());
        let last = self.counts.entry(key).or_default();
        assert!(
            last.0 <= delivered && last.1 <= read,
            "I10: {viewer} is told {message}, after {last:?}"
        );
        *last = (delivered, read);
        self.checked += 1;
    }
}

fn text(value: &Json) -> &str {
    value.as_str().unwrap_or_default()
}
