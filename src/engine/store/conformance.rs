//! What every store has to do, as a table: commands of two tabs and what each of them hears. Run
//! on [`MemoryStore`](super::MemoryStore) natively, and on IndexedDB in a browser.

use super::{Namespace, StoreCommand, StoreEvent, StoreId, StoreOp, Table};
use crate::socketio::Value;

/// Steps in order, on a store that holds nothing.
pub(crate) struct Case<V> {
    /// What it shows.
    pub(crate) name: &'static str,
    pub(crate) steps: Vec<Step<V>>,
}

/// One command, and what the tab hears, as [`describe`] writes it.
pub(crate) struct Step<V> {
    pub(crate) tab: usize,
    pub(crate) command: StoreCommand<V>,
    pub(crate) heard: &'static str,
}

/// Every case.
pub(crate) fn cases<V: Value>() -> Vec<Case<V>> {
    vec![
        case(
            "an empty store opens with nothing",
            [step(0, open("ann"), "journaled; opened, fence 0")],
        ),
        case(
            "what one tab commits, every tab reads",
            [
                step(0, open("ann"), "journaled; opened, fence 0"),
                step(
                    0,
                    commit(
                        None,
                        [
                            put(Table::Outbox, "a", "1"),
                            put(Table::Rooms, "general", "r"),
                            put(Table::Receipts, "general", "c"),
                            put(Table::Meta, "fence", "m"),
                        ],
                    ),
                    "committed",
                ),
                step(
                    1,
                    open("ann"),
                    "journaled; opened, fence 0, outbox a=1, rooms general=r, receipts general=c, meta fence=m",
                ),
                step(1, StoreCommand::ReadOutbox { id: ID }, "outbox a=1"),
            ],
        ),
        case(
            "another namespace is read, and what is open stays open",
            [
                step(0, open("ann"), "journaled; opened, fence 0"),
                step(0, commit(None, [put(Table::Outbox, "a", "1")]), "committed"),
                step(1, open("bob"), "journaled; opened, fence 0"),
                step(1, read_other("ann"), "outbox a=1"),
                step(1, read_other("ann|"), "outbox"),
                step(1, commit(None, [put(Table::Outbox, "b", "2")]), "committed"),
                step(1, StoreCommand::ReadOutbox { id: ID }, "outbox b=2"),
            ],
        ),
        case(
            "what another namespace held is forgotten there as it was read, and not as it is since",
            [
                step(0, open("ann"), "journaled; opened, fence 0"),
                step(
                    0,
                    commit(
                        None,
                        [
                            put(Table::Outbox, "a", "1"),
                            put(Table::Outbox, "b", "1"),
                            put(Table::Outbox, "c", "1"),
                        ],
                    ),
                    "committed",
                ),
                step(1, open("bob"), "journaled; opened, fence 0"),
                step(1, read_other("ann"), "outbox a=1, b=1, c=1"),
                step(0, commit(None, [put(Table::Outbox, "b", "2")]), "committed"),
                step(1, forget("ann", &["a", "b", "never there"]), "committed"),
                step(0, StoreCommand::ReadOutbox { id: ID }, "outbox b=2, c=1"),
                step(1, forget("ann|", &["a"]), "committed"),
            ],
        ),
        case(
            "changes to one record follow their order",
            [
                step(0, open("ann"), "journaled; opened, fence 0"),
                step(
                    0,
                    commit(
                        None,
                        [
                            put(Table::Outbox, "a", "1"),
                            put(Table::Outbox, "a", "2"),
                            put(Table::Outbox, "b", "1"),
                            delete(Table::Outbox, "b"),
                            delete(Table::Outbox, "c"),
                            put(Table::Outbox, "c", "1"),
                            delete(Table::Outbox, "never there"),
                        ],
                    ),
                    "committed",
                ),
                step(0, StoreCommand::ReadOutbox { id: ID }, "outbox a=2, c=1"),
            ],
        ),
        case(
            "an empty commit is a commit",
            [
                step(0, open("ann"), "journaled; opened, fence 0"),
                step(0, commit(None, []), "committed"),
            ],
        ),
        case(
            "what was set aside stays aside",
            [
                step(0, open("ann"), "journaled; opened, fence 0"),
                step(
                    0,
                    commit(None, [put(Table::Quarantine, "outbox a", "?")]),
                    "committed",
                ),
                step(0, open("ann"), "journaled; opened, fence 0"),
            ],
        ),
        case(
            "each who leads has a higher fence, and those before change nothing under theirs",
            [
                step(0, open("ann"), "journaled; opened, fence 0"),
                step(1, open("ann"), "journaled; opened, fence 0"),
                step(0, lead(0), "led, fence 1, outbox"),
                step(
                    0,
                    commit(Some(1), [put(Table::Outbox, "a", "1")]),
                    "committed",
                ),
                step(1, lead(0), "led, fence 2, outbox a=1"),
                step(
                    0,
                    commit(Some(1), [delete(Table::Outbox, "a")]),
                    "failed: Fenced",
                ),
                step(0, commit(None, [put(Table::Outbox, "b", "2")]), "committed"),
                step(
                    1,
                    commit(Some(2), [delete(Table::Outbox, "b")]),
                    "committed",
                ),
                step(1, open("ann"), "journaled; opened, fence 2, outbox a=1"),
            ],
        ),
        case(
            "who leads has at least the fence that it asks for, and always a higher one than before",
            [
                step(0, open("ann"), "journaled; opened, fence 0"),
                step(1, open("ann"), "journaled; opened, fence 0"),
                step(0, lead(5_000), "led, fence 5000, outbox"),
                step(1, lead(0), "led, fence 5001, outbox"),
                step(0, lead(5_001), "led, fence 5002, outbox"),
                step(1, lead(5_004), "led, fence 5004, outbox"),
                step(
                    0,
                    commit(Some(5_002), [put(Table::Outbox, "a", "1")]),
                    "failed: Fenced",
                ),
                step(1, open("ann"), "journaled; opened, fence 5004"),
            ],
        ),
        case(
            "where a record is not the one expected nothing is changed",
            [
                step(0, open("ann"), "journaled; opened, fence 0"),
                step(1, open("ann"), "journaled; opened, fence 0"),
                step(
                    0,
                    commit(None, [expect("1"), put(Table::Rooms, "general", "2")]),
                    "failed: Stale",
                ),
                step(
                    0,
                    commit(None, [expect(""), put(Table::Rooms, "general", "1")]),
                    "committed",
                ),
                step(0, commit(None, [expect("")]), "failed: Stale"),
                step(
                    1,
                    commit(None, [expect("1"), put(Table::Rooms, "general", "2")]),
                    "committed",
                ),
                step(
                    0,
                    commit(
                        None,
                        [
                            put(Table::Outbox, "a", "1"),
                            expect("1"),
                            put(Table::Rooms, "general", "3"),
                        ],
                    ),
                    "failed: Stale",
                ),
                step(
                    1,
                    open("ann"),
                    "journaled; opened, fence 0, rooms general=2",
                ),
            ],
        ),
        case(
            "a room's newest messages come ascending, its own, and from any place on backwards",
            [
                step(0, open("ann"), "journaled; opened, fence 0"),
                step(
                    0,
                    commit(
                        None,
                        [
                            message("general", 2, "two"),
                            message("general", 10, "ten"),
                            message("general", 9, "nine"),
                            message("general2", 11, "other"),
                            message("genera", 12, "other"),
                            message("general", 9, "nine again"),
                        ],
                    ),
                    "committed",
                ),
                step(
                    0,
                    read("general", None, 10),
                    "messages two, nine again, ten",
                ),
                step(0, read("general", None, 2), "messages nine again, ten"),
                step(0, read("general", Some(10), 1), "messages nine again"),
                step(0, read("general", Some(2), 10), "messages"),
                step(0, read("random", None, 10), "messages"),
            ],
        ),
        case(
            "messages are deleted up to a place, or all of a room's",
            [
                step(0, open("ann"), "journaled; opened, fence 0"),
                step(
                    0,
                    commit(
                        None,
                        [
                            message("general", 1, "one"),
                            message("general", 2, "two"),
                            message("random", 1, "other"),
                            delete_messages("general", 2),
                        ],
                    ),
                    "committed",
                ),
                step(0, read("general", None, 10), "messages two"),
                step(
                    0,
                    commit(None, [delete_messages("general", u64::MAX)]),
                    "committed",
                ),
                step(0, read("general", None, 10), "messages"),
                step(0, read("random", None, 10), "messages other"),
            ],
        ),
        case(
            "nothing of one user is read under another",
            [
                step(0, open("ann"), "journaled; opened, fence 0"),
                step(0, commit(None, [put(Table::Outbox, "a", "1")]), "committed"),
                step(0, open("bob"), "journaled; opened, fence 0"),
                step(0, open("ann|"), "journaled; opened, fence 0"),
                step(0, open(""), "journaled; opened, fence 0"),
                step(0, open("ann"), "journaled; opened, fence 0, outbox a=1"),
            ],
        ),
        case(
            "a wiped store is empty, and nothing is open then",
            [
                step(0, open("ann"), "journaled; opened, fence 0"),
                step(0, commit(None, [put(Table::Outbox, "a", "1")]), "committed"),
                step(0, wipe("ann"), "committed"),
                step(0, commit(None, []), "failed: Unavailable"),
                step(0, open("ann"), "journaled; opened, fence 0"),
            ],
        ),
        case(
            "another's store is wiped without a loss of one's own",
            [
                step(0, open("bob"), "journaled; opened, fence 0"),
                step(0, commit(None, [put(Table::Outbox, "a", "1")]), "committed"),
                step(0, open("ann"), "journaled; opened, fence 0"),
                step(0, wipe("bob"), "committed"),
                step(0, commit(None, [put(Table::Outbox, "b", "2")]), "committed"),
                step(0, open("bob"), "journaled; opened, fence 0"),
                step(0, open("ann"), "journaled; opened, fence 0, outbox b=2"),
            ],
        ),
        case(
            "where nothing is open there is no store",
            [
                step(
                    0,
                    StoreCommand::ReadOutbox { id: ID },
                    "failed: Unavailable",
                ),
                step(0, open("ann"), "journaled; opened, fence 0"),
                step(0, StoreCommand::Close, ""),
                step(0, lead(0), "failed: Unavailable"),
            ],
        ),
    ]
}

