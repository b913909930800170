//! Receipts: cursors per room and user that only move forward, and the counts that follow.

use std::collections::BTreeMap;

use nchat_realtime::wire::planted::{PlantedBug, is_planted};

use super::{StoredMessage, UserSettings};

/// A receipt.
#[derive(Clone, Debug)]
pub struct NewCursor {
    /// The room.
    pub room_name: String,
    /// Whose.
    pub user_id: String,
    /// Which of their cursors.
    pub kind: CursorKind,
    /// How far.
    pub up_to: UpTo,
    /// When it came, in milliseconds since 1970.
    pub now_ms: i64,
}

/// Which cursor a receipt moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CursorKind {
    /// Everything up to it is in the user's own store.
    Delivered,
    /// Everything up to it was read, and so delivered.
    Read,
}

/// How far a receipt goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UpTo {
    /// Up to this `seq`; beyond the log's head it means the head.
    Seq(u64),
    /// Up to the newest of these messages, by the server's ids.
    Messages(Vec<String>),
}

/// How far one user has come in a room.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cursors {
    /// In their store.
    pub delivered_up_to: u64,
    /// Read.
    pub read_up_to: u64,
    /// Read, as far as others are shown it: moves only while the user allows it.
    pub shown_up_to: u64,
    /// When `delivered_up_to` moved last, in milliseconds since 1970.
    pub delivered_at_ms: i64,
    /// When `shown_up_to` moved last, likewise.
    pub shown_at_ms: i64,
    /// In their store, as far as others are shown it: moves only while the user is visible.
    pub shown_delivered_up_to: u64,
    /// When `shown_delivered_up_to` moved last, likewise.
    pub shown_delivered_at_ms: i64,
}

/// What others are shown of a receipt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ShownReceipt {
    /// That it was delivered.
    pub(super) delivery: bool,
    /// That it was read.
    pub(super) reading: bool,
}

impl ShownReceipt {
    pub(super) const NOTHING: Self = Self {
        delivery: false,
        reading: false,
    };
}

impl From<UserSettings> for ShownReceipt {
    fn from(settings: UserSettings) -> Self {
        let is_visible = !settings.invisible_mode || is_planted(PlantedBug::TellsInvisibleReceipts);
        Self {
            delivery: is_visible,
            reading: is_visible && settings.allow_read_receipts,
        }
    }
}

impl Cursors {
    /// Where they are after a receipt.
    pub(super) fn advanced(
        self,
        kind: CursorKind,
        up_to: u64,
        shown: ShownReceipt,
        now_ms: i64,
    ) -> Self {
        let mut next = self;
        if is_planted(PlantedBug::MovesCursorBack) {
            next.delivered_up_to = up_to;
            next.shown_delivered_up_to = up_to;
        }
        if kind == CursorKind::Read && is_planted(PlantedBug::ReadsUndelivered) {
            (next.read_up_to, next.shown_up_to) = (up_to, up_to);
            return next;
        }
        if up_to > self.delivered_up_to {
            (next.delivered_up_to, next.delivered_at_ms) = (up_to, now_ms);
            if shown.delivery {
                (next.shown_delivered_up_to, next.shown_delivered_at_ms) = (up_to, now_ms);
            }
        }
        if kind == CursorKind::Read {
            next.read_up_to = self.read_up_to.max(up_to);
            // A receipt that is repeated shows nothing that was read while it was hidden.
            if shown.reading && up_to > self.read_up_to {
                (next.shown_up_to, next.shown_at_ms) = (up_to, now_ms);
                // Whoever is shown that it was read knows that it arrived.
                if up_to > next.shown_delivered_up_to {
                    (next.shown_delivered_up_to, next.shown_delivered_at_ms) = (up_to, now_ms);
                }
            }
        }
        next
    }
}

/// A member's cursors.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MemberCursors {
    /// Who.
    pub user_id: String,
    /// How far.
    pub cursors: Cursors,
}

