//! Durations as people write them: `500ms`, `3s`, `5m`, `1h`, `2d`.

use std::time::Duration;

use serde::{Deserialize, Deserializer, de::Error as _};

/// Reads a whole number and its unit.
pub(crate) fn parse(text: &str) -> Result<Duration, String> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at(digits);
    let milliseconds: u64 = match unit {
        "ms" => 1,
        "s" => 1_000,
        "m" => 60_000,
        "h" => 3_600_000,
        "d" => 86_400_000,
        _ => 0,
    };
    number
        .parse::<u64>()
        .ok()
        .and_then(|number| number.checked_mul(milliseconds))
        .filter(|_| milliseconds > 0)
        .map(Duration::from_millis)
        .ok_or_else(|| format!("`{text}` is no duration; write `500ms`, `3s`, `5m`, `1h` or `2d`"))
}

/// A duration as it stands in a file.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wait(pub(crate) Duration);

impl<'de> Deserialize<'de> for Wait {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        parse(&text).map(Self).map_err(D::Error::custom)
    }
}
