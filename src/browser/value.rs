//! Bodies as JavaScript values, frames as JavaScript strings: neither is copied into wasm memory.

use std::cell::RefCell;

use js_sys::{Array, JsString, Object, Uint8Array};
use wasm_bindgen::prelude::*;

use crate::engine::sorted_map::SortedMap;
use crate::socketio::{Bytes, Text, Value, ValueError, WrongType};

#[wasm_bindgen(module = "/src/browser/value.js")]
extern "C" {
    #[wasm_bindgen(js_name = packedHead)]
    fn packed_head(text: &JsString, start: u32, max_units: u32) -> f64;
    fn head(text: &JsString, max_units: u32) -> String;
    fn parse(text: &JsString, from: u32) -> JsValue;
    #[wasm_bindgen(js_name = takeFailure)]
    fn take_failure() -> JsValue;
    fn stringify(prefix: &str, value: &JsValue) -> JsValue;
    #[wasm_bindgen(js_name = stringifyPacked)]
    fn stringify_packed(low: u32, high: u32, value: &JsValue) -> JsValue;
    /// `[event, ...args]`.
    #[wasm_bindgen(js_name = packetOf)]
    pub(crate) fn packet_of(event: &JsValue, args: &Array) -> JsValue;
    /// `[event, data]`; without data `[event]`.
    #[wasm_bindgen(js_name = packetWith)]
    pub(crate) fn packet_with(event: &JsValue, data: &JsValue) -> JsValue;
    fn element(array: &JsValue, index: u32) -> JsValue;
    fn field(object: &JsValue, key: &JsString) -> JsValue;
    #[wasm_bindgen(js_name = numberField)]
    fn number_field(object: &JsValue, key: &JsString) -> f64;
    #[wasm_bindgen(js_name = nameElement)]
    fn name_element(array: &JsValue, index: u32) -> i32;
    #[wasm_bindgen(js_name = nameField)]
    fn name_field(object: &JsValue, key: &JsString) -> i32;
    #[wasm_bindgen(js_name = keepName)]
    fn keep_name(name: &str) -> bool;
    #[wasm_bindgen(catch, js_name = withFields)]
    fn with_fields(object: &JsValue, keys: &Array, values: &Array) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(js_name = carriesBytes)]
    fn carries_bytes(value: &JsValue) -> i32;
    #[wasm_bindgen(catch)]
    fn detach(value: &JsValue) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(catch)]
    fn attach(value: &JsValue, attachments: &Array) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(js_name = toBase64)]
    fn to_base64(bytes: &Uint8Array) -> String;
    #[wasm_bindgen(catch, js_name = fromBase64)]
    fn from_base64(encoded: &str) -> Result<Uint8Array, JsValue>;
}

impl Text for JsString {
    fn from_rust(text: &str) -> Self {
        JsString::from(text)
    }

    fn units(&self) -> usize {
        self.length() as usize
    }

    fn head(&self, max_units: usize) -> String {
        let max_units = u32::try_from(max_units).unwrap_or(u32::MAX);
        packed_text(self, max_units).unwrap_or_else(|| head(self, max_units))
    }

    fn split(&self, separator: char) -> Vec<Self> {
        let parts = self.split(separator.encode_utf8(&mut [0; 4]));
        parts.iter().map(JsCast::unchecked_into).collect()
    }

    fn join(parts: &[Self], separator: char) -> Self {
        let array: Array = parts.iter().collect();
        array.join(separator.encode_utf8(&mut [0; 4]))
    }

    fn after(&self, prefix: &str) -> Self {
        self.slice(utf16_units(prefix), self.length())
    }
}

impl Bytes for Uint8Array {
    fn from_rust(bytes: &[u8]) -> Self {
        Uint8Array::from(bytes)
    }

    fn to_rust(&self) -> Vec<u8> {
        self.to_vec()
    }

    fn size(&self) -> usize {
        self.length() as usize
    }

    fn to_base64(&self) -> String {
        to_base64(self)
    }

    fn from_base64(encoded: &str) -> Option<Self> {
        from_base64(encoded).ok()
    }
}

impl Value for JsValue {
    type Text = JsString;
    type Bytes = Uint8Array;

