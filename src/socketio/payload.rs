//! Polling payloads: frames in one text, separated by the record separator, bytes as base64.

use super::transport::Frame;
use super::value::{Bytes, Text, Value};

/// U+001E, between two records.
const SEPARATOR: char = '\u{1e}';
/// Begins a record of bytes.
const BINARY_MARK: char = 'b';

/// A record that begins with `b` and is not base64.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a binary record is not base64")]
pub(super) struct Base64Error;

/// Puts frames into one payload, in order.
pub(super) fn write<V: Value>(frames: Vec<Frame<V>>) -> V::Text {
    let mut records: Vec<V::Text> = frames.into_iter().map(record).collect();
    match (records.len(), records.pop()) {
        (1, Some(only)) => only,
        (_, last) => {
            records.extend(last);
            V::Text::join(&records, SEPARATOR)
        }
    }
}

/// Cuts a payload into its records. An empty payload is one empty record, which is no packet.
pub(super) fn read<T: Text>(payload: &T) -> Vec<T> {
    payload.split(SEPARATOR)
}

/// The bytes of a text record that begins with `b`.
pub(super) fn read_bytes<V: Value>(record: &V::Text) -> Result<V::Bytes, Base64Error> {
    let record = record.head(record.units());
    let encoded = record.strip_prefix(BINARY_MARK).ok_or(Base64Error)?;
    V::Bytes::from_base64(encoded).ok_or(Base64Error)
}

/// Units that a frame takes in a payload, its separator included.
pub(super) fn record_units<V: Value>(frame: &Frame<V>) -> usize {
    match frame {
        Frame::Text(text) => text.units() + 1,
        Frame::Bytes(bytes) => bytes.size().div_ceil(3) * 4 + 2,
    }
}

fn record<V: Value>(frame: Frame<V>) -> V::Text {
    match frame {
        Frame::Text(text) => text,
        Frame::Bytes(bytes) => {
            let mut record = String::from(BINARY_MARK);
            record.push_str(&bytes.to_base64());
            V::Text::from_rust(&record)
        }
    }
}
