//! The plain reference: what was sent, what was answered, and what the server's logs must hold.

use std::collections::{BTreeMap, BTreeSet};

use nchat_realtime::engine::error::ClientError;
use nchat_realtime::engine::input::RequestId;
use nchat_realtime::wire::operation::Operation;
use serde_json::Value as Json;

use super::log::Log;
use super::tab::TabId;

/// Marks every text, so that one is found wherever it must not be.
pub(crate) const TEXT_MARK: char = '~';

/// One message that an app sent.
#[derive(Debug)]
pub(crate) struct Sent {
    pub(crate) tab: TabId,
    /// Who wrote it.
    user: &'static str,
    pub(crate) room: String,
    /// Whether the server must refuse it.
    pub(crate) is_bad: bool,
    /// How often the history had been lost when it was sent.
    losses: u64,
    pub(crate) fate: Fate,
    /// The app was told that it is in the store.
    is_kept: bool,
    /// Nobody promised that it still arrives.
    may_be_lost: bool,
    /// It was parked once: others have passed it.
    was_parked: bool,
    /// It was in a store that did not open in time: others have passed it.
    was_passed: bool,
    /// Some tab has sent it, whatever came of that.
    was_sending: bool,
    /// The app wanted it taken out.
    is_unwanted: bool,
    /// It was taken out, and the app was told that it is certain not to be sent.
    is_removed: bool,
    /// In which history the server has had it last.
    stored_in: Option<u64>,
    /// The server has had it, in whatever history.
    was_stored: bool,
    /// Its user has logged out since, and nothing of it is left.
    is_wiped: bool,
}

/// What the app knows of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    Pending,
    /// The promise said: stored, here.
    Stored {
        epoch: String,
        seq: u64,
    },
    /// The promise was rejected with this code.
    Failed(String),
}

/// The idempotency key of a message.
pub(crate) fn key_of(number: usize) -> String {
    format!("k{number}")
}

/// Everything that is known from outside.
#[derive(Debug, Default)]
pub(crate) struct Model {
    sent: Vec<Sent>,
    logs: BTreeMap<String, Log>,
    /// The message with which each user of a tab was last in each log.
    last_of: BTreeMap<(TabId, &'static str, String), usize>,
    keys: BTreeSet<(String, String)>,
    losses: u64,
    /// Promises under way, and the message of those that sent one.
    promises: BTreeMap<(TabId, RequestId), Option<usize>>,
}

impl Model {
    /// A new message: its number, and its text.
    pub(crate) fn sends(
        &mut self,
        tab: TabId,
        user: &'static str,
        room: &str,
        is_bad: bool,
    ) -> (usize, String) {
        let number = self.sent.len();
        self.sent.push(Sent {
            tab,
            user,
            room: room.to_owned(),
            is_bad,
            losses: self.losses,
            fate: Fate::Pending,
            is_kept: false,
            may_be_lost: false,
            was_parked: false,
            was_passed: false,
            was_sending: false,
            is_unwanted: false,
            is_removed: false,
            stored_in: None,
            was_stored: false,
            is_wiped: false,
        });
        (number, format!("{TEXT_MARK}{number}{TEXT_MARK}"))
    }

    /// The app gave up on a message. `is_certain` tells whether it was told that this worked.
    pub(crate) fn removed(&mut self, number: usize, is_certain: bool) {
        let sent = &mut self.sent[number];
        // A page that has gone may have sent it; its queue does not know.
        let is_certain = is_certain && !sent.was_sending;
        sent.may_be_lost = true;
        sent.is_unwanted = true;
        sent.is_removed |= is_certain;
        assert!(
            !sent.is_removed || !sent.was_stored,
            "{number} was taken out, and is stored"
        );
    }

    /// The app could not queue a message.
    pub(crate) fn not_queued(&mut self, number: usize) {
        self.sent[number].may_be_lost = true;
    }

    /// A queue told its app something.
    pub(crate) fn queue_said(&mut self, event: &str, data: &Json) {
        let Some(sent) = self.sent_under(&data["message"]["id"]) else {
            return;
        };
        match event {
            "message:persisted" => sent.is_kept = true,
            "message:failed" => sent.was_parked = true,
            "message:sending" => sent.was_sending = true,
            _ => {}
        }
    }

