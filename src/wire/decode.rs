//! Reads a small control event into its Rust type, on any platform by the same steps.
//!
//! A serde deserializer over [`Value`]. A struct's fields are asked for by name, so that unknown
//! ones are never looked at; `null` and `undefined` are absent. Its errors name the field and
//! nothing of the content, which also keeps serde's formatting of numbers out of the module.

use std::fmt;

use serde::de::value::StrDeserializer;
use serde::de::{self, DeserializeOwned, DeserializeSeed, IntoDeserializer, Visitor};

use super::WireError;
use crate::socketio::Value;

/// Reads `value` as a `T`. Numbers that are whole come as integers.
pub fn decode<T: DeserializeOwned, V: Value>(value: &V) -> Result<T, WireError> {
    T::deserialize(Reader(value.clone())).map_err(|Unreadable(error)| error)
}

/// The error inside serde: what cannot be read, never what was there instead.
#[derive(Debug)]
struct Unreadable(WireError);

/// Where no field is known.
const WHOLE: &str = "payload";

impl fmt::Display for Unreadable {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, formatter)
    }
}

impl std::error::Error for Unreadable {}

impl de::Error for Unreadable {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self(WireError::Invalid(WHOLE))
    }

    fn invalid_type(_: de::Unexpected<'_>, _: &dyn de::Expected) -> Self {
        Self(WireError::Invalid(WHOLE))
    }

    fn invalid_value(_: de::Unexpected<'_>, _: &dyn de::Expected) -> Self {
        Self(WireError::Invalid(WHOLE))
    }

    fn invalid_length(_: usize, _: &dyn de::Expected) -> Self {
        Self(WireError::Invalid(WHOLE))
    }

    fn unknown_variant(_: &str, _: &'static [&'static str]) -> Self {
        Self(WireError::Invalid(WHOLE))
    }

    fn missing_field(field: &'static str) -> Self {
        Self(WireError::Missing(field))
    }
}

struct Reader<V>(V);

impl<'de, B: Value> de::Deserializer<'de> for Reader<B> {
    type Error = Unreadable;

    fn deserialize_any<W: Visitor<'de>>(self, visitor: W) -> Result<W::Value, Unreadable> {
        const LARGEST_EXACT: f64 = 9_007_199_254_740_991.0;
        let Self(value) = self;
        if let Some(text) = value.as_text() {
            visitor.visit_string(text)
        } else if let Some(number) = value.as_number() {
            if number.fract() == 0.0 && (0.0..=LARGEST_EXACT).contains(&number) {
                visitor.visit_u64(number as u64)
            } else if number.fract() == 0.0 && (-LARGEST_EXACT..0.0).contains(&number) {
                visitor.visit_i64(number as i64)
            } else {
                visitor.visit_f64(number)
            }
        } else if let Some(flag) = value.as_boolean() {
            visitor.visit_bool(flag)
        } else if let Some(length) = value.length() {
            visitor.visit_seq(Elements {
                value,
                index: 0,
                length,
            })
        } else {
            visitor.visit_unit()
        }
    }

    fn deserialize_option<W: Visitor<'de>>(self, visitor: W) -> Result<W::Value, Unreadable> {
        if self.0.is_null() {
            visitor.visit_none()
        } else {
            visitor.visit_some(self)
        }
    }

    fn deserialize_struct<W: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: W,
    ) -> Result<W::Value, Unreadable> {
        if !self.0.is_object() {
            return Err(Unreadable(WireError::NotAnObject));
        }
        visitor.visit_map(Fields {
            value: self.0,
            names: fields.iter(),
            next: None,
        })
    }

    fn deserialize_enum<W: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: W,
    ) -> Result<W::Value, Unreadable> {
        let name = self
            .0
            .as_text()
            .ok_or(Unreadable(WireError::Invalid(WHOLE)))?;
        visitor.visit_enum(name.into_deserializer())
    }

    fn deserialize_newtype_struct<W: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: W,
    ) -> Result<W::Value, Unreadable> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_ignored_any<W: Visitor<'de>>(self, visitor: W) -> Result<W::Value, Unreadable> {
        visitor.visit_unit()
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit
        unit_struct seq tuple tuple_struct map identifier
    }
}