/// What was heard, in words. An answer to another command than [`ID`] says so.
pub(crate) fn describe<V: Value>(events: &[StoreEvent<V>]) -> String {
    let parts: Vec<String> = events.iter().map(describe_one).collect();
    parts.join("; ")
}

fn describe_one<V: Value>(event: &StoreEvent<V>) -> String {
    let (id, text) = match event {
        StoreEvent::Journaled { id, records } => (Some(id), listed("journaled", &pairs(records))),
        StoreEvent::JournalRead { records } => (None, listed("journal", &pairs(records))),
        StoreEvent::JournalRefused { key } => (None, format!("refused {key}")),
        StoreEvent::Opened {
            id, records, fence, ..
        } => {
            let mut text = format!("opened, fence {fence}");
            for (table, key, record) in records {
                text += &format!(", {} {key}={record}", table.as_str());
            }
            (Some(id), text)
        }
        StoreEvent::Committed { id } => (Some(id), "committed".to_owned()),
        StoreEvent::Led { id, fence, outbox } => {
            let outbox = listed("outbox", &pairs(outbox));
            (Some(id), format!("led, fence {fence}, {outbox}"))
        }
        StoreEvent::Outbox { id, outbox } => (Some(id), listed("outbox", &pairs(outbox))),
        StoreEvent::Messages {
            id,
            record,
            messages,
        } => {
            let record = record.iter().map(|record| format!("under {record}"));
            let texts = messages.iter().map(|body| {
                let content = body.field("content").and_then(|text| text.as_text());
                content.unwrap_or_default()
            });
            let texts: Vec<_> = record.chain(texts).collect();
            (Some(id), listed("messages", &texts))
        }
        StoreEvent::Failed { id, failure } => (Some(id), format!("failed: {failure:?}")),
        StoreEvent::Lost => (None, "lost".to_owned()),
    };
    match id {
        Some(id) if *id != ID => format!("{text} (to {id:?})"),
        _ => text,
    }
}