    fn sent_under(&mut self, key: &Json) -> Option<&mut Sent> {
        let number = key.as_str()?.strip_prefix('k')?.parse::<usize>().ok()?;
        self.sent.get_mut(number)
    }

    /// A tab is gone. Where the journal took nothing, so is what was in memory alone.
    pub(crate) fn tab_ended(&mut self, tab: TabId, has_no_journal: bool) {
        let own = self.sent.iter_mut().filter(|sent| sent.tab == tab);
        for sent in own.filter(|sent| has_no_journal && !sent.is_kept) {
            sent.may_be_lost = true;
        }
    }

    /// A browser was killed: what is not in the store may be gone, and what was taken out may be
    /// back from the journal as it was some seconds ago.
    pub(crate) fn browser_killed(&mut self, profile: usize) {
        let own = self.sent.iter_mut();
        for sent in own.filter(|sent| sent.tab.profile == profile) {
            sent.may_be_lost |= !sent.is_kept;
            sent.is_removed = false;
            sent.is_wiped = false;
        }
    }

    /// What a user has kept in a profile is wiped: nobody promised that it still arrives.
    pub(crate) fn wiped(&mut self, profile: usize, user: &str) {
        for sent in self.of_user(profile, user) {
            sent.may_be_lost = true;
            sent.is_unwanted = true;
        }
    }

    /// A user has logged out of the only tab there is, and that is done: nothing that they wrote is
    /// sent any more.
    pub(crate) fn is_over_for(&mut self, profile: usize, user: &str) {
        for sent in self.of_user(profile, user) {
            sent.is_wiped = true;
        }
    }

    /// The store of a user does not open in time, and is worked without: I4 is not promised for
    /// what only the store has.
    pub(crate) fn passed(&mut self, profile: usize, user: &str) {
        for sent in self.of_user(profile, user).filter(|sent| sent.is_kept) {
            sent.was_passed = true;
        }
    }

    fn of_user(&mut self, profile: usize, user: &str) -> impl Iterator<Item = &mut Sent> {
        let own = self.sent.iter_mut();
        own.filter(move |sent| sent.tab.profile == profile && sent.user == user)
    }

    /// A tab sends this, or shows it in its queue, for this user.
    pub(crate) fn check_whose(&self, tab: TabId, number: usize, user: Option<&str>) {
        let Some(sent) = self.sent.get(number) else {
            return;
        };
        assert!(
            user.is_none_or(|user| sent.user == user),
            "I14: {tab:?} has {number} of {} for {user:?}",
            sent.user
        );
        assert!(
            !sent.is_wiped,
            "I14: {tab:?} has {number} of {}, who logged out",
            sent.user
        );
    }

    /// A browser has deleted what it stored.
    pub(crate) fn storage_lost(&mut self, profile: usize) {
        for sent in self
            .sent
            .iter_mut()
            .filter(|sent| sent.tab.profile == profile)
        {
            sent.may_be_lost = true;
        }
    }

    /// Nobody waits for the promises of a tab that is gone.
    pub(crate) fn forget_promises(&mut self, tab: TabId) {
        self.promises.retain(|(of, _), _| *of != tab);
    }

    /// Everything that was sent is stored, or in one of these places, or was given up.
    pub(crate) fn check_sent(&self, kept: &BTreeSet<String>) {
        for (number, sent) in self.sent.iter().enumerate() {
            let is_kept = kept.contains(&key_of(number));
            let is_settled = matches!(sent.fate, Fate::Failed(_));
            let is_there = sent.was_stored || is_kept || sent.may_be_lost;
            assert!(
                is_there || is_settled && !sent.was_parked,
                "I1: {number} is lost"
            );
        }
    }

    /// A promise was made.
    pub(crate) fn asked(&mut self, tab: TabId, request: RequestId) {
        self.promises.insert((tab, request), None);
    }

    /// The promise is that of a message.
    pub(crate) fn promised(&mut self, tab: TabId, request: RequestId, number: usize) {
        if let Some(promise) = self.promises.get_mut(&(tab, request)) {
            *promise = Some(number);
        }
    }