/// How far a member has read, and what is left for them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// The room.
    pub room_name: String,
    /// The log's newest `seq` when the rest was counted.
    pub head_seq: u64,
    /// Their read cursor; at least the log's head of when they joined.
    pub read_up_to: u64,
    /// Messages of others beyond it that are not deleted; `MAX_UNREAD_COUNT` for more.
    pub unread_count: u32,
    /// Those among them that mention the member.
    pub mention_count: u32,
}

/// What a receipt did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moved {
    /// Where the user's cursors stand now.
    pub cursors: Cursors,
    /// Present where the read cursor moved.
    pub standing: Option<Standing>,
    /// Messages that newly reached the user, and are not in `read`.
    pub delivered: Vec<Covered>,
    /// Messages whose authors may see that the user newly read them.
    pub read: Vec<Covered>,
}

/// Messages of one author that a cursor passed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Covered {
    /// Whose messages.
    pub author_id: String,
    /// Oldest first; of many the newest.
    pub messages: Vec<Progress>,
}

/// How far one message has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Progress {
    /// The server's id.
    pub message_id: String,
    /// The author's.
    pub client_message_id: String,
    /// How many members other than the author have it.
    pub delivered_count: u32,
    /// How many of them have read it, as far as they show it; 0 for an author who does not.
    pub read_count: u32,
    /// Members other than the author.
    pub total_recipients: u32,
    /// When its furthest state came about last, in milliseconds since 1970.
    pub updated_at_ms: i64,
}

/// Everybody's cursors in a room, to count by.
pub(super) struct Tally {
    member_count: u32,
    delivered: Vec<u64>,
    shown: Vec<u64>,
    cursors: BTreeMap<String, Cursors>,
}

/// A message to be counted for.
pub(super) struct Counted {
    pub(super) author_id: String,
    pub(super) message_id: String,
    pub(super) client_message_id: String,
    pub(super) seq: u64,
    pub(super) timestamp_ms: i64,
}

impl From<&StoredMessage> for Counted {
    fn from(message: &StoredMessage) -> Self {
        Self {
            author_id: message.body.user.id.clone(),
            message_id: message.place.message_id.clone(),
            client_message_id: message.client_message_id.clone(),
            seq: message.place.seq,
            timestamp_ms: message.place.timestamp_ms,
        }
    }
}

impl Tally {
    /// Over the members that have cursors; `member_count` is all of them.
    pub(super) fn new(member_count: u32, members: Vec<MemberCursors>) -> Self {
        let sorted = |read: fn(&Cursors) -> u64| {
            let mut places: Vec<u64> = members.iter().map(|one| read(&one.cursors)).collect();
            places.sort_unstable();
            places
        };
        Self {
            member_count,
            delivered: sorted(|cursors| cursors.shown_delivered_up_to),
            shown: sorted(|cursors| cursors.shown_up_to),
            cursors: members
                .into_iter()
                .map(|one| (one.user_id, one.cursors))
                .collect(),
        }
    }