fn pairs(records: &[(String, String)]) -> Vec<String> {
    let records = records.iter();
    records.map(|(key, text)| format!("{key}={text}")).collect()
}

fn listed(word: &str, items: &[String]) -> String {
    if items.is_empty() {
        return word.to_owned();
    }
    format!("{word} {}", items.join(", "))
}

/// The id of every command of the table.
const ID: StoreId = StoreId(7);

fn case<V, const N: usize>(name: &'static str, steps: [Step<V>; N]) -> Case<V> {
    Case {
        name,
        steps: steps.into_iter().collect(),
    }
}

fn step<V>(tab: usize, command: StoreCommand<V>, heard: &'static str) -> Step<V> {
    Step {
        tab,
        command,
        heard,
    }
}

/// A namespace of the table's server; without a user for the empty name.
pub(crate) fn namespace(user: &str) -> Namespace {
    Namespace {
        server: "https://chat.example/socket.io/".to_owned(),
        user: (!user.is_empty()).then(|| user.to_owned()),
    }
}

fn open<V>(user: &str) -> StoreCommand<V> {
    let namespace = namespace(user);
    StoreCommand::Open { id: ID, namespace }
}

fn read_other<V>(user: &str) -> StoreCommand<V> {
    let namespace = namespace(user);
    StoreCommand::ReadOther { id: ID, namespace }
}

