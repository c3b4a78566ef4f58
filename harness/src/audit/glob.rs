//! Patterns for the ids of cases: `tls/*`, `*/offered-then-4??`, `expired`.

/// Whether a pattern means this id. `*` stands for any characters, `?` for one; a pattern without
/// a folder means the name in every folder.
pub(super) fn means(pattern: &str, id: &str) -> bool {
    let name = id.rsplit('/').next().unwrap_or(id);
    matches(pattern.as_bytes(), id.as_bytes())
        || !pattern.contains('/') && matches(pattern.as_bytes(), name.as_bytes())
}

/// Goes back to the last `*` at most, so that no pattern takes long.
fn matches(pattern: &[u8], text: &[u8]) -> bool {
    let (mut p, mut t) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while t < text.len() {
        match pattern.get(p) {
            Some(b'*') => {
                star = Some((p, t));
                p += 1;
            }
            Some(&c) if c == b'?' || c == text[t] => {
                p += 1;
                t += 1;
            }
            _ => match star {
                None => return false,
                Some((at, taken)) => {
                    star = Some((at, taken + 1));
                    p = at + 1;
                    t = taken + 1;
                }
            },
        }
    }
    pattern[p..].iter().all(|c| *c == b'*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(pattern: &str, id: &str, expected: bool) {
        assert_eq!(means(pattern, id), expected, "{pattern} {id}");
    }

    #[test]
    fn patterns_mean_ids() {
        check("tls/*", "tls/expired", true);
        check("tls/*", "starttls/stripped", false);
        check("*", "tls/expired", true);
        check("expired", "tls/expired", true);
        check("expired*", "tls/expired-root", true);
        check("tls/expired", "tls/expired-root", false);
        check("*/offered-then-4??", "starttls/offered-then-454", true);
        check("*/offered-then-4??", "starttls/offered-then-502", false);
        check("*a*b*", "xaybz/c", true);
        check("*a*b*c", "xaybz/d", false);
        check("", "tls/expired", false);
    }
}
