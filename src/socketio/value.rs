//! What travels: JSON bodies, frames of text, and bytes, behind traits.
//!
//! The protocol reads a frame's short prefix and moves its body on without looking inside. In
//! the browser a body is a JavaScript value that never enters wasm memory (copying text into
//! wasm costs two to four times `JSON.parse`); natively it is a `serde_json::Value`.

/// A frame of text, whole as the transport delivered it.
pub trait Text: Clone {
    /// Makes a frame from Rust text.
    fn from_rust(text: &str) -> Self;
    /// Length in the platform's own units: UTF-16 code units in the browser, bytes natively.
    /// Only ever compared with a limit.
    fn units(&self) -> usize;
    /// A copy of at most the first `max_units` units; a cut or lone surrogate comes out as U+FFFD.
    fn head(&self, max_units: usize) -> String;
    /// Cuts the frame at every `separator`, which is dropped. An empty frame is one empty part.
    fn split(&self, separator: char) -> Vec<Self>;
    /// Puts frames into one, with `separator` between two.
    fn join(parts: &[Self], separator: char) -> Self;
    /// What follows `prefix`, which the caller has read from [`Text::head`].
    fn after(&self, prefix: &str) -> Self;
}

/// A frame or an attachment of bytes.
pub trait Bytes: Clone {
    /// Makes bytes from Rust bytes.
    fn from_rust(bytes: &[u8]) -> Self;
    /// A copy in Rust's memory.
    fn to_rust(&self) -> Vec<u8>;
    /// Length in bytes.
    fn size(&self) -> usize;
    /// As base64 with padding.
    fn to_base64(&self) -> String;
    /// From base64, with or without padding; `None` if it is none.
    fn from_base64(encoded: &str) -> Option<Self>;
}

/// Why a body could not be read or written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ValueError {
    /// The text is not JSON.
    #[error("the body is not JSON: {0}")]
    Malformed(String),
    /// The value cannot be written as JSON: a cycle, a `BigInt`, a throwing getter.
    #[error("the value cannot be sent: {0}")]
    Unserializable(String),
    /// Nested deeper than [`MAX_DEPTH`] where a walk is needed (only bodies with attachments).
    #[error("the value is nested deeper than {MAX_DEPTH} levels, or refers to itself")]
    TooDeep,
    /// A placeholder names an attachment that did not come, or its number is no index.
    #[error("a placeholder names an attachment that the packet does not have")]
    Placeholder,
}

/// What was read is there, and is of another type than the one asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WrongType;

/// Deepest nesting that a walk over a body goes to, in levels. Parsing without a walk is not
/// bound by it in the browser, whose parser does not recurse.
pub const MAX_DEPTH: usize = 128;

/// One JSON body, opaque to the protocol. Cloning is cheap in the browser (a handle).
///
/// Numbers are IEEE doubles, as in JSON as JavaScript reads it.
pub trait Value: Clone + 'static {
    /// Frames of text on this platform.
    type Text: Text;
    /// Frames of bytes on this platform.
    type Bytes: Bytes;

    /// Parses what follows `prefix` in `frame` as JSON.
    fn parse(frame: &Self::Text, prefix: &str) -> Result<Self, ValueError>;
    /// Writes `prefix` and the value's JSON as one frame. `undefined` as a whole is `null`.
    fn stringify(&self, prefix: &str) -> Result<Self::Text, ValueError>;

    /// Puts attachments where the body has placeholders (`{"_placeholder":true,"num":0}`).
    fn attach(self, attachments: Vec<Self::Bytes>) -> Result<Self, ValueError>;
    /// Takes bytes out and leaves placeholders. Without bytes inside, gives the same value back.
    fn detach(self) -> Result<(Self, Vec<Self::Bytes>), ValueError>;

    /// `null`.
    fn null() -> Self;
    /// A boolean.
    fn boolean(value: bool) -> Self;
    /// A number.
    fn number(value: f64) -> Self;
    /// A string.
    fn string(value: &str) -> Self;
    /// An array.
    fn array(items: Vec<Self>) -> Self;
    /// An object of these fields.
    fn object(fields: &[(&'static str, Self)]) -> Self;
    /// A shallow copy of this object with these fields set; of anything else, a new object.
    fn with(&self, fields: &[(&'static str, Self)]) -> Self;

    /// Whether it is `null` or `undefined`.
    fn is_null(&self) -> bool;
    /// Whether it is an object that is not an array.
    fn is_object(&self) -> bool;
    /// Its length if it is an array.
    fn length(&self) -> Option<usize>;
    /// Element `index` of an array; `None` past its end or on anything else.
    fn element(&self, index: usize) -> Option<Self>;
    /// Own field `key` of an object; `None` where it is absent, `null` or `undefined`.
    fn field(&self, key: &'static str) -> Option<Self>;
    /// The name at element `index` of an array: as [`Value::as_text`] of it, for texts of which
    /// the same few come again and again, so that an implementation may keep them.
    fn name_element(&self, index: usize) -> Result<Option<String>, WrongType> {
        self.element(index)
            .filter(|value| !value.is_null())
            .map(|value| value.as_text().ok_or(WrongType))
            .transpose()
    }
    /// The name in a field, likewise.
    fn name_field(&self, key: &'static str) -> Result<Option<String>, WrongType> {
        self.field(key)
            .map(|value| value.as_text().ok_or(WrongType))
            .transpose()
    }
    /// The number in a field. One that is not finite is no number: JSON has none.
    fn number_field(&self, key: &'static str) -> Result<Option<f64>, WrongType> {
        self.field(key)
            .map(|value| value.as_number().ok_or(WrongType))
            .transpose()
    }
    /// The text, if it is a string.
    fn as_text(&self) -> Option<String>;
    /// The number, if it is one.
    fn as_number(&self) -> Option<f64>;
    /// The boolean, if it is one.
    fn as_boolean(&self) -> Option<bool>;
}
