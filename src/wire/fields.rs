//! Reading scalars out of a body that stays where it is.

use super::limits::MAX_ID_CHARS;
use crate::socketio::Value;

/// Largest integer that every JSON reader keeps exactly: 2^53 - 1.
const MAX_SAFE_INTEGER: f64 = 9_007_199_254_740_991.0;

/// Why an event or an answer cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WireError {
    /// The payload is no object.
    #[error("the payload is not an object")]
    NotAnObject,
    /// A field that must be there is not.
    #[error("the field `{0}` is missing")]
    Missing(&'static str),
    /// A field has the wrong type or lies outside its bounds.
    #[error("the field `{0}` is invalid")]
    Invalid(&'static str),
}

/// The fields of one body. It goes on after the first that cannot be read, and remembers that one:
/// giving up in many places would cost the module more than reading to the end.
pub(crate) struct Fields<'a, V> {
    body: &'a V,
    refused: Option<WireError>,
}

impl<'a, V: Value> Fields<'a, V> {
    pub(crate) fn of(body: &'a V) -> Self {
        let refused = None;
        Self { body, refused }
    }

    /// As [`Fields::of`], of what an app gives: anything but an object is refused.
    pub(crate) fn of_object(body: &'a V) -> Self {
        let refused = (!body.is_object()).then_some(WireError::NotAnObject);
        Self { body, refused }
    }

    /// What was made of the fields, unless one of them could not be read.
    pub(crate) fn end<T>(self, read: T) -> Result<T, WireError> {
        self.refused.map_or(Ok(read), Err)
    }

    /// As [`optional_id`].
    pub(crate) fn id(&mut self, key: &'static str) -> Option<String> {
        let read = optional_id(self.body, key);
        self.noted(read)
    }

    /// An identifier under the first of two names that is there.
    pub(crate) fn id_of(&mut self, key: &'static str, other_key: &'static str) -> Option<String> {
        self.id(key).or_else(|| self.id(other_key))
    }

    /// As [`required_id`]; empty where it is missing.
    pub(crate) fn required_id(&mut self, key: &'static str, other_key: &'static str) -> String {
        let read = required_id(self.body, key, other_key);
        self.noted(read.map(Some)).unwrap_or_default()
    }

    /// As [`optional_name`].
    pub(crate) fn name(&mut self, key: &'static str) -> Option<String> {
        let read = optional_name(self.body, key);
        self.noted(read)
    }

    /// As [`required_name`]; empty where it is missing.
    pub(crate) fn required_name(&mut self, key: &'static str, other_key: &'static str) -> String {
        let read = required_name(self.body, key, other_key);
        self.noted(read.map(Some)).unwrap_or_default()
    }

    /// As [`optional_text`].
    pub(crate) fn text(&mut self, key: &'static str) -> Option<String> {
        self.optional(key, V::as_text)
    }

    /// True or false.
    pub(crate) fn flag(&mut self, key: &'static str) -> Option<bool> {
        self.optional(key, V::as_boolean)
    }

    /// Any number.
    pub(crate) fn number(&mut self, key: &'static str) -> Option<f64> {
        self.optional(key, V::as_number)
    }

    /// As [`optional_integer`].
    pub(crate) fn integer(&mut self, key: &'static str) -> Option<u64> {
        let read = optional_integer(self.body, key);
        self.noted(read)
    }

    /// A place in a room's log, which are counted from 1.
    pub(crate) fn seq(&mut self, key: &'static str) -> Option<u64> {
        let seq = self.integer(key);
        if seq == Some(0) {
            self.refuse(WireError::Invalid(key));
        }
        seq
    }

    /// As [`optional_count`].
    pub(crate) fn count(&mut self, key: &'static str) -> Option<u32> {
        let read = optional_count(self.body, key);
        self.noted(read)
    }

    /// As [`optional`].
    pub(crate) fn optional<T>(
        &mut self,
        key: &'static str,
        read: impl FnOnce(&V) -> Option<T>,
    ) -> Option<T> {
        let read = optional(self.body, key, read);
        self.noted(read)
    }

    /// As [`optional_list`].
    pub(crate) fn list<T>(
        &mut self,
        key: &'static str,
        read: impl Fn(&V) -> Option<T>,
    ) -> Option<Vec<T>> {
        let read = optional_list(self.body, key, read);
        self.noted(read)
    }

    /// Remembers why the body cannot be used, unless that is known.
    pub(crate) fn refuse(&mut self, error: WireError) {
        self.refused.get_or_insert(error);
    }

    fn noted<T>(&mut self, read: Result<Option<T>, WireError>) -> Option<T> {
        read.unwrap_or_else(|error| {
            self.refuse(error);
            None
        })
    }
}

