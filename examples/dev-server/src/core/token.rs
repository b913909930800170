//! Tokens: JSON Web Tokens signed with HS256, no other algorithm.

use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, encode};
use nchat_realtime::wire::error::ErrorCode;
use nchat_realtime::wire::ids::check_user_id;
use nchat_realtime::wire::limits::{MAX_ID_CHARS, MAX_PROFILE_TEXT_CHARS, MAX_TOKEN_BYTES};
use serde::{Deserialize, Serialize};

use super::User;

/// The product documents' token for development: `user:<id>`.
const DEVELOPMENT_PREFIX: &str = "user:";
/// How far the clock of whoever makes tokens may be ahead, in milliseconds. A token that is refused
/// is not tried again.
const CLOCK_LEEWAY_MS: i64 = 30_000;
/// How long a token made for development is good, in seconds.
const DEVELOPMENT_TOKEN_S: i64 = 24 * 60 * 60;

/// Whom a token stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// The user.
    pub user: User,
    /// The session, where the token names one.
    pub session_id: Option<String>,
    /// When the token runs out, in milliseconds since 1970.
    pub expires_at_ms: Option<i64>,
}

/// Reads tokens and, for development, makes them.
pub struct TokenKeeper {
    decoding: DecodingKey,
    encoding: EncodingKey,
    validation: Validation,
    accepts_development_tokens: bool,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Claims {
    #[serde(default)]
    sub: Option<String>,
    #[serde(default)]
    user_id: Option<String>,
    #[serde(default)]
    session_id: Option<String>,
    #[serde(default)]
    name: Option<String>,
    #[serde(default, alias = "avatar")]
    picture: Option<String>,
    /// Seconds since 1970, as the standard says; fractions are allowed.
    #[serde(default)]
    exp: Option<f64>,
    #[serde(default)]
    nbf: Option<f64>,
}

/// What a token for development says.
#[derive(Debug, Serialize)]
struct DevelopmentClaims<'a> {
    sub: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    picture: Option<&'a str>,
    iat: i64,
    exp: i64,
}

impl TokenKeeper {
    /// Reads tokens signed with `secret`; with `accepts_development_tokens` also `user:<id>`.
    pub fn new(secret: &[u8], accepts_development_tokens: bool) -> Self {
        let mut validation = Validation::new(Algorithm::HS256);
        // Times are checked here, by the clock that is given.
        validation.required_spec_claims.clear();
        validation.validate_exp = false;
        validation.validate_aud = false;
        Self {
            decoding: DecodingKey::from_secret(secret),
            encoding: EncodingKey::from_secret(secret),
            validation,
            accepts_development_tokens,
        }
    }

    /// Whom `token` stands for. Errors: `AUTH_REQUIRED`, `AUTH_FAILED`, `TOKEN_EXPIRED`.
    pub fn verify(&self, token: Option<&str>, now_ms: i64) -> Result<Identity, ErrorCode> {
        let token = token
            .filter(|token| !token.is_empty())
            .ok_or(ErrorCode::AuthRequired)?;
        if token.len() > MAX_TOKEN_BYTES {
            return Err(ErrorCode::AuthFailed);
        }
        if let Some(id) = token.strip_prefix(DEVELOPMENT_PREFIX)
            && self.accepts_development_tokens
        {
            check_user_id(id).map_err(|_| ErrorCode::AuthFailed)?;
            let user = User::from_id(id);
            return Ok(Identity {
                user,
                session_id: None,
                expires_at_ms: None,
            });
        }
        let claims = decode::<Claims>(token, &self.decoding, &self.validation)
            .map_err(|_| ErrorCode::AuthFailed)?
            .claims;
        claims.into_identity(now_ms)
    }

    /// Makes a token for development, good for a day.
    pub fn sign(&self, user: &User, now_ms: i64) -> Result<String, ErrorCode> {
        let now_s = now_ms / 1_000;
        let claims = DevelopmentClaims {
            sub: &user.id,
            name: user.name.as_deref(),
            picture: user.avatar.as_deref(),
            iat: now_s,
            exp: now_s + DEVELOPMENT_TOKEN_S,
        };
        let header = Header::new(Algorithm::HS256);
        encode(&header, &claims, &self.encoding).map_err(|_| ErrorCode::InternalError)
    }
}

impl Claims {
    fn into_identity(self, now_ms: i64) -> Result<Identity, ErrorCode> {
        let id = self.sub.or(self.user_id).ok_or(ErrorCode::AuthFailed)?;
        check_user_id(&id).map_err(|_| ErrorCode::AuthFailed)?;
        let expires_at_ms = self.exp.map(milliseconds);
        if expires_at_ms.is_some_and(|expires_at_ms| expires_at_ms <= now_ms) {
            return Err(ErrorCode::TokenExpired);
        }
        if self
            .nbf
            .map(milliseconds)
            .is_some_and(|starts_at_ms| starts_at_ms > now_ms.saturating_add(CLOCK_LEEWAY_MS))
        {
            return Err(ErrorCode::AuthFailed);
        }
        let shown = |text: &String| text.chars().nth(MAX_PROFILE_TEXT_CHARS).is_none();
        Ok(Identity {
            user: User {
                id,
                name: self.name.filter(shown),
                avatar: self.picture.filter(shown),
            },
            session_id: self
                .session_id
                .filter(|id| id.chars().nth(MAX_ID_CHARS).is_none()),
            expires_at_ms,
        })
    }
}

