//! Pages of a log.

use super::{StoredMessage, StoredOperation};

/// Which part of a log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HistoryRange {
    /// The newest messages.
    Newest,
    /// The oldest entries after this `seq`: messages, and operations on any.
    AfterSeq(u64),
    /// The newest messages before this `seq`.
    BeforeSeq(u64),
    /// The oldest messages taken after this time, in milliseconds since 1970.
    Since(i64),
}

/// Bounds of a page.
#[derive(Clone, Copy, Debug)]
pub struct PageLimit {
    /// Most entries.
    pub entries: u32,
    /// Bytes of stored entries after which the page ends; one entry always fits.
    pub bytes: usize,
}

/// A page of a log, its room's head with it as of the same moment.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct HistoryPage {
    /// In the order of `seq`, in their current state.
    pub messages: Vec<StoredMessage>,
    /// In the order of `seq`; only of [`HistoryRange::AfterSeq`].
    pub operations: Vec<StoredOperation>,
    /// Whether the range has more in its direction.
    pub has_more: bool,
    /// The first place of the log that the page covers; 0 for none.
    pub from_seq: u64,
    /// The last place that it covers; 0 for none.
    pub to_seq: u64,
    /// The log's newest `seq`.
    pub head_seq: u64,
}

/// An entry of a log.
pub(super) enum Entry {
    Message(StoredMessage),
    Operation(StoredOperation),
}

impl Entry {
    fn seq(&self) -> u64 {
        match self {
            Self::Message(message) => message.place.seq,
            Self::Operation(operation) => operation.place.seq,
        }
    }
}

impl HistoryRange {
    /// Takes entries with their sizes, in the range's own direction, until the page is full.
    pub(super) fn fill(
        self,
        limit: PageLimit,
        head_seq: u64,
        sized: impl Iterator<Item = (usize, Entry)>,
    ) -> HistoryPage {
        let mut page = HistoryPage {
            head_seq,
            ..HistoryPage::default()
        };
        let (mut count, mut bytes) = (0, 0usize);
        let mut last_seq = 0;
        for (size, entry) in sized {
            bytes = bytes.saturating_add(size);
            let is_full = count >= limit.entries || bytes > limit.bytes;
            if is_full && count > 0 {
                page.has_more = true;
                break;
            }
            count += 1;
            last_seq = entry.seq();
            match entry {
                Entry::Message(message) => page.messages.push(message),
                Entry::Operation(operation) => page.operations.push(operation),
            }
        }
        self.cover(&mut page, last_seq);
        page
    }

    /// Says what the page covers; `last_seq` was taken last, 0 for nothing.
    fn cover(self, page: &mut HistoryPage, last_seq: u64) {
        let (from_seq, to_seq) = match self {
            Self::AfterSeq(seq) => (seq.saturating_add(1), last_seq),
            Self::Since(_) => (
                page.messages.first().map_or(0, |first| first.place.seq),
                last_seq,
            ),
            Self::Newest | Self::BeforeSeq(_) => {
                page.messages.reverse();
                // Where there is nothing before them, the log begins here.
                let from_seq = if page.has_more { last_seq } else { 1 };
                let end = match self {
                    Self::BeforeSeq(seq) => seq.saturating_sub(1),
                    _ => u64::MAX,
                };
                (from_seq, end.min(page.head_seq))
            }
        };
        if from_seq <= to_seq {
            (page.from_seq, page.to_seq) = (from_seq, to_seq);
        }
    }
}

/// Two parts of one log as one, by `seq`.
pub(super) fn in_order(
    messages: impl Iterator<Item = (usize, Entry)>,
    operations: impl Iterator<Item = (usize, Entry)>,
) -> impl Iterator<Item = (usize, Entry)> {
    let (mut messages, mut operations) = (messages.peekable(), operations.peekable());
    std::iter::from_fn(move || match (messages.peek(), operations.peek()) {
        (Some((_, message)), Some((_, operation))) if operation.seq() < message.seq() => {
            operations.next()
        }
        (Some(_), _) => messages.next(),
        (None, _) => operations.next(),
    })
}

impl HistoryPage {
    /// About how many bytes its entries take.
    pub fn size(&self) -> usize {
        let messages = self.messages.iter().map(StoredMessage::size);
        let operations = self.operations.iter().map(StoredOperation::size);
        messages.chain(operations).sum()
    }
}