    fn parse(frame: &JsString, prefix: &str) -> Result<Self, ValueError> {
        some(parse(frame, utf16_units(prefix)))
            .ok_or_else(|| ValueError::Malformed("SyntaxError".to_owned()))
    }

    fn stringify(&self, prefix: &str) -> Result<JsString, ValueError> {
        let text = match packed(prefix) {
            Some([low, high]) => stringify_packed(low, high, self),
            None => stringify(prefix, self),
        };
        some(text)
            .map(JsCast::unchecked_into)
            .ok_or_else(|| unserializable(&take_failure()))
    }

    fn attach(self, attachments: Vec<Uint8Array>) -> Result<Self, ValueError> {
        let attachments: Array = attachments.into_iter().collect();
        attach(&self, &attachments).map_err(|error| unserializable(&error))
    }

    fn detach(self) -> Result<(Self, Vec<Uint8Array>), ValueError> {
        match carries_bytes(&self) {
            0 => return Ok((self, Vec::new())),
            1 => {}
            _ => return Err(unserializable(&take_failure())),
        }
        let parts = detach(&self).map_err(|error| unserializable(&error))?;
        let parts: Array = parts.unchecked_into();
        let attachments: Array = parts.get(1).unchecked_into();
        Ok((
            parts.get(0),
            attachments.iter().map(JsCast::unchecked_into).collect(),
        ))
    }

    fn null() -> Self {
        JsValue::NULL
    }

    fn boolean(value: bool) -> Self {
        JsValue::from_bool(value)
    }

    fn number(value: f64) -> Self {
        JsValue::from_f64(value)
    }

    fn string(value: &str) -> Self {
        JsValue::from_str(value)
    }

    fn array(items: Vec<Self>) -> Self {
        items.into_iter().collect::<Array>().into()
    }