    /// A promise was settled: once, and as it had to be.
    pub(crate) fn settled(
        &mut self,
        tab: TabId,
        request: RequestId,
        result: &Result<Json, ClientError<Json>>,
    ) {
        let promise = self.promises.remove(&(tab, request));
        let number = promise.unwrap_or_else(|| panic!("{tab:?} settles {request:?} twice"));
        let Some(sent) = number.and_then(|number| self.sent.get_mut(number)) else {
            return;
        };
        assert_eq!(sent.fate, Fate::Pending, "a message has one outcome");
        sent.fate = match result {
            Ok(receipt) => Fate::Stored {
                epoch: receipt["epoch"].as_str().expect("an epoch").to_owned(),
                seq: receipt["seq"].as_u64().expect("a place"),
            },
            Err(error) => Fate::Failed(error.code.clone()),
        };
        assert!(
            !sent.is_bad || matches!(sent.fate, Fate::Failed(_)),
            "a message that the server must refuse was taken"
        );
    }

    /// Promises that are not settled.
    pub(crate) fn unsettled(&self) -> usize {
        self.promises.len()
    }

    /// How many messages there are: their numbers are below.
    pub(crate) fn count(&self) -> usize {
        self.sent.len()
    }

    /// How often the server's history was lost.
    pub(crate) fn losses(&self) -> u64 {
        self.losses
    }

    /// The server's history is gone.
    pub(crate) fn history_lost(&mut self) {
        self.losses += 1;
        self.logs.clear();
        self.last_of.clear();
        self.keys.clear();
    }

    /// The server committed an entry of a log, and told its room.
    pub(crate) fn published(&mut self, entry: &Operation) {
        let (room, user_id, key) = match entry {
            Operation::New(it) => {
                let key = it.client_message_id.as_ref().expect("a key");
                (&it.room_name, &it.user_id, key)
            }
            Operation::Update(it) => (&it.room_name, &it.user_id, &it.client_message_id),
            Operation::Delete(it) => (&it.room_name, &it.user_id, &it.client_message_id),
            Operation::ReactionAdd(it) | Operation::ReactionRemove(it) => {
                (&it.room_name, &it.user_id, &it.client_message_id)
            }
        };
        let is_new = self.keys.insert((user_id.clone(), key.clone()));
        assert!(is_new, "I3: a second record for {user_id}'s {key}");
        self.logs.entry(room.clone()).or_default().add(entry);
        if let Operation::New(message) = entry {
            self.check_order(&message.room_name, &message.user_id, &message.content);
        }
    }

    /// Per sender and channel, the log has the order in which messages were given.
    fn check_order(&mut self, room: &str, user: &str, text: &str) {
        let number = text
            .trim_matches(TEXT_MARK)
            .parse::<usize>()
            .expect("one of our texts");
        let sent = &self.sent[number];
        assert_eq!(sent.room, room, "a message went to another room");
        assert_eq!(sent.user, user, "I14: {number} was sent as another user");
        assert!(
            !sent.is_bad,
            "the core took a message that it has to refuse"
        );
        assert!(!sent.is_removed, "{number} is stored, and was taken out");
        let is_old = sent.losses < self.losses;
        let is_failed = matches!(sent.fate, Fate::Failed(_));
        let was_given_up = sent.was_parked || sent.was_passed || sent.is_unwanted || is_failed;
        let last = self
            .last_of
            .entry((sent.tab, sent.user, room.to_owned()))
            .or_insert(number);
        assert!(
            *last <= number || is_old || was_given_up,
            "I4: message {number} after {last} in {room}"
        );
        *last = number.max(*last);
        let sent = &mut self.sent[number];
        sent.was_stored = true;
        let before = sent.stored_in.replace(self.losses);
        assert_ne!(
            before,
            Some(self.losses),
            "I3: {number} is stored under two keys"
        );
    }

    pub(crate) fn log(&self, room: &str) -> Option<&Log> {
        self.logs.get(room)
    }

    /// What was acknowledged is in the log, where it was said to be, unless the history was lost.
    pub(crate) fn check_acknowledged(&self) {
        for (number, sent) in self.sent.iter().enumerate() {
            let Fate::Stored { epoch, seq } = &sent.fate else {
                continue;
            };
            let log = self.logs.get(&sent.room);
            let Some(log) = log.filter(|log| log.epoch() == epoch) else {
                continue;
            };
            let text = log.text_at(*seq);
            let expected = format!("{TEXT_MARK}{number}{TEXT_MARK}");
            assert_eq!(
                text,
                Some(expected.as_str()),
                "I2: an acknowledged message is in the log"
            );
        }
    }
}
