//! RFC 3492, the encoder alone: the A-label of an internationalised name.

const BASE: u32 = 36;
const T_MIN: u32 = 1;
const T_MAX: u32 = 26;
const SKEW: u32 = 38;
const DAMP: u32 = 700;

/// §6.3, without the `xn--`. A label of a name is far too short for the overflow that §6.4 warns of.
pub(crate) fn encode(label: &str) -> String {
    let mut output: String = label.chars().filter(char::is_ascii).collect();
    let basic = output.len() as u32;
    if basic > 0 {
        output.push('-');
    }

    let mut points: Vec<u32> = label
        .chars()
        .map(u32::from)
        .filter(|point| *point >= 128)
        .collect();
    points.sort_unstable();
    points.dedup();

    let (mut n, mut delta, mut bias, mut handled) = (128, 0, 72, basic);
    for point in points {
        delta += (point - n) * (handled + 1);
        n = point;
        for c in label.chars().map(u32::from) {
            if c < n {
                delta += 1;
            } else if c == n {
                push_delta(&mut output, delta, bias);
                bias = adapt(delta, handled + 1, handled == basic);
                delta = 0;
                handled += 1;
            }
        }
        delta += 1;
        n += 1;
    }
    output
}

/// A variable-length integer, the lowest digit first.
fn push_delta(output: &mut String, delta: u32, bias: u32) {
    let mut rest = delta;
    for k in (BASE..).step_by(BASE as usize) {
        let threshold = k.saturating_sub(bias).clamp(T_MIN, T_MAX);
        if rest < threshold {
            break;
        }
        output.push(digit(threshold + (rest - threshold) % (BASE - threshold)));
        rest = (rest - threshold) / (BASE - threshold);
    }
    output.push(digit(rest));
}

fn digit(value: u32) -> char {
    char::from(b"abcdefghijklmnopqrstuvwxyz0123456789"[value as usize])
}

/// §6.1.
fn adapt(delta: u32, points: u32, first: bool) -> u32 {
    let mut delta = if first { delta / DAMP } else { delta / 2 };
    delta += delta / points;
    let mut k = 0;
    while delta > (BASE - T_MIN) * T_MAX / 2 {
        delta /= BASE - T_MIN;
        k += BASE;
    }
    k + (BASE - T_MIN + 1) * delta / (delta + SKEW)
}

#[cfg(test)]
mod tests {
    #[test]
    fn labels_are_encoded_as_python_and_rfc_3492_encode_them() {
        #[track_caller]
        fn check(label: &str, expected: &str) {
            assert_eq!(super::encode(label), expected);
        }
        check("mäil", "mil-qla");
        check("bücher", "bcher-kva");
        check("faß", "fa-hia");
        check("почта", "80a1acny");
        // §7.1, (A) Arabic and (B) Chinese.
        check("ليهمابتكلموشعربي؟", "egbpdaj6bu4bxfgehfvwxn");
        check("他们为什么不说中文", "ihqwcrb4cv8a8dqg056pqjye");
        // §7.1, (L) and (S).
        check("3年b組金八先生", "3b-ww4c5e180e575a65lsy2b");
        check("-> $1.00 <-", "-> $1.00 <--");
    }
}
