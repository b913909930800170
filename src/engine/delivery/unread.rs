//! How many messages of a room wait to be read. The number follows from where the server's log
//! ends, where the own cursor stands, and which messages between mention us: from nothing else.

use crate::engine::config::MAX_TRACKED_UNREAD;
use crate::engine::sorted_map::SortedMap;
use crate::wire::planted::{PlantedBug, is_planted};

/// The server's own word on a room.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct ServerCount {
    /// The log's newest `seq` at that moment, where it was said.
    pub(crate) head_seq: Option<u64>,
    /// The own cursor.
    pub(crate) read_up_to_seq: u64,
    /// Messages of others beyond it.
    pub(crate) unread: u32,
    /// Those among them that mention us.
    pub(crate) mentions: u32,
}

/// What is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Count {
    pub(crate) unread: u32,
    pub(crate) mentions: u32,
    pub(crate) read_up_to_seq: u64,
}

/// The unread messages of one room.
#[derive(Debug, Default)]
pub(crate) struct Unread {
    cursor: u64,
    /// The highest `seq` seen.
    head: u64,
    /// Messages of others that were seen, and whether they mention us: also those that were read,
    /// which the server may count until it knows.
    seen: SortedMap<u64, bool>,
    /// How many of them are beyond the cursor, and how many of those mention us.
    beyond: u32,
    mentions: u32,
    /// More of them, by the server's count, that were not seen.
    unseen: Unseen,
    /// How many of those are left is a guess: only the server can tell.
    is_guess: bool,
    /// Every place of this stretch has been seen: its first and its last.
    run: Run,
    /// Those of a server that numbers nothing, in the order they came.
    unnumbered: Vec<(String, bool)>,
}

#[derive(Clone, Copy, Debug)]
struct Run {
    first: u64,
    last: u64,
}

