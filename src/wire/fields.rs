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

/// An identifier or a time: text of 1 to [`MAX_ID_CHARS`] characters.
pub(super) fn optional_id<V: Value>(
    body: &V,
    key: &'static str,
) -> Result<Option<String>, WireError> {
    let Some(value) = body.field(key) else {
        return Ok(None);
    };
    let text = value.as_text().ok_or(WireError::Invalid(key))?;
    // A character is at most four bytes: most texts are settled without being counted.
    let too_long = text.len() > MAX_ID_CHARS && text.chars().count() > MAX_ID_CHARS;
    if text.is_empty() || too_long {
        return Err(WireError::Invalid(key));
    }
    Ok(Some(text))
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

/// A whole number from 0 to 2^53 - 1.
pub(super) fn optional_integer<V: Value>(
    body: &V,
    key: &'static str,
) -> Result<Option<u64>, WireError> {
    let Some(value) = body.field(key) else {
        return Ok(None);
    };
    let number = value.as_number().ok_or(WireError::Invalid(key))?;
    if number.fract() != 0.0 || !(0.0..=MAX_SAFE_INTEGER).contains(&number) {
        return Err(WireError::Invalid(key));
    }
    Ok(Some(number as u64))
}
