//! Tokens that our server did not make.

use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::{Value as Json, json};

use crate::server::SECRET;

/// The time by this machine's clock, in seconds since 1970.
#[expect(
    clippy::disallowed_methods,
    reason = "tokens are checked by the real clock here"
)]
pub(crate) fn now_s() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    since.expect("after 1970").as_secs() as i64
}

pub(crate) fn signed(claims: &Json) -> String {
    signed_as(Algorithm::HS256, claims, SECRET)
}

pub(crate) fn signed_as(algorithm: Algorithm, claims: &Json, key: &[u8]) -> String {
    encode(
        &Header::new(algorithm),
        claims,
        &EncodingKey::from_secret(key),
    )
    .expect("signs")
}

/// Every token that must not open a connection, and what is said to it.
pub(crate) fn refused() -> Vec<(&'static str, Json, &'static str)> {
    let claims = json!({ "sub": "alice" });
    let now = now_s();
    let invalid = "Invalid token";
    vec![
        ("none", Json::Null, "Authentication required"),
        ("an empty one", json!(""), "Authentication required"),
        ("a number", json!(7), "Authentication required"),
        ("no token at all", json!("nonsense"), invalid),
        // {"alg":"none"} . {"sub":"alice"} . no signature
        (
            "unsigned",
            json!("eyJhbGciOiJub25lIn0.eyJzdWIiOiJhbGljZSJ9."),
            invalid,
        ),
        (
            "another algorithm",
            json!(signed_as(Algorithm::HS384, &claims, SECRET)),
            invalid,
        ),
        (
            "another key",
            json!(signed_as(Algorithm::HS256, &claims, b"wrong")),
            invalid,
        ),
        (
            "expired",
            json!(signed(&json!({ "sub": "alice", "exp": now - 10 }))),
            "Token expired",
        ),
        (
            "not yet valid",
            json!(signed(&json!({ "sub": "alice", "nbf": now + 600 }))),
            invalid,
        ),
        (
            "of nobody",
            json!(signed(&json!({ "name": "Alice" }))),
            invalid,
        ),
        ("of development", json!("user:alice"), invalid),
    ]
}