/// An identifier or a time: text of 1 to [`MAX_ID_CHARS`] characters.
pub(super) fn optional_id<V: Value>(
    body: &V,
    key: &'static str,
) -> Result<Option<String>, WireError> {
    let text = optional(body, key, V::as_text)?;
    checked_id(text, key)
}

/// As [`optional_id`], under a second name where the first is absent, and never absent.
pub(super) fn required_id<V: Value>(
    body: &V,
    key: &'static str,
    other_key: &'static str,
) -> Result<String, WireError> {
    match optional_id(body, key)? {
        Some(text) => Ok(text),
        None => optional_id(body, other_key)?.ok_or(WireError::Missing(key)),
    }
}

/// As [`optional_id`], of something that many bodies name: a room, a user, an epoch.
pub(super) fn optional_name<V: Value>(
    body: &V,
    key: &'static str,
) -> Result<Option<String>, WireError> {
    let text = body.name_field(key).map_err(|_| WireError::Invalid(key))?;
    checked_id(text, key)
}

/// As [`required_id`], of something that many bodies name.
pub(super) fn required_name<V: Value>(
    body: &V,
    key: &'static str,
    other_key: &'static str,
) -> Result<String, WireError> {
    match optional_name(body, key)? {
        Some(text) => Ok(text),
        None => optional_name(body, other_key)?.ok_or(WireError::Missing(key)),
    }
}

fn checked_id(text: Option<String>, key: &'static str) -> Result<Option<String>, WireError> {
    let fits = |text: &String| {
        // A character is at most four bytes: most texts are settled without being counted.
        let too_long = text.len() > MAX_ID_CHARS && text.chars().count() > MAX_ID_CHARS;
        !text.is_empty() && !too_long
    };
    if text.as_ref().is_none_or(fits) {
        Ok(text)
    } else {
        Err(WireError::Invalid(key))
    }
}

/// A whole number from 0 to 2^53 - 1.
pub(crate) fn optional_integer<V: Value>(
    body: &V,
    key: &'static str,
) -> Result<Option<u64>, WireError> {
    let number = body
        .number_field(key)
        .map_err(|_| WireError::Invalid(key))?;
    let Some(number) = number else {
        return Ok(None);
    };
    if number.fract() != 0.0 || !(0.0..=MAX_SAFE_INTEGER).contains(&number) {
        return Err(WireError::Invalid(key));
    }
    Ok(Some(number as u64))
}

/// Text of any length: what a frame could carry.
pub(crate) fn optional_text<V: Value>(
    body: &V,
    key: &'static str,
) -> Result<Option<String>, WireError> {
    optional(body, key, V::as_text)
}

/// Anything that `read` makes something of.
pub(crate) fn optional<V: Value, T>(
    body: &V,
    key: &'static str,
    read: impl FnOnce(&V) -> Option<T>,
) -> Result<Option<T>, WireError> {
    match body.field(key) {
        None => Ok(None),
        Some(value) => read(&value).map(Some).ok_or(WireError::Invalid(key)),
    }
}

/// A list of which `read` makes something of every item.
pub(crate) fn optional_list<V: Value, T>(
    body: &V,
    key: &'static str,
    read: impl Fn(&V) -> Option<T>,
) -> Result<Option<Vec<T>>, WireError> {
    optional(body, key, |list| {
        (0..list.length()?)
            .map(|index| read(&list.element(index)?))
            .collect()
    })
}

/// A count that fits into 32 bits.
pub(super) fn optional_count<V: Value>(
    body: &V,
    key: &'static str,
) -> Result<Option<u32>, WireError> {
    let count = optional_integer(body, key)?;
    count
        .map(|count| u32::try_from(count).map_err(|_| WireError::Invalid(key)))
        .transpose()
}

/// As [`optional_id`], where a malformed one counts as absent.
pub(super) fn valid_id<V: Value>(body: &V, key: &'static str) -> Option<String> {
    optional_id(body, key).ok().flatten()
}

/// As [`optional_integer`], where a malformed one counts as absent.
pub(super) fn valid_integer<V: Value>(body: &V, key: &'static str) -> Option<u64> {
    optional_integer(body, key).ok().flatten()
}

/// A place in a room's log, which are counted from 1; a malformed one counts as absent.
pub(super) fn valid_seq<V: Value>(body: &V, key: &'static str) -> Option<u64> {
    valid_integer(body, key).filter(|seq| *seq > 0)
}

/// Whether a field is `true`: anything else is not.
pub(crate) fn is_true<V: Value>(body: &V, key: &'static str) -> bool {
    body.field(key).and_then(|flag| flag.as_boolean()) == Some(true)
}
