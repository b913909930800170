//! What a name may be made of.

use super::limits::{MAX_ID_CHARS, MAX_ROOM_NAME_CHARS, MAX_USER_ID_CHARS};

/// Why a name is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IdError {
    /// No characters at all.
    #[error("must not be empty")]
    Empty,
    /// Too many characters.
    #[error("must not be longer than {0} characters")]
    TooLong(usize),
    /// Control characters, characters that turn the direction of text, or space at an end: names
    /// that differ but look the same.
    #[error("must not contain control or direction characters, nor begin or end with a space")]
    Forbidden,
}

/// Checks a room name: 1 to 255 characters, any script, no controls.
pub fn check_room_name(name: &str) -> Result<(), IdError> {
    check(name, MAX_ROOM_NAME_CHARS)
}

/// Checks a user id: 1 to 255 characters, no controls.
pub fn check_user_id(id: &str) -> Result<(), IdError> {
    check(id, MAX_USER_ID_CHARS)
}

/// Checks a `clientMessageId`, a thread, or another identifier: 1 to 255 characters, no controls.
pub fn check_id(id: &str) -> Result<(), IdError> {
    check(id, MAX_ID_CHARS)
}

fn check(name: &str, max_chars: usize) -> Result<(), IdError> {
    if name.is_empty() {
        return Err(IdError::Empty);
    }
    if name.chars().nth(max_chars).is_some() {
        return Err(IdError::TooLong(max_chars));
    }
    if name.chars().any(is_forbidden) || name.trim() != name {
        return Err(IdError::Forbidden);
    }
    Ok(())
}

fn is_forbidden(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{061C}' | '\u{200E}' | '\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

#[cfg(all(test, not(target_family = "wasm")))]
mod tests {
    use super::*;

    #[test]
    fn a_name_of_any_script_is_allowed() {
        for name in ["general", "channel:1", "комната", "部屋 1", "__proto__"] {
            assert_eq!(check_room_name(name), Ok(()), "{name}");
        }
    }

    #[test]
    fn an_empty_or_overlong_name_is_refused() {
        assert_eq!(check_room_name(""), Err(IdError::Empty));
        assert_eq!(check_room_name(&"ä".repeat(255)), Ok(()));
        assert_eq!(
            check_room_name(&"ä".repeat(256)),
            Err(IdError::TooLong(255))
        );
    }

    #[test]
    fn a_name_that_hides_characters_is_refused() {
        for name in [" a", "a ", "a\0b", "a\nb", "a\u{202E}b", "a\u{2066}b"] {
            assert_eq!(check_user_id(name), Err(IdError::Forbidden), "{name:?}");
        }
    }
}
