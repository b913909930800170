//! An entry as a record, and as the app sees it.

use super::entry::{Entry, Kind, Place, Safe, Stage};
use crate::engine::error::{ClientError, ErrorDetails};
use crate::engine::store::{Record, unseal};
use crate::socketio::Value;
use crate::wire::error::ErrorCode;
use crate::wire::message::SEND_OPTIONS;
use crate::wire::{Object, is_true};

/// Fields of a payload that the app sees as they are, beside those of [`SEND_OPTIONS`].
const SHOWN_FIELDS: [&str; 4] = ["content", "messageId", "emoji", "baseVersion"];

impl<V: Value> Entry<V> {
    /// As it is kept.
    pub(super) fn to_record(&self) -> V {
        Object::new()
            .text("id", &self.key)
            .text("kind", self.kind.event())
            .text("room", &self.room)
            .maybe("user", self.user.as_deref().map(V::string))
            .value("payload", self.payload.clone())
            .number("order", self.place.order as f64)
            .text("tabId", &self.place.tab_id)
            .number("tabSeq", self.place.tab_seq as f64)
            .number("nonce", self.nonce as f64)
            .number("revision", f64::from(self.revision))
            .number("createdAt", self.created_ms as f64)
            .number("retries", f64::from(self.retries))
            .maybe_number("lastRetryAt", self.last_retry_ms.map(|ms| ms as f64))
            .maybe("error", self.error.as_ref().map(error_to_value))
            .boolean("isTried", self.is_tried)
            .boolean("isParked", self.is_parked())
            .build()
    }

    /// Reads what [`Entry::to_record`] made.
    pub(super) fn read(record: &V) -> Option<Self> {
        let text = |key| record.field(key)?.as_text();
        let number = |key| Some(record.field(key)?.as_number()? as u64);
        let flag = |key| record.field(key)?.as_boolean();
        let stage = match flag("isParked")? {
            true => Stage::Parked,
            false => Stage::Waiting { not_before_ms: 0 },
        };
        Some(Self {
            key: text("id")?,
            kind: Kind::parse(&text("kind")?)?,
            room: text("room")?,
            user: text("user"),
            payload: record.field("payload").filter(V::is_object)?,
            place: Place {
                order: number("order")?,
                tab_id: text("tabId")?,
                tab_seq: number("tabSeq")?,
            },
            nonce: number("nonce")?,
            revision: number("revision")? as u32,
            created_ms: number("createdAt")?,
            retries: number("retries")? as u32,
            last_retry_ms: number("lastRetryAt"),
            error: record.field("error").map(|error| error_from_value(&error)),
            is_tried: flag("isTried")?,
            stage,
            safe: Safe::Store,
            is_told: true,
            is_missed: false,
        })
    }

    /// The fields of the payload that say what is sent.
    pub(super) fn shown_fields(&self) -> Vec<(&'static str, V)> {
        let shown = SHOWN_FIELDS.into_iter().chain(SEND_OPTIONS);
        let found = shown.filter_map(|key| Some((key, self.payload.field(key)?)));
        found.collect()
    }

    /// The documents' `QueuedMessage`, and more.
    pub(crate) fn to_value(&self) -> V {
        let mut shown = Object::new();
        shown
            .text("id", &self.key)
            .text("clientMessageId", &self.key)
            .text("kind", self.kind.event())
            .text("channelId", &self.room)
            .number("timestamp", self.created_ms as f64)
            .number("retries", f64::from(self.retries))
            .maybe_number("lastRetryAt", self.last_retry_ms.map(|ms| ms as f64))
            .boolean("persisted", self.safe != Safe::Memory)
            .text(
                "status",
                match self.stage {
                    Stage::Waiting { .. } => "pending",
                    Stage::InFlight { .. } => "sending",
                    Stage::Parked => "failed",
                },
            );
        for (key, value) in self.shown_fields() {
            shown.value(key, value);
        }
        if let Some(error) = &self.error {
            shown
                .text("lastError", &error.message)
                .value("error", error_to_value(error));
        }
        shown.build()
    }
}

/// In place of an entry's record: it was taken out.
pub(super) fn gone_record<V: Value>(key: &str, nonce: u64) -> V {
    Object::new()
        .text("id", key)
        .number("nonce", nonce as f64)
        .boolean("isGone", true)
        .build()
}

/// The nonce of an entry that was taken out, if that is what the record says.
pub(super) fn gone_nonce<V: Value>(record: &V) -> Option<u64> {
    record.field("isGone")?;
    Some(record.field("nonce")?.as_number()? as u64)
}

/// Whether a sealed record says that an entry was taken out.
pub(super) fn is_gone<V: Value>(text: &str) -> bool {
    match unseal::<V>(text) {
        Record::Sound(record) => gone_nonce(&record).is_some(),
        Record::Newer | Record::Corrupt => false,
    }
}

fn error_to_value<V: Value>(error: &ClientError<V>) -> V {
    Object::new()
        .text("code", &error.code)
        .text("message", &error.message)
        .boolean("retryable", error.retryable)
        .maybe("details", error.details.clone())
        .build()
}

fn error_from_value<V: Value>(error: &V) -> ClientError<V> {
    let text = |key| error.field(key).and_then(|value| value.as_text());
    let ours = ErrorCode::InternalError;
    ClientError::from(ErrorDetails {
        code: text("code").unwrap_or_else(|| ours.as_str().to_owned()),
        message: text("message").unwrap_or_default(),
        retryable: is_true(error, "retryable"),
        retry_after_ms: None,
        details: error.field("details"),
    })
}
