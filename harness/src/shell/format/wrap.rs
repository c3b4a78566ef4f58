//! Long texts in narrow places.

/// A text in lines of at most this width, broken between words where that can be. What was in
/// lines stays in them.
pub(in crate::shell) fn wrapped(text: &str, width: usize) -> Vec<String> {
    let width = width.max(1);
    let mut out = Vec::new();
    for line in text.split('\n') {
        let line = line.trim_end_matches('\r');
        let characters: Vec<char> = line.chars().collect();
        let mut rest = characters.as_slice();
        while rest.len() > width {
            let blank = rest[..=width].iter().rposition(|c| *c == ' ');
            let (end, next) = match blank {
                Some(at) if at > 0 => (at, at + 1),
                _ => (width, width),
            };
            out.push(rest[..end].iter().collect());
            rest = &rest[next..];
        }
        out.push(rest.iter().collect());
    }
    out
}

/// One line of at most this width: what does not fit ends in dots, or begins with them if it is
/// aligned to the right.
pub(super) fn cut(text: &str, width: usize, right: bool) -> String {
    let line = text.split(['\r', '\n']).next().unwrap_or_default();
    let count = line.chars().count();
    if count <= width && line.len() == text.len() {
        return line.to_owned();
    }
    let (kept, dots) = match width {
        0..=3 => (width, ""),
        _ => (width - 3, "..."),
    };
    match right {
        true => {
            dots.to_owned()
                + &line
                    .chars()
                    .skip(count.saturating_sub(kept))
                    .collect::<String>()
        }
        false => line.chars().take(kept).collect::<String>() + dots,
    }
}

/// A text with blanks around it, so that it has this width.
pub(super) fn padded(text: &str, width: usize, right: bool) -> String {
    let blanks = " ".repeat(width.saturating_sub(text.chars().count()));
    match right {
        true => blanks + text,
        false => text.to_owned() + &blanks,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_break_between_words() {
        assert_eq!(wrapped("one two three", 8), ["one two", "three"]);
        assert_eq!(wrapped("one two", 7), ["one two"]);
        assert_eq!(wrapped("abcdefgh ij", 3), ["abc", "def", "gh", "ij"]);
        assert_eq!(wrapped("a\r\nb", 9), ["a", "b"]);
        assert_eq!(wrapped("", 0), [""]);
    }

    #[test]
    fn what_does_not_fit_ends_in_dots() {
        assert_eq!(cut("Background", 10, false), "Background");
        assert_eq!(cut("Background service", 10, false), "Backgro...");
        assert_eq!(cut("two\nlines", 10, false), "two...");
        assert_eq!(cut("abcdef", 3, false), "abc");
        assert_eq!(cut("123456", 5, true), "...56");
        assert_eq!(cut("2836", 1, true), "6");
    }
}