/// Saturates, so that an absurd claim is merely far away.
fn milliseconds(seconds: f64) -> i64 {
    (seconds * 1_000.0) as i64
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    const NOW_MS: i64 = 1_700_000_000_000;
    const KEY: &[u8] = b"a key of at least thirty-two bytes";

    fn signed(header: &Header, claims: &Value, key: &[u8]) -> String {
        encode(header, claims, &EncodingKey::from_secret(key)).expect("signs")
    }

    fn verify(token: &str) -> Result<Identity, ErrorCode> {
        TokenKeeper::new(KEY, false).verify(Some(token), NOW_MS)
    }

    #[test]
    fn a_token_names_its_user_by_sub_or_user_id() {
        for name in ["sub", "userId"] {
            let token = signed(&Header::default(), &json!({ name: "alice" }), KEY);
            let identity = verify(&token).expect("accepted");
            assert_eq!(identity.user, User::from_id("alice"));
            assert_eq!(identity.expires_at_ms, None);
        }
    }

    #[test]
    fn a_made_token_is_accepted_until_it_runs_out() {
        let keeper = TokenKeeper::new(KEY, true);
        let user = User {
            name: Some("Alice".to_owned()),
            ..User::from_id("alice")
        };
        let token = keeper.sign(&user, NOW_MS).expect("signs");
        let identity = keeper.verify(Some(&token), NOW_MS).expect("accepted");
        assert_eq!(identity.user, user);
        let end_ms = identity.expires_at_ms.expect("an end");
        assert!(keeper.verify(Some(&token), end_ms - 1).is_ok());
        assert_eq!(
            keeper.verify(Some(&token), end_ms),
            Err(ErrorCode::TokenExpired)
        );
    }

    #[test]
    fn what_is_not_signed_with_our_key_by_hs256_is_refused() {
        let claims = json!({ "sub": "alice" });
        let hs512 = Header::new(Algorithm::HS512);
        let cases = [
            signed(
                &Header::default(),
                &claims,
                b"another key of thirty-two bytes!",
            ),
            signed(&hs512, &claims, KEY),
            // {"alg":"none"} . {"sub":"alice"} . no signature
            "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhbGljZSJ9.".to_owned(),
            "a.b.c".to_owned(),
            "user:alice".to_owned(),
            "x".repeat(MAX_TOKEN_BYTES + 1),
        ];
        for token in cases {
            assert_eq!(verify(&token), Err(ErrorCode::AuthFailed), "{token:.40}");
        }
    }

    #[test]
    fn times_and_users_are_checked() {
        let now_s = NOW_MS / 1_000;
        let cases = [
            (
                json!({ "sub": "a", "exp": now_s - 1 }),
                ErrorCode::TokenExpired,
            ),
            (json!({ "sub": "a", "exp": now_s }), ErrorCode::TokenExpired),
            (
                json!({ "sub": "a", "exp": -1e300 }),
                ErrorCode::TokenExpired,
            ),
            (json!({ "sub": "a", "exp": "soon" }), ErrorCode::AuthFailed),
            (
                json!({ "sub": "a", "nbf": now_s + 60 }),
                ErrorCode::AuthFailed,
            ),
            (json!({ "name": "nobody" }), ErrorCode::AuthFailed),
            (json!({ "sub": "" }), ErrorCode::AuthFailed),
            (json!({ "sub": "a\u{202E}b" }), ErrorCode::AuthFailed),
            (json!({ "sub": "x".repeat(10_000) }), ErrorCode::AuthFailed),
        ];
        for (claims, expected) in cases {
            let token = signed(&Header::default(), &claims, KEY);
            assert_eq!(verify(&token), Err(expected), "{claims}");
        }
        for starts_at_s in [now_s, now_s + 30] {
            let far = json!({ "sub": "a", "exp": 1e300, "nbf": starts_at_s });
            let token = signed(&Header::default(), &far, KEY);
            assert!(verify(&token).is_ok(), "from {starts_at_s}");
        }
    }

    #[test]
    fn development_tokens_need_development() {
        let development = TokenKeeper::new(KEY, true);
        let identity = development
            .verify(Some("user:alice"), NOW_MS)
            .expect("accepted");
        assert_eq!(identity.user, User::from_id("alice"));
        assert_eq!(
            development.verify(Some("user:"), NOW_MS),
            Err(ErrorCode::AuthFailed)
        );
        for keeper in [development, TokenKeeper::new(KEY, false)] {
            assert_eq!(keeper.verify(None, NOW_MS), Err(ErrorCode::AuthRequired));
            assert_eq!(
                keeper.verify(Some(""), NOW_MS),
                Err(ErrorCode::AuthRequired)
            );
        }
    }
}
