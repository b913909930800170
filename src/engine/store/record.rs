//! Sealed records: one line of text that says its schema version and carries a checksum, so that
//! a record that was damaged or written by a newer version is known for what it is.

use crate::socketio::{Text, Value, ValueError};

/// The version that records are written in. A change of a record's fields that older code could
/// not read raises it, and [`unseal`] then migrates what is older.
pub const SCHEMA: u32 = 1;

/// What a sealed record turned out to be.
#[derive(Clone, Debug, PartialEq)]
pub enum Record<V> {
    /// Sound.
    Sound(V),
    /// Written by a newer version: left as it is.
    Newer,
    /// Not readable: to be set aside.
    Corrupt,
}

/// Seals a record: `<schema> <checksum> <json>`.
pub fn seal<V: Value>(record: &V) -> Result<String, ValueError> {
    let json = record.stringify("")?.head(usize::MAX);
    Ok(format!("{SCHEMA} {:08x} {json}", checksum(json.as_bytes())))
}

/// Opens a sealed record.
pub fn unseal<V: Value>(text: &str) -> Record<V> {
    let mut parts = text.splitn(3, ' ');
    let (schema, sum, json) = (parts.next(), parts.next(), parts.next());
    let schema = schema.and_then(|schema| schema.parse::<u32>().ok());
    match (schema, sum, json) {
        (Some(schema), _, _) if schema > SCHEMA => Record::Newer,
        (Some(_), Some(sum), Some(json))
            if u32::from_str_radix(sum, 16) == Ok(checksum(json.as_bytes())) =>
        {
            V::parse(&V::Text::from_rust(json), "").map_or(Record::Corrupt, Record::Sound)
        }
        _ => Record::Corrupt,
    }
}

/// CRC-32 (ISO-HDLC) without a table: records are short, and the module is downloaded.
fn checksum(bytes: &[u8]) -> u32 {
    const CRC: crc::Crc<u32, crc::NoTable> =
        crc::Crc::<u32, crc::NoTable>::new(&crc::CRC_32_ISO_HDLC);
    CRC.checksum(bytes)
}

#[cfg(all(test, not(target_family = "wasm")))]
mod tests {
    use serde_json::{Value as Json, json};

    use super::*;

    #[test]
    fn a_sealed_record_opens_as_it_was() {
        let record = json!({"content": "hé\u{1F600}", "n": 1});
        let text = seal(&record).expect("it is JSON");
        assert_eq!(unseal(&text), Record::Sound(record));
    }

    #[test]
    fn a_changed_byte_is_noticed() {
        let text = seal(&json!({"content": "hello"})).expect("it is JSON");
        let damaged = text.replace("hello", "hallo");
        assert_eq!(unseal::<Json>(&damaged), Record::Corrupt);
    }

    #[test]
    fn what_is_no_record_is_corrupt() {
        for text in [
            "",
            "1",
            "1 0",
            "x 0 {}",
            "1 zz {}",
            "{}",
            "1 00000000 nothing",
        ] {
            assert_eq!(unseal::<Json>(text), Record::Corrupt, "{text}");
        }
    }

    #[test]
    fn a_newer_schema_is_told_from_damage() {
        assert_eq!(unseal::<Json>("2 anything at all"), Record::Newer);
    }
}
