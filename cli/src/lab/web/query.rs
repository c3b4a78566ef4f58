//! What stands behind the question mark of an address.

use hyper::Uri;

/// The value of a name, decoded; nothing if it is not there, or no text.
pub(crate) fn value(uri: &Uri, name: &str) -> Option<String> {
    let pairs = uri.query()?.split('&');
    let mut values = pairs.filter_map(|pair| pair.split_once('='));
    let (_, value) = values.find(|(known, _)| *known == name)?;
    decoded(value)
}

/// `%20` and its like, as `encodeURIComponent` writes them.
fn decoded(text: &str) -> Option<String> {
    let mut octets = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(octet) = rest.next() {
        octets.push(match octet {
            b'%' => 16 * digit(rest.next()?)? + digit(rest.next()?)?,
            other => other,
        });
    }
    String::from_utf8(octets).ok()
}

fn digit(octet: u8) -> Option<u8> {
    let digit = char::from(octet).to_digit(16)?;
    u8::try_from(digit).ok()
}

#[cfg(test)]
mod tests {
    use super::value;

    #[track_caller]
    fn check(query: &str, expected: Option<&str>) {
        let uri = format!("/t/log?{query}").parse().unwrap();
        assert_eq!(value(&uri, "path").as_deref(), expected, "{query}");
    }

    #[test]
    fn values_are_decoded() {
        check(
            "host=ex01&path=C%3A%5CLogs%5Ca+b.log",
            Some("C:\\Logs\\a+b.log"),
        );
        check("path=%C3%A9", Some("é"));
        check("path=", Some(""));
        check("path=%C3", None);
        check("path=%4", None);
        check("path=%zz", None);
        check("path=%+1", None);
        check("paths=a", None);
        check("path", None);
    }
}
