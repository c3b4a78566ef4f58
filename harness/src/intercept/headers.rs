//! Header fields that a box puts in front of a message.

use std::borrow::Cow;
use std::net::IpAddr;
use std::time::{SystemTime, UNIX_EPOCH};

use crate::persona::{date, fill, mix};

/// The message that is under way.
#[derive(Debug, Default)]
pub(super) struct Envelope {
    pub(super) sender: String,
    /// Only as far as the headers need it: the first, and how many there are.
    pub(super) recipient: String,
    pub(super) recipients: usize,
    /// Its headers were added.
    pub(super) began: bool,
}

/// What the templates stand for beside the envelope.
pub(super) struct Scene<'a> {
    pub(super) host: &'a str,
    pub(super) ip: IpAddr,
    pub(super) client: &'a str,
    pub(super) now: SystemTime,
    /// The session's number and that of its message, which make ids differ.
    pub(super) session: u64,
    pub(super) message: u64,
}

impl Scene<'_> {
    /// The fields, each with its line end; a line end in a template folds the field.
    pub(super) fn render(&self, templates: &[String], envelope: &Envelope) -> String {
        let fields = templates.iter().map(|template| {
            let field = fill(template, |word| self.value(word, envelope));
            field.replace('\n', "\r\n") + "\r\n"
        });
        fields.collect()
    }

    fn value(&self, word: &str, envelope: &Envelope) -> Option<Cow<'_, str>> {
        let seconds = || {
            let since = self.now.duration_since(UNIX_EPOCH);
            since.unwrap_or_default().as_secs()
        };
        let id = mix(seconds() ^ self.session << 24 ^ self.message << 56);
        Some(match word {
            "host" => self.host.into(),
            "ip" => self.ip.to_string().into(),
            "client" => printable(self.client).into(),
            "sender" => printable(&envelope.sender).into(),
            "for" if envelope.recipients == 1 => {
                format!(" for <{}>", printable(&envelope.recipient)).into()
            }
            "for" => "".into(),
            "date" => date(self.now).into(),
            "unix" => seconds().to_string().into(),
            "queue-id" => format!("{:012X}", id >> 16).into(),
            "debug-id" => {
                format!("{}-{:016x}{:02x}-{}", seconds(), id, id >> 56, letters(id)).into()
            }
            _ => return None,
        })
    }
}

/// A client's word may not begin a header field of its own.
fn printable(text: &str) -> String {
    text.chars().filter(|one| !one.is_control()).collect()
}

/// Six letters and digits.
fn letters(id: u64) -> String {
    const ALPHABET: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    let places = (0..6).map(|place| mix(id ^ place) % 62);
    places.map(|at| char::from(ALPHABET[at as usize])).collect()
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;
    use std::time::Duration;

    use super::*;

    #[test]
    fn templates_are_filled_and_nothing_is_smuggled_into_them() {
        let scene = Scene {
            host: "box.test",
            ip: Ipv4Addr::new(192, 0, 2, 7).into(),
            client: "c.test\rX-Evil: 1",
            now: UNIX_EPOCH + Duration::from_secs(1_171_045_223),
            session: 1,
            message: 1,
        };
        let mut envelope = Envelope {
            sender: "a@x.test".into(),
            recipient: "b@y.test".into(),
            recipients: 1,
            began: false,
        };
        let templates = [
            "A: {client} [{ip}]\n\tby {host}{for}; {date}",
            "B: {sender} {unix} {other}",
        ];
        let templates = templates.map(str::to_owned);
        assert_eq!(
            scene.render(&templates, &envelope),
            "A: c.testX-Evil: 1 [192.0.2.7]\r\n\tby box.test for <b@y.test>; Fri, 9 Feb 2007 18:20:23 +0000\r\nB: a@x.test 1171045223 {other}\r\n"
        );
        envelope.recipients = 2;
        assert_eq!(scene.render(&["{for}".into()], &envelope), "\r\n");
        let ids = scene.render(&["{queue-id} {debug-id}".into()], &envelope);
        let words: Vec<&str> = ids.trim_end().split([' ', '-']).collect();
        assert_eq!(
            words.iter().map(|word| word.len()).collect::<Vec<_>>(),
            [12, 10, 18, 6],
            "{ids}"
        );
    }
}