    fn object(fields: &[(&'static str, Self)]) -> Self {
        Object::new().with(fields)
    }

    fn with(&self, fields: &[(&'static str, Self)]) -> Self {
        let keys: Array = fields.iter().map(|(key, _)| key_of(key)).collect();
        let values: Array = fields.iter().map(|(_, value)| value).collect();
        // Fails only where spreading the object runs a getter that throws: nothing is copied then.
        with_fields(self, &keys, &values)
            .or_else(|_| with_fields(&JsValue::NULL, &keys, &values))
            .unwrap_or(JsValue::NULL)
    }

    fn is_null(&self) -> bool {
        self.is_null() || self.is_undefined()
    }

    fn is_object(&self) -> bool {
        JsValue::is_object(self) && !Array::is_array(self)
    }

    fn length(&self) -> Option<usize> {
        self.dyn_ref::<Array>().map(|array| array.length() as usize)
    }

    fn element(&self, index: usize) -> Option<Self> {
        some(element(self, u32::try_from(index).ok()?))
    }

    fn field(&self, key: &'static str) -> Option<Self> {
        some(field(self, key_of(key)))
    }

    fn name_element(&self, index: usize) -> Result<Option<String>, WrongType> {
        let index = u32::try_from(index).unwrap_or(u32::MAX);
        name_at(name_element(self, index), || element(self, index))
    }

    fn name_field(&self, key: &'static str) -> Result<Option<String>, WrongType> {
        let key = key_of(key);
        name_at(name_field(self, key), || field(self, key))
    }

    fn number_field(&self, key: &'static str) -> Result<Option<f64>, WrongType> {
        match number_field(self, key_of(key)) {
            f64::INFINITY => Ok(None),
            number if number.is_nan() => Err(WrongType),
            number => Ok(Some(number)),
        }
    }

    fn as_text(&self) -> Option<String> {
        self.as_string()
    }

    fn as_number(&self) -> Option<f64> {
        self.as_f64()
    }

    fn as_boolean(&self) -> Option<bool> {
        self.as_bool()
    }
}

/// Units of a head that fit into one number, seven bits each.
const PACKED_UNITS: u32 = 7;

/// The first units by way of numbers: quicker than by a copy, as long as they are few.
fn packed_text(text: &JsString, max_units: u32) -> Option<String> {
    if max_units > 2 * PACKED_UNITS {
        return None;
    }
    let mut head = String::with_capacity(max_units as usize);
    for start in (0..max_units).step_by(PACKED_UNITS as usize) {
        let packed = packed_head(text, start, PACKED_UNITS.min(max_units - start));
        if packed < 0.0 {
            return None;
        }
        let mut packed = packed as u64;
        while packed > 0 {
            head.push(char::from((packed & 0x7f) as u8));
            packed >>= 7;
        }
    }
    Some(head)
}

/// A short text as two numbers of up to four units.
fn packed(text: &str) -> Option<[u32; 2]> {
    if text.len() > 8 || !text.bytes().all(|byte| (1..0x80).contains(&byte)) {
        return None;
    }
    let pack = |bytes: &[u8]| {
        let bytes = bytes.iter().rev();
        bytes.fold(0, |packed, byte| packed << 7 | u32::from(*byte))
    };
    let bytes = text.as_bytes();
    let (low, high) = bytes.split_at_checked(4).unwrap_or((bytes, &[]));
    Some([pack(low), pack(high)])
}

/// Most names that are kept, and the longest one, in bytes. A chat has far fewer; one beyond
/// costs a copy each time.
const MAX_KEPT_NAMES: usize = 1_000;
const MAX_KEPT_NAME_BYTES: usize = 64;

thread_local! {
    /// Field names as JavaScript strings, each made once.
    static KEYS: RefCell<SortedMap<(usize, usize), &'static JsString>> = const { RefCell::new(SortedMap::new()) };
    /// Names that JavaScript knows by their place here: a number crosses instead of a text.
    static NAMES: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

fn key_of(key: &'static str) -> &'static JsString {
    // A literal is known by its place: that is compared faster than its text.
    let place = (key.as_ptr() as usize, key.len());
    KEYS.with_borrow_mut(|keys| match keys.get(&place) {
        Some(known) => *known,
        None => {
            // There are as many as the code has names for fields: they stay for good.
            let made: &'static JsString = Box::leak(Box::new(JsString::from(key)));
            keys.insert(place, made);
            made
        }
    })
}

/// The name at a place that JavaScript keeps; `None` for [`NO_NAME`] and what is no place.
pub(super) fn with_names<T>(places: [i32; 3], action: impl FnOnce([Option<&str>; 3]) -> T) -> T {
    NAMES.with_borrow(|names| {
        action(places.map(|place| {
            let place = usize::try_from(place).ok()?;
            names.get(place).map(String::as_str)
        }))
    })
}

/// The name that JavaScript has found at `place`; one that is not kept yet by way of its text.
fn name_at(place: i32, text: impl FnOnce() -> JsValue) -> Result<Option<String>, WrongType> {
    match place {
        -3 => return Ok(None),
        -2 => return Err(WrongType),
        _ => {}
    }
    let kept = usize::try_from(place).ok();
    let kept = kept.and_then(|at| NAMES.with_borrow(|names| names.get(at).cloned()));
    if kept.is_some() {
        return Ok(kept);
    }
    let name = text().as_string().ok_or(WrongType)?;
    NAMES.with_borrow_mut(|names| {
        let fits = names.len() < MAX_KEPT_NAMES && name.len() <= MAX_KEPT_NAME_BYTES;
        if fits && keep_name(&name) {
            names.push(name.clone());
        }
    });
    Ok(Some(name))
}

fn some(value: JsValue) -> Option<JsValue> {
    if value.is_undefined() {
        None
    } else {
        Some(value)
    }
}

fn utf16_units(text: &str) -> u32 {
    u32::try_from(text.encode_utf16().count()).unwrap_or(u32::MAX)
}

/// The kind of a JavaScript error, without its message: that may quote what the user wrote.
fn name_of(error: &JsValue) -> String {
    error
        .dyn_ref::<js_sys::Error>()
        .map_or_else(|| "error".to_owned(), |error| error.name().into())
}

fn unserializable(error: &JsValue) -> ValueError {
    match error.as_string().as_deref() {
        Some("depth") => ValueError::TooDeep,
        Some("placeholder") => ValueError::Placeholder,
        Some("blob") => ValueError::Unserializable(
            "read the Blob into an ArrayBuffer first: `await blob.arrayBuffer()`".to_owned(),
        ),
        _ => ValueError::Unserializable(name_of(error)),
    }
}
