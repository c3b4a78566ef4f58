//! Log files, as much of them as a page can show.

use serde::Serialize;

use crate::lab::scrollback::floor;

/// A log file, or its end.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Shown {
    /// Its head, and the last lines.
    text: String,
    /// How many octets between them are left out.
    left_out: usize,
}

/// How many octets are shown.
const OCTETS: usize = 512 << 10;

/// The end of a log, with the lines at its beginning that say what its columns are.
pub(crate) fn shown(text: String) -> Shown {
    if text.len() <= OCTETS {
        return Shown { text, left_out: 0 };
    }
    let head: usize = text
        .split_inclusive('\n')
        .take_while(|line| {
            line.trim_start_matches('\u{feff}').starts_with('#') && line.len() < 4_096
        })
        .take(16)
        .map(str::len)
        .sum();
    let from = floor(&text, text.len() - OCTETS).max(head);
    // From the beginning of a line on.
    let rest = text[from..].find('\n').map_or(from, |end| from + end + 1);
    Shown {
        text: format!("{}{}", &text[..head], &text[rest..]),
        left_out: rest - head,
    }
}

#[cfg(test)]
mod tests {
    use super::{OCTETS, shown};

    #[test]
    fn of_a_long_log_the_head_and_the_end_are_shown() {
        assert_eq!(shown("a\n".to_owned()).text, "a\n");

        let head = "#Software: Microsoft Exchange Server\r\n#Fields: date-time,data\r\n";
        let mut long = head.to_owned();
        for number in 0..40_000 {
            long += &format!("{number},éééééééé\r\n");
        }
        let length = long.len();
        let shown = shown(long);
        assert!(shown.text.starts_with(head));
        let first = shown.text[head.len()..].lines().next().unwrap();
        assert!(first.ends_with(",éééééééé"), "{first}");
        assert!(shown.text.ends_with("39999,éééééééé\r\n"));
        assert_eq!(shown.text.len() + shown.left_out, length);
        assert!(shown.text.len() <= OCTETS + head.len());
    }

    #[test]
    fn one_line_without_an_end_is_cut_within() {
        let shown = shown("é".repeat(OCTETS));
        assert!(shown.text.len() <= OCTETS && shown.left_out >= OCTETS);
    }
}
