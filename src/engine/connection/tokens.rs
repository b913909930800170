//! Tokens: asked for, refreshed before they run out, and never asked for in a storm.

use crate::engine::config::{MIN_TOKEN_REFRESH_MS, TOKEN_REFRESH_LEAD_MS};
use crate::engine::input::TokenSource;

/// What a token was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// The attempt under way.
    Attempt,
    /// The live connection.
    Refresh,
}

/// Where tokens come from, and which question is open.
#[derive(Debug, Default)]
pub(crate) struct Tokens {
    source: TokenSource,
    open: Option<(u32, Purpose)>,
    asked: u32,
    refused: bool,
    /// Given since the attempt under way began, which does not have it.
    changed: bool,
    refresh_at_ms: Option<u64>,
}

impl Tokens {
    pub(crate) fn source(&self) -> &TokenSource {
        &self.source
    }

    pub(crate) fn set_source(&mut self, source: TokenSource) {
        if source != TokenSource::Callback {
            self.refresh_at_ms = None;
        }
        self.source = source;
        self.refused = false;
        self.changed = true;
        self.open = None;
    }

    /// An attempt begins, with what there is now.
    pub(crate) fn attempt_begins(&mut self) {
        self.changed = false;
    }

    /// Opens a question for the app's callback; a question still open is overtaken by it.
    pub(crate) fn ask(&mut self, purpose: Purpose) -> u32 {
        self.asked = self.asked.wrapping_add(1);
        self.open = Some((self.asked, purpose));
        self.asked
    }

    /// Takes the answer to the open question; a late answer to an older one is nobody's.
    pub(crate) fn answered(&mut self, ask: u32) -> Option<Purpose> {
        let (_, purpose) = self.open.take_if(|(open, _)| *open == ask)?;
        Some(purpose)
    }

    /// No answer is waited for any more.
    pub(crate) fn forget_question(&mut self) {
        self.open = None;
    }

    /// The server refused the token. True when another can be had at once: one that was given
    /// meanwhile; or a callback gets one more question, and none after that until a connection
    /// has stood.
    pub(crate) fn refused(&mut self) -> bool {
        if std::mem::take(&mut self.changed) {
            return true;
        }
        let again = self.source == TokenSource::Callback && !self.refused;
        self.refused = true;
        again
    }

    /// The server accepted us.
    pub(crate) fn accepted(&mut self) {
        self.refused = false;
    }

    /// The token runs out `lifetime_ms` from now: a callback is asked in good time, once.
    pub(crate) fn expires_in(&mut self, lifetime_ms: u64, now_ms: u64) {
        let lead_ms = TOKEN_REFRESH_LEAD_MS.min(lifetime_ms / 5);
        let wait_ms = (lifetime_ms - lead_ms).max(MIN_TOKEN_REFRESH_MS);
        self.refresh_at_ms = (self.source == TokenSource::Callback).then_some(now_ms + wait_ms);
    }

    /// A new token is to go as soon as the server is ready.
    pub(crate) fn refresh_soon(&mut self, now_ms: u64) {
        self.refresh_at_ms = Some(now_ms);
    }

    /// The connection ended; its token's expiry matters no more.
    pub(crate) fn connection_ended(&mut self) {
        self.refresh_at_ms = None;
        self.open = self
            .open
            .filter(|(_, purpose)| *purpose == Purpose::Attempt);
    }

    pub(crate) fn deadline_ms(&self) -> Option<u64> {
        self.refresh_at_ms
    }

    /// Whether the refresh is due; true once per expiry.
    pub(crate) fn take_due_refresh(&mut self, now_ms: u64) -> bool {
        self.refresh_at_ms.take_if(|at| *at <= now_ms).is_some()
    }

    /// The server said that the token has run out: refresh now, unless that is under way.
    pub(crate) fn expired(&mut self) -> bool {
        self.refresh_at_ms = None;
        self.source == TokenSource::Callback && self.open.is_none()
    }
}

#[cfg(all(test, not(target_family = "wasm")))]
mod tests {
    use super::*;

    fn callback() -> Tokens {
        let mut tokens = Tokens::default();
        tokens.set_source(TokenSource::Callback);
        tokens
    }

    #[test]
    fn only_the_open_question_has_an_answer() {
        let mut tokens = callback();
        let old = tokens.ask(Purpose::Attempt);
        let new = tokens.ask(Purpose::Refresh);
        assert_eq!(tokens.answered(old), None);
        assert_eq!(tokens.answered(new), Some(Purpose::Refresh));
        assert_eq!(tokens.answered(new), None);
    }

    #[test]
    fn a_refused_token_costs_one_question_and_no_storm() {
        let mut tokens = callback();
        tokens.attempt_begins();
        assert!(tokens.refused());
        assert!(!tokens.refused());
        tokens.accepted();
        assert!(tokens.refused());
        let mut fixed = Tokens::default();
        fixed.set_source(TokenSource::Fixed("t".into()));
        fixed.attempt_begins();
        assert!(!fixed.refused());
    }

    #[test]
    fn one_expiry_costs_one_refresh() {
        let mut tokens = callback();
        tokens.expires_in(3_600_000, 0);
        assert!(!tokens.take_due_refresh(3_539_999));
        assert!(tokens.take_due_refresh(3_540_000));
        assert!(!tokens.take_due_refresh(3_600_000));
        tokens.ask(Purpose::Refresh);
        assert!(!tokens.expired(), "the refresh is under way");
    }

    #[test]
    fn a_short_lived_token_is_refreshed_after_four_fifths_of_its_life() {
        let mut tokens = callback();
        tokens.expires_in(10_000, 0);
        assert_eq!(tokens.deadline_ms(), Some(8_000));
    }
}