/// None yet: a log begins at 1.
impl Default for Run {
    fn default() -> Self {
        Self { first: 1, last: 0 }
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Unseen {
    messages: u32,
    mentions: u32,
    /// The highest place at which one of them can be.
    up_to_seq: u64,
}

impl Unread {
    /// The numbers as they are.
    pub(crate) fn count(&self) -> Count {
        let unnumbered = u32::try_from(self.unnumbered.len()).unwrap_or(u32::MAX);
        let loose = self.unnumbered.iter().filter(|(_, mention)| *mention);
        let loose = u32::try_from(loose.count()).unwrap_or(u32::MAX);
        Count {
            unread: (self.beyond + unnumbered).saturating_add(self.unseen.messages),
            mentions: (self.mentions + loose).saturating_add(self.unseen.mentions),
            read_up_to_seq: self.cursor,
        }
    }

    /// The own cursor.
    pub(crate) fn cursor(&self) -> u64 {
        self.cursor
    }

    /// The highest `seq` seen.
    pub(crate) fn head(&self) -> u64 {
        self.head
    }

    /// Whether every unread message was seen, one by one.
    pub(crate) fn has_seen_all(&self) -> bool {
        self.unseen.messages == 0
    }

    /// The server counted. Its word stands for what was not seen; where we have read on since, there
    /// cannot be more of that than what lies beyond our cursor.
    pub(crate) fn server_counted(&mut self, said: ServerCount) {
        let head = said.head_seq.unwrap_or(self.head);
        self.head = self.head.max(head);
        self.read_up_to(said.read_up_to_seq);
        let (mut messages, mut mentions) = self.seen_between(said.read_up_to_seq, head);
        if messages > said.unread {
            // Some are deleted, and nobody said so here.
            self.seen.retain(|seq, _| *seq > head);
            (self.beyond, self.mentions) = self.seen_between(self.cursor, u64::MAX);
            self.run = Run::default();
            (messages, mentions) = (0, 0);
        }
        self.unseen = Unseen {
            messages: said.unread.saturating_sub(messages),
            mentions: said.mentions.saturating_sub(mentions),
            up_to_seq: head,
        };
        self.look_before_run();
        self.is_guess = !self.has_seen_all() && self.cursor > said.read_up_to_seq;
    }

    /// A message was deleted that was not seen: it may be one of those that the server counted.
    pub(crate) fn deleted_unseen(&mut self) {
        self.is_guess |= !self.has_seen_all();
    }

    /// Whether the server has to count anew. True once.
    pub(crate) fn take_guess(&mut self) -> bool {
        std::mem::take(&mut self.is_guess)
    }

    /// The log goes on up to here.
    pub(crate) fn heard_of(&mut self, seq: u64) {
        self.head = self.head.max(seq);
    }

    /// A place of the log was seen: a message of somebody else, and whether it mentions us, or
    /// (`None`) anything that is not to be counted.
    pub(crate) fn saw(&mut self, seq: u64, message: Option<bool>) {
        self.heard_of(seq);
        if seq == self.run.last + 1 {
            self.run.last = seq;
        }
        let Some(mention) = message else {
            return;
        };
        if self.seen.insert(seq, mention).is_some() {
            return;
        }
        if seq > self.cursor {
            self.beyond += 1;
            self.mentions += u32::from(mention);
            if seq <= self.unseen.up_to_seq {
                self.unseen.messages = self.unseen.messages.saturating_sub(1);
                self.unseen.mentions = self.unseen.mentions.saturating_sub(u32::from(mention));
            }
        }
        while self.seen.len() > MAX_TRACKED_UNREAD {
            let Some((first, mention)) = self.seen.first().map(|(seq, mention)| (*seq, *mention))
            else {
                return;
            };
            self.deleted(first);
            self.run.first = self.run.first.max(first + 1);
            if first > self.cursor {
                self.unseen.messages += 1;
                self.unseen.mentions += u32::from(mention);
                self.unseen.up_to_seq = self.unseen.up_to_seq.max(first);
            }
        }
    }

    /// Everything from one place to another has been [seen](Self::saw): what was not, is before.
    pub(crate) fn covered(&mut self, from_seq: u64, to_seq: u64) {
        let run = &mut self.run;
        if from_seq <= run.last + 1 && to_seq + 1 >= run.first {
            run.first = run.first.min(from_seq);
            run.last = run.last.max(to_seq);
        } else if to_seq > run.last {
            (run.first, run.last) = (from_seq, to_seq);
            // What was deleted of those before is said in between.
            self.is_guess |= self
                .seen
                .first()
                .is_some_and(|(first, _)| *first < from_seq);
        }
        self.look_before_run();
    }

    /// What was not seen is not where everything was.
    fn look_before_run(&mut self) {
        let Run { first, last } = self.run;
        if (first..=last).contains(&self.unseen.up_to_seq) {
            self.unseen.up_to_seq = first.saturating_sub(1);
        }
        self.bound_unseen();
    }

    /// A message was deleted: it counts no more.
    pub(crate) fn deleted(&mut self, seq: u64) {
        let Some(mention) = self.seen.remove(&seq) else {
            return self.deleted_unseen();
        };
        if seq > self.cursor {
            self.beyond -= 1;
            self.mentions -= u32::from(mention);
        }
    }

    /// A message came from a server that numbers nothing.
    pub(crate) fn saw_unnumbered(&mut self, message_id: String, mention: bool) {
        if self.unnumbered.len() >= MAX_TRACKED_UNREAD {
            self.unnumbered.remove(0);
        }
        self.unnumbered.push((message_id, mention));
    }

    /// A message of such a server was read, and so were those before it.
    pub(crate) fn read_unnumbered(&mut self, message_id: &str) {
        let found = self.unnumbered.iter().position(|(id, _)| id == message_id);
        if let Some(index) = found {
            self.unnumbered.drain(..=index);
        }
    }

    /// Everything up to a place was read. True where the cursor moved.
    pub(crate) fn read_up_to(&mut self, seq: u64) -> bool {
        if seq <= self.cursor && !is_planted(PlantedBug::CursorGoesBack) {
            return false;
        }
        self.cursor = seq;
        (self.beyond, self.mentions) = self.seen_between(seq, u64::MAX);
        self.bound_unseen();
        self.is_guess |= !self.has_seen_all();
        true
    }

    /// What was seen may be deleted unseen from now on. The numbers stand until the server counts.
    pub(crate) fn forget_seen(&mut self) {
        self.unseen.messages += std::mem::take(&mut self.beyond);
        self.unseen.mentions += std::mem::take(&mut self.mentions);
        self.unseen.up_to_seq = self.head;
        self.seen.clear();
        self.run = Run::default();
    }

    /// The room counts anew.
    pub(crate) fn reset(&mut self) {
        *self = Self::default();
    }

    /// How many messages were seen after one place and up to another, and how many mention us.
    fn seen_between(&self, after: u64, up_to: u64) -> (u32, u32) {
        let seen = self.seen.iter();
        let seen = seen.filter(|(seq, _)| **seq > after && **seq <= up_to);
        seen.fold((0, 0), |(messages, mentions), (_, mention)| {
            (messages + 1, mentions + u32::from(*mention))
        })
    }

    /// There cannot be more unseen messages than places they could be at.
    fn bound_unseen(&mut self) {
        let places = self.unseen.up_to_seq.saturating_sub(self.cursor);
        let most = u32::try_from(places).unwrap_or(u32::MAX);
        self.unseen.messages = self.unseen.messages.min(most);
        self.unseen.mentions = self.unseen.mentions.min(self.unseen.messages);
    }
}

#[cfg(all(test, not(target_family = "wasm")))]
mod tests {
    use super::*;

    fn counted(head_seq: u64, read_up_to_seq: u64, unread: u32, mentions: u32) -> Unread {
        let mut room = Unread::default();
        room.server_counted(ServerCount {
            head_seq: Some(head_seq),
            read_up_to_seq,
            unread,
            mentions,
        });
        room
    }

    fn numbers(room: &Unread) -> (u32, u32) {
        (room.count().unread, room.count().mentions)
    }

    #[test]
    fn the_servers_numbers_stand_until_something_happens() {
        assert_eq!(numbers(&counted(10, 4, 5, 1)), (5, 1));
    }

    #[test]
    fn a_message_of_others_beyond_the_cursor_counts_once() {
        let mut room = counted(10, 4, 5, 1);
        room.saw(11, Some(false));
        room.saw(11, Some(false));
        room.saw(12, Some(true));
        room.saw(13, None);
        room.saw(3, Some(true));
        assert_eq!(numbers(&room), (7, 2));
    }

    #[test]
    fn a_page_of_what_the_server_had_counted_changes_no_number() {
        let mut room = counted(10, 4, 5, 1);
        for (seq, message) in [
            (6, Some(false)),
            (7, Some(true)),
            (8, None),
            (9, Some(false)),
            (10, Some(false)),
        ] {
            room.saw(seq, message);
        }
        assert_eq!(numbers(&room), (5, 1));
    }

    #[test]
    fn reading_in_the_known_window_subtracts_exactly() {
        let mut room = counted(10, 4, 5, 1);
        for seq in 6..=10 {
            room.saw(seq, Some(seq == 7).filter(|_| seq != 8));
        }
        room.covered(6, 10);
        assert!(room.read_up_to(7));
        assert_eq!(numbers(&room), (2, 0), "9 and 10");
        assert!(!room.read_up_to(6), "a cursor never goes back");
        room.read_up_to(10);
        assert_eq!(numbers(&room), (0, 0));
    }

    #[test]
    fn reading_beyond_what_is_known_leaves_no_more_than_there_is_room_for() {
        let mut room = counted(100, 0, 90, 20);
        room.read_up_to(95);
        assert_eq!(numbers(&room), (5, 5));
        room.read_up_to(100);
        assert_eq!(numbers(&room), (0, 0));
    }

    #[test]
    fn an_older_word_of_the_server_does_not_undo_reading() {
        let mut room = counted(10, 4, 5, 1);
        room.read_up_to(10);
        room.server_counted(ServerCount {
            head_seq: Some(10),
            read_up_to_seq: 4,
            unread: 5,
            mentions: 1,
        });
        assert_eq!(numbers(&room), (0, 0));
    }

    #[test]
    fn what_was_read_here_and_is_counted_there_counts_no_more() {
        let mut room = counted(0, 0, 0, 0);
        for seq in 1..=4 {
            room.saw(seq, Some(seq == 1));
        }
        room.read_up_to(2);
        room.server_counted(ServerCount {
            head_seq: Some(9),
            read_up_to_seq: 0,
            unread: 5,
            mentions: 1,
        });
        assert_eq!(numbers(&room), (3, 0), "3, 4 and one that was not seen");
    }

    #[test]
    fn what_the_server_counts_is_before_what_was_seen_whole() {
        let mut room = counted(0, 0, 0, 0);
        for seq in 9..=20 {
            room.saw(seq, Some(false));
        }
        room.covered(9, 20);
        room.read_up_to(15);
        room.server_counted(ServerCount {
            head_seq: Some(20),
            read_up_to_seq: 0,
            unread: 15,
            mentions: 0,
        });
        assert_eq!(
            numbers(&room),
            (5, 0),
            "the other three are before the ninth"
        );
    }

    #[test]
    fn fewer_than_were_seen_is_the_servers_word_for_deletions() {
        let mut room = counted(0, 0, 0, 0);
        for seq in 1..=5 {
            room.saw(seq, Some(false));
        }
        room.covered(20, 25);
        assert!(room.take_guess(), "what is in between may be deletions");
        room.server_counted(ServerCount {
            head_seq: Some(4),
            read_up_to_seq: 0,
            unread: 2,
            mentions: 0,
        });
        assert_eq!(numbers(&room), (3, 0), "two, and one that came later");
    }

    #[test]
    fn what_was_deleted_while_nobody_listened_is_not_counted_again() {
        let mut room = counted(0, 0, 0, 0);
        for seq in 1..=3 {
            room.saw(seq, Some(false));
        }
        room.forget_seen();
        assert_eq!(numbers(&room), (3, 0), "until the server counts");
        room.server_counted(ServerCount {
            head_seq: Some(4),
            read_up_to_seq: 0,
            unread: 2,
            mentions: 0,
        });
        room.saw(2, Some(false));
        room.saw(3, Some(false));
        assert_eq!(numbers(&room), (2, 0), "the first is gone");
    }

    #[test]
    fn a_deleted_message_counts_no_more() {
        let mut room = counted(0, 0, 0, 0);
        room.saw(1, Some(true));
        room.saw(2, Some(false));
        room.deleted(1);
        room.deleted(1);
        assert_eq!(numbers(&room), (1, 0));
    }

    #[test]
    fn what_leaves_the_window_still_counts() {
        let mut room = Unread::default();
        let more = MAX_TRACKED_UNREAD as u64 + 10;
        for seq in 1..=more {
            room.saw(seq, Some(seq == 1));
        }
        assert_eq!(numbers(&room), (more as u32, 1));
        room.read_up_to(10);
        assert_eq!(numbers(&room), (more as u32 - 10, 0));
    }

    #[test]
    fn without_numbers_reading_goes_by_the_order_of_coming() {
        let mut room = Unread::default();
        for id in ["a", "b", "c"] {
            room.saw_unnumbered(id.to_owned(), id == "a");
        }
        assert_eq!(numbers(&room), (3, 1));
        room.read_unnumbered("b");
        room.read_unnumbered("a");
        assert_eq!(numbers(&room), (1, 0));
    }
}
