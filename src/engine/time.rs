//! Time as the engine sees it: an argument, never a clock.

/// The moment an input is handled, read once by the driver.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Now {
    /// Milliseconds of a clock that never goes back; its zero means nothing. All deadlines are
    /// compared with it, so that a hidden tab, sleep, or a changed wall clock come out right.
    pub mono_ms: u64,
    /// Milliseconds since the Unix epoch, for what people and servers read.
    pub wall_ms: u64,
}

/// `wall_ms` as ISO 8601 in UTC with milliseconds, as JavaScript's `toISOString` writes it.
/// Years past 9999 are shown as 9999: no message has such a time.
pub(crate) fn iso8601(wall_ms: u64) -> String {
    const END_OF_9999_MS: u64 = 253_402_300_799_999;
    let wall_ms = wall_ms.min(END_OF_9999_MS);
    let (days, ms) = (wall_ms / 86_400_000, wall_ms % 86_400_000);
    // Days to a date in the proleptic Gregorian calendar, with years counted from March
    // (Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms").
    let days = days + 719_468;
    let (era, day_of_era) = (days / 146_097, days % 146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 {
        shifted_month + 3
    } else {
        shifted_month - 9
    };
    let year = year_of_era + era * 400 + u64::from(month <= 2);
    let (hour, minute, second) = (ms / 3_600_000, ms / 60_000 % 60, ms / 1_000 % 60);
    let milli = ms % 1_000;
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{milli:03}Z")
}

/// The milliseconds since the epoch of a time as servers write it: `2026-01-30T12:00:00Z`, with
/// or without a fraction, in UTC. Anything else is no time.
pub(crate) fn parse_iso8601(text: &str) -> Option<u64> {
    let text = text.strip_suffix('Z')?;
    let (date, time) = text.split_once('T')?;
    let mut date = date.splitn(3, '-').map(|part| part.parse::<u64>().ok());
    let (year, month, day) = (date.next()??, date.next()??, date.next()??);
    let (time, fraction) = time.split_once('.').unwrap_or((time, "0"));
    let mut time = time.splitn(3, ':').map(|part| part.parse::<u64>().ok());
    let (hour, minute, second) = (time.next()??, time.next()??, time.next()??);
    let in_range = (1970..=9999).contains(&year)
        && (1..=12).contains(&month)
        && (1..=31).contains(&day)
        && hour < 24
        && minute < 60
        && second < 61;
    if !in_range || !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let milli = format!("{fraction:0<3}").get(..3)?.parse::<u64>().ok()?;
    let (year, month) = if month > 2 {
        (year, month - 3)
    } else {
        (year - 1, month + 9)
    };
    let day_of_year = (153 * month + 2) / 5 + day - 1;
    let days = year * 365 + year / 4 - year / 100 + year / 400 + day_of_year;
    let seconds = (days - 719_468) * 86_400 + hour * 3_600 + minute * 60 + second;
    Some(seconds * 1_000 + milli)
}

#[cfg(all(test, not(target_family = "wasm")))]
mod tests {
    use super::{iso8601, parse_iso8601};

    #[test]
    fn a_time_is_read_as_it_was_written() {
        for ms in [0, 951_827_696_789, 1_769_774_400_000, 253_402_300_799_999] {
            assert_eq!(parse_iso8601(&iso8601(ms)), Some(ms));
        }
        assert_eq!(
            parse_iso8601("2026-01-30T12:00:00Z"),
            Some(1_769_774_400_000)
        );
        assert_eq!(
            parse_iso8601("2026-01-30T12:00:00.5Z"),
            Some(1_769_774_400_500)
        );
    }

    #[test]
    fn what_is_no_time_is_refused() {
        for text in [
            "",
            "Z",
            "T",
            "now",
            "2026-13-30T12:00:00Z",
            "-1-1-1T0:0:0Z",
            "2026-01-30",
            "292000000-01-01T00:00:00Z",
            "2026-01-30T12:00:00.+1Z",
            "2026-01-30T12:00Z",
        ] {
            assert_eq!(parse_iso8601(text), None, "{text}");
        }
    }

    #[test]
    fn times_are_written_as_javascript_writes_them() {
        for (ms, text) in [
            (0, "1970-01-01T00:00:00.000Z"),
            (951_827_696_789, "2000-02-29T12:34:56.789Z"),
            (1_769_774_400_000, "2026-01-30T12:00:00.000Z"),
            (253_402_300_799_999, "9999-12-31T23:59:59.999Z"),
            (u64::MAX, "9999-12-31T23:59:59.999Z"),
        ] {
            assert_eq!(iso8601(ms), text);
        }
    }
}