/// Of each of these keys the record `1`.
fn forget<V>(user: &str, keys: &[&str]) -> StoreCommand<V> {
    let records = keys.iter().map(|key| ((*key).to_owned(), "1".to_owned()));
    StoreCommand::Forget {
        id: ID,
        namespace: namespace(user),
        records: records.collect(),
    }
}

fn wipe<V>(user: &str) -> StoreCommand<V> {
    let namespace = namespace(user);
    StoreCommand::Wipe { id: ID, namespace }
}

fn lead<V>(at_least: u64) -> StoreCommand<V> {
    StoreCommand::Lead { id: ID, at_least }
}

fn commit<V, const N: usize>(fence: Option<u64>, ops: [StoreOp<V>; N]) -> StoreCommand<V> {
    let ops = ops.into_iter().collect();
    StoreCommand::Commit { id: ID, fence, ops }
}

fn read<V>(room: &str, before_seq: Option<u64>, limit: u32) -> StoreCommand<V> {
    StoreCommand::ReadMessages {
        id: ID,
        room: room.to_owned(),
        before_seq,
        limit,
    }
}

fn put<V>(table: Table, key: &str, text: &str) -> StoreOp<V> {
    let (key, text) = (key.to_owned(), text.to_owned());
    StoreOp::Put { table, key, text }
}

fn expect<V>(text: &str) -> StoreOp<V> {
    let (table, key, text) = (Table::Rooms, "general".to_owned(), text.to_owned());
    StoreOp::Expect { table, key, text }
}

fn delete<V>(table: Table, key: &str) -> StoreOp<V> {
    let key = key.to_owned();
    StoreOp::Delete { table, key }
}

fn message<V: Value>(room: &str, seq: u64, content: &str) -> StoreOp<V> {
    StoreOp::PutMessage {
        room: room.to_owned(),
        seq,
        body: V::object(&[("content", V::string(content))]),
    }
}

fn delete_messages<V>(room: &str, before_seq: u64) -> StoreOp<V> {
    let room = room.to_owned();
    StoreOp::DeleteMessages { room, before_seq }
}