struct Elements<V> {
    value: V,
    index: usize,
    length: usize,
}

impl<'de, V: Value> de::SeqAccess<'de> for Elements<V> {
    type Error = Unreadable;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Unreadable> {
        if self.index == self.length {
            return Ok(None);
        }
        let element = self.value.element(self.index).unwrap_or_else(V::null);
        self.index += 1;
        seed.deserialize(Reader(element)).map(Some)
    }
}

/// The fields that are there, of those that the type has.
struct Fields<V> {
    value: V,
    names: std::slice::Iter<'static, &'static str>,
    next: Option<(&'static str, V)>,
}

impl<'de, V: Value> de::MapAccess<'de> for Fields<V> {
    type Error = Unreadable;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Unreadable> {
        let value = &self.value;
        self.next = self
            .names
            .find_map(|name| Some((*name, value.field(name)?)));
        let Some((name, _)) = &self.next else {
            return Ok(None);
        };
        seed.deserialize(StrDeserializer::<Unreadable>::new(name))
            .map(Some)
    }

    fn next_value_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<T::Value, Unreadable> {
        let (name, value) = self
            .next
            .take()
            .ok_or(Unreadable(WireError::Invalid(WHOLE)))?;
        seed.deserialize(Reader(value))
            .map_err(|error| match error {
                Unreadable(WireError::Invalid(WHOLE)) => Unreadable(WireError::Invalid(name)),
                error => error,
            })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::wire::connection::{Connected, DeviceInfo, DeviceType};
    use crate::wire::room::{MembershipChange, RoomJoined, RoomType};

    #[test]
    fn a_bare_answer_has_the_documented_defaults() {
        let joined: RoomJoined = decode(&json!({"roomName": "a", "memberCount": 2})).unwrap();
        assert_eq!(
            (joined.kind, joined.member_count),
            (RoomType::Channel, Some(2))
        );
        let other: RoomJoined = decode(&json!({"type": "castle", "visibility": null})).unwrap();
        assert_eq!(other.kind, RoomType::Channel);
    }

    #[test]
    fn what_serde_writes_is_read_back() {
        let whole = json!({
            "socketId": "s", "serverTime": "t", "protocolVersion": "1.1", "capabilities": ["batch"],
            "limits": {"maxPayloadBytes": 1, "maxContentBytes": 2, "maxHistoryPage": 3,
                "eventsPerMinute": 4},
            "unknown": [{"deep": {}}],
        });
        let ours: Connected = decode(&whole).unwrap();
        assert_eq!(ours, serde_json::from_value(whole).unwrap());
    }

    #[test]
    fn an_unknown_device_is_unknown() {
        let device: DeviceInfo = decode(&json!({"type": "fridge"})).unwrap();
        assert_eq!(device.kind, DeviceType::Unknown);
    }

    #[test]
    fn an_error_names_the_field_and_not_what_was_in_it() {
        let read = |value| decode::<MembershipChange, _>(&value).unwrap_err();
        assert_eq!(read(json!({"roomName": "a"})), WireError::Missing("userId"));
        assert_eq!(
            read(json!({"roomName": 5, "userId": "u"})),
            WireError::Invalid("roomName")
        );
        assert_eq!(read(json!("secret")), WireError::NotAnObject);
        assert_eq!(read(json!([1])), WireError::NotAnObject);
    }

    #[test]
    fn numbers_out_of_range_are_refused() {
        for count in [json!(-1), json!(1.5), json!(1e300), json!("1")] {
            let body = json!({"memberCount": count});
            assert_eq!(
                decode::<RoomJoined, _>(&body).unwrap_err(),
                WireError::Invalid("memberCount"),
                "{body}"
            );
        }
    }
}
