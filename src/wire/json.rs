//! Free-form JSON inside typed events.
//!
//! Natively it is a `serde_json::Value`. In wasm the typed forms of message bodies exist for
//! their TypeScript declarations only, bodies being JavaScript values there, so that a JSON
//! tree is not compiled in.

/// Any JSON.
#[cfg(not(target_family = "wasm"))]
pub type Json = serde_json::Value;

/// Any JSON, unread: decoding skips it, encoding writes `null`.
#[cfg(target_family = "wasm")]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Json;

#[cfg(target_family = "wasm")]
impl serde::Serialize for Json {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_unit()
    }
}

#[cfg(target_family = "wasm")]
impl<'de> serde::Deserialize<'de> for Json {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        serde::de::IgnoredAny::deserialize(deserializer).map(|_| Self)
    }
}