    /// `is_member` says whether the author still is one, `sees_reads` whether they may know of
    /// reading.
    pub(super) fn progress(&self, message: Counted, is_member: bool, sees_reads: bool) -> Progress {
        let own = self.cursors.get(&message.author_id).copied();
        let own = own.unwrap_or_default();
        let count = |places: &[u64], own: u64| {
            let before = places.partition_point(|place| *place < message.seq);
            let count = places.len() - before - usize::from(own >= message.seq);
            u32::try_from(count).unwrap_or(u32::MAX)
        };
        let delivered_count = count(&self.delivered, own.shown_delivered_up_to);
        let read_count = match sees_reads {
            true => count(&self.shown, own.shown_up_to),
            false => 0,
        };
        let at = |read: fn(&Cursors) -> (u64, i64)| {
            let others = self
                .cursors
                .iter()
                .filter(|(user_id, _)| **user_id != message.author_id)
                .map(|(_, cursors)| read(cursors));
            let there = others.filter(|(place, _)| *place >= message.seq);
            there.map(|(_, at_ms)| at_ms).max()
        };
        let updated_at_ms = match (read_count, delivered_count) {
            (0, 0) => None,
            (0, _) => at(|cursors| (cursors.shown_delivered_up_to, cursors.shown_delivered_at_ms)),
            _ => at(|cursors| (cursors.shown_up_to, cursors.shown_at_ms)),
        };
        Progress {
            delivered_count,
            read_count,
            total_recipients: self.member_count.saturating_sub(u32::from(is_member)),
            updated_at_ms: updated_at_ms.unwrap_or(message.timestamp_ms),
            message_id: message.message_id,
            client_message_id: message.client_message_id,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn receipts() -> impl Strategy<Value = Vec<(CursorKind, u64, bool)>> {
        let kind = prop_oneof![Just(CursorKind::Delivered), Just(CursorKind::Read)];
        prop::collection::vec((kind, 0..20u64, any::<bool>()), 0..12)
    }

    /// What the receipts come to, each step looked at.
    fn after(receipts: &[(CursorKind, u64, bool)]) -> Result<Cursors, TestCaseError> {
        let mut now = Cursors::default();
        for (index, &(kind, up_to, is_shown)) in receipts.iter().enumerate() {
            let shown = ShownReceipt {
                delivery: is_shown,
                reading: is_shown,
            };
            let next = now.advanced(kind, up_to, shown, index as i64);
            prop_assert!(next.delivered_up_to >= now.delivered_up_to);
            prop_assert!(next.read_up_to >= now.read_up_to);
            prop_assert!(next.shown_up_to >= now.shown_up_to);
            prop_assert!(
                next.delivered_up_to >= next.read_up_to,
                "reading is receiving"
            );
            prop_assert!(next.read_up_to >= next.shown_up_to);
            prop_assert!(next.shown_delivered_up_to >= now.shown_delivered_up_to);
            prop_assert!(next.delivered_up_to >= next.shown_delivered_up_to);
            prop_assert!(next.shown_delivered_up_to >= next.shown_up_to);
            now = next;
        }
        Ok(now)
    }

    fn members() -> impl Strategy<Value = Vec<(u64, u64)>> {
        prop::collection::vec((0..6u64, 0..6u64), 1..6)
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 4_096, ..ProptestConfig::default() })]

        #[test]
        fn receipts_move_forward_only_and_come_to_the_same_in_any_order(
            receipts in receipts(), shift in 0..12usize,
        ) {
            let mut other = receipts.clone();
            other.reverse();
            let middle = shift.min(other.len());
            other.rotate_left(middle);
            let (one, other) = (after(&receipts)?, after(&other)?);
            prop_assert_eq!(one.delivered_up_to, other.delivered_up_to);
            prop_assert_eq!(one.read_up_to, other.read_up_to);
        }

        #[test]
        fn counting_is_the_same_as_asking_everybody_but_the_author(
            members in members(), seq in 1..6u64, sees_reads in any::<bool>(),
        ) {
            let cursors = members.iter().enumerate().map(|(index, (read, more))| MemberCursors {
                user_id: index.to_string(),
                cursors: Cursors {
                    delivered_up_to: read + more,
                    shown_delivered_up_to: read + more,
                    read_up_to: *read,
                    shown_up_to: *read,
                    ..Cursors::default()
                },
            });
            let tally = Tally::new(members.len() as u32, cursors.collect());
            let message = Counted {
                author_id: "0".to_owned(),
                message_id: String::new(),
                client_message_id: String::new(),
                seq,
                timestamp_ms: 0,
            };
            let progress = tally.progress(message, true, sees_reads);
            let others = &members[1..];
            let delivered = others.iter().filter(|(read, more)| read + more >= seq).count();
            let read = others.iter().filter(|(read, _)| *read >= seq).count();
            prop_assert_eq!(progress.delivered_count as usize, delivered);
            prop_assert_eq!(progress.read_count as usize, if sees_reads { read } else { 0 });
            prop_assert_eq!(progress.total_recipients as usize, others.len());
        }
    }
}
