//! Times as they travel.

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use time::macros::format_description;

/// Milliseconds since 1970 as ISO 8601 in UTC with milliseconds. Times beyond the year 9999 and
/// before the year 1 come out as 1970.
pub fn iso8601(epoch_ms: i64) -> String {
    let format =
        format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:3]Z");
    OffsetDateTime::from_unix_timestamp_nanos(i128::from(epoch_ms) * 1_000_000)
        .ok()
        .and_then(|time| time.format(format).ok())
        .unwrap_or_else(|| "1970-01-01T00:00:00.000Z".to_owned())
}

/// Milliseconds since 1970 of an ISO 8601 time with a zone; `None` of any other text.
pub(super) fn parse_iso8601(text: &str) -> Option<i64> {
    let time = OffsetDateTime::parse(text, &Rfc3339).ok()?;
    i64::try_from(time.unix_timestamp_nanos() / 1_000_000).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_travels_with_its_milliseconds() {
        assert_eq!(iso8601(0), "1970-01-01T00:00:00.000Z");
        assert_eq!(iso8601(1_769_774_400_007), "2026-01-30T12:00:00.007Z");
    }

    #[test]
    fn a_time_is_read_as_it_is_written() {
        assert_eq!(
            parse_iso8601(&iso8601(1_769_774_400_007)),
            Some(1_769_774_400_007)
        );
        assert_eq!(parse_iso8601("1970-01-01T01:00:00+01:00"), Some(0));
        for odd in ["", "tomorrow", "2026-01-30", "+292000-01-01T00:00:00Z"] {
            assert_eq!(parse_iso8601(odd), None, "{odd}");
        }
    }

    #[test]
    fn an_absurd_time_does_not_fail() {
        assert_eq!(iso8601(i64::MAX), "1970-01-01T00:00:00.000Z");
        assert_eq!(iso8601(i64::MIN), "1970-01-01T00:00:00.000Z");
    }
}
