//! Bodies outside the browser: `serde_json` values, for native clients, tests and simulation.
//!
//! JSON has no bytes. Inside a tree they are `{"$bytes": "<base64>"}`, an object with exactly
//! this one field; [`Value::detach`] takes such objects out and [`Value::attach`] puts them in.

use base64::Engine as _;
use base64::alphabet;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig, STANDARD};
use serde_json::{Map, Number, Value as Json};

use super::value::{Bytes, MAX_DEPTH, Text, Value, ValueError};

/// The field that marks bytes inside a tree.
const BYTES_FIELD: &str = "$bytes";
/// Integers up to here are exact as doubles, and are written without a fraction.
const MAX_EXACT_INTEGER: f64 = 9_007_199_254_740_991.0;

impl Text for String {
    fn from_rust(text: &str) -> Self {
        text.to_owned()
    }

    fn units(&self) -> usize {
        self.len()
    }

    fn head(&self, max_units: usize) -> String {
        if self.len() <= max_units {
            return self.clone();
        }
        let end = self.floor_char_boundary(max_units);
        let mut head = self[..end].to_owned();
        if end < max_units {
            head.push(char::REPLACEMENT_CHARACTER);
        }
        head
    }

    fn split(&self, separator: char) -> Vec<Self> {
        str::split(self, separator).map(str::to_owned).collect()
    }

    fn join(parts: &[Self], separator: char) -> Self {
        parts.join(separator.encode_utf8(&mut [0; 4]))
    }

    fn after(&self, prefix: &str) -> Self {
        rest(self, prefix).to_owned()
    }
}

/// Base64 as peers write it, with or without padding.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

impl Bytes for Vec<u8> {
    fn from_rust(bytes: &[u8]) -> Self {
        bytes.to_vec()
    }

    fn to_rust(&self) -> Vec<u8> {
        self.clone()
    }

    fn size(&self) -> usize {
        self.len()
    }

    fn to_base64(&self) -> String {
        STANDARD.encode(self)
    }

    fn from_base64(encoded: &str) -> Option<Self> {
        LENIENT.decode(encoded).ok()
    }
}

impl Value for Json {
    type Text = String;
    type Bytes = Vec<u8>;

    fn parse(frame: &String, prefix: &str) -> Result<Self, ValueError> {
        serde_json::from_str(rest(frame, prefix))
            .map_err(|error| ValueError::Malformed(error.to_string()))
    }

    fn stringify(&self, prefix: &str) -> Result<String, ValueError> {
        Ok(format!("{prefix}{self}"))
    }

    fn attach(mut self, attachments: Vec<Vec<u8>>) -> Result<Self, ValueError> {
        fill_placeholders(&mut self, &attachments, 0)?;
        Ok(self)
    }

    fn detach(mut self) -> Result<(Self, Vec<Vec<u8>>), ValueError> {
        let mut attachments = Vec::new();
        take_bytes(&mut self, &mut attachments, 0)?;
        Ok((self, attachments))
    }

    fn null() -> Self {
        Json::Null
    }

    fn boolean(value: bool) -> Self {
        Json::Bool(value)
    }

    fn number(value: f64) -> Self {
        if value.fract() == 0.0 && value.abs() <= MAX_EXACT_INTEGER {
            #[expect(
                clippy::cast_possible_truncation,
                reason = "a whole number in the range of exact integers"
            )]
            return Json::from(value as i64);
        }
        // As in JavaScript: what JSON cannot write (NaN, infinities) becomes null.
        Number::from_f64(value).map_or(Json::Null, Json::Number)
    }

    fn string(value: &str) -> Self {
        Json::from(value)
    }

    fn array(items: Vec<Self>) -> Self {
        Json::Array(items)
    }

    fn object(fields: &[(&'static str, Self)]) -> Self {
        Json::Null.with(fields)
    }

    fn with(&self, fields: &[(&'static str, Self)]) -> Self {
        let mut object = self.as_object().cloned().unwrap_or_default();
        for (key, value) in fields {
            object.insert((*key).to_owned(), value.clone());
        }
        Json::Object(object)
    }

    fn is_null(&self) -> bool {
        Json::is_null(self)
    }

    fn is_object(&self) -> bool {
        Json::is_object(self)
    }

    fn length(&self) -> Option<usize> {
        self.as_array().map(Vec::len)
    }

    fn element(&self, index: usize) -> Option<Self> {
        self.as_array()?.get(index).cloned()
    }

    fn field(&self, key: &'static str) -> Option<Self> {
        self.as_object()?
            .get(key)
            .filter(|field| !field.is_null())
            .cloned()
    }

    fn as_text(&self) -> Option<String> {
        self.as_str().map(str::to_owned)
    }

    fn as_number(&self) -> Option<f64> {
        self.as_f64()
    }

    fn as_boolean(&self) -> Option<bool> {
        self.as_bool()
    }
}

/// What follows `prefix`; everything if the frame is shorter.
fn rest<'a>(frame: &'a str, prefix: &str) -> &'a str {
    frame.get(prefix.len()..).unwrap_or(frame)
}

fn fill_placeholders(
    json: &mut Json,
    attachments: &[Vec<u8>],
    depth: usize,
) -> Result<(), ValueError> {
    if depth > MAX_DEPTH {
        return Err(ValueError::TooDeep);
    }
    match json {
        Json::Object(object) if object.get("_placeholder") == Some(&Json::Bool(true)) => {
            let attachment = object
                .get("num")
                .and_then(Json::as_u64)
                .and_then(|index| attachments.get(usize::try_from(index).ok()?))
                .ok_or(ValueError::Placeholder)?;
            *json = bytes_object(attachment);
            Ok(())
        }
        Json::Object(object) => object
            .values_mut()
            .try_for_each(|field| fill_placeholders(field, attachments, depth + 1)),
        Json::Array(items) => items
            .iter_mut()
            .try_for_each(|item| fill_placeholders(item, attachments, depth + 1)),
        _ => Ok(()),
    }
}

fn take_bytes(
    json: &mut Json,
    attachments: &mut Vec<Vec<u8>>,
    depth: usize,
) -> Result<(), ValueError> {
    if depth > MAX_DEPTH {
        return Err(ValueError::TooDeep);
    }
    match json {
        Json::Object(object) => {
            if let Some(encoded) = encoded_bytes(object) {
                let bytes = STANDARD
                    .decode(encoded)
                    .map_err(|error| ValueError::Unserializable(error.to_string()))?;
                *json = placeholder(attachments.len());
                attachments.push(bytes);
                return Ok(());
            }
            object
                .values_mut()
                .try_for_each(|field| take_bytes(field, attachments, depth + 1))
        }
        Json::Array(items) => items
            .iter_mut()
            .try_for_each(|item| take_bytes(item, attachments, depth + 1)),
        _ => Ok(()),
    }
}

fn encoded_bytes(object: &Map<String, Json>) -> Option<&str> {
    if object.len() != 1 {
        return None;
    }
    object.get(BYTES_FIELD)?.as_str()
}

fn bytes_object(bytes: &[u8]) -> Json {
    Json::object(&[(BYTES_FIELD, Json::from(STANDARD.encode(bytes)))])
}

fn placeholder(index: usize) -> Json {
    Json::object(&[
        ("_placeholder", Json::Bool(true)),
        ("num", Json::from(index)),
    ])
}
