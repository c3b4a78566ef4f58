//! AUTH in a log: what is said of it, and above all what is not.

use super::reply::shown_line;
use crate::report::readable;
use crate::smtp::{Command, base64_decode, parse_command};

/// What is known of the login under way.
///
/// Credentials never reach a log. Whatever follows AUTH is taken for one until a command is
/// understood: some clients send them without being asked.
#[derive(Clone, Debug, Default)]
pub(super) struct Authentication {
    mechanism: Option<String>,
    user: Option<String>,
    /// The server asked for a response: the next line is one, whatever it looks like.
    asked: bool,
    /// What is no command may be a response that nobody asked for.
    wary: bool,
}

impl Authentication {
    /// What of a client's line may be logged; nothing of a response.
    pub(super) fn shown(&mut self, line: &[u8]) -> Option<String> {
        let text = String::from_utf8_lossy(line.trim_ascii_end()).into_owned();
        if std::mem::take(&mut self.asked) {
            self.response(&text);
            return None;
        }
        let mut words = text
            .trim_start_matches(|c: char| !c.is_ascii_alphanumeric())
            .split_ascii_whitespace();
        let verb = words.next().unwrap_or_default();
        if let Some(verb) = AUTH.iter().find(|one| one.eq_ignore_ascii_case(verb)) {
            return Some(self.begin(verb, words.next(), words.next()));
        }
        match parse_command(&text) {
            Command::Unknown if self.wary => None,
            Command::Unknown => Some(shown_line(line)),
            _ => {
                self.wary = false;
                Some(shown_line(line))
            }
        }
    }

    /// What a reply says of the login, and how it stands in the log.
    pub(super) fn replied(&mut self, code: Option<u16>) -> Replied {
        match (code, &self.mechanism) {
            (Some(334), _) => {
                self.asked = true;
                Replied::Challenge
            }
            (Some(235), Some(_)) => {
                let user = self.user.take().unwrap_or_default();
                self.mechanism = None;
                Replied::LoggedIn { user }
            }
            (Some(535), Some(_)) => Replied::Refused {
                mechanism: self.mechanism.take().unwrap_or_default(),
                user: self.user.take(),
            },
            (Some(_), _) => {
                self.mechanism = None;
                Replied::Other
            }
            (None, _) => Replied::Other,
        }
    }

    /// AUTH with its mechanism; what it brought along is kept back. What is no mechanism may be a
    /// secret in its place.
    fn begin(&mut self, verb: &str, mechanism: Option<&str>, initial: Option<&str>) -> String {
        self.wary = true;
        self.user = None;
        let mechanism = mechanism.and_then(|given| {
            let mut known = MECHANISMS.iter();
            known.find(|known| known.eq_ignore_ascii_case(given))
        });
        self.mechanism = Some(mechanism.copied().unwrap_or_default().to_owned());
        if let Some(initial) = initial {
            self.response(initial);
        }
        match mechanism {
            Some(mechanism) => format!("{verb} {mechanism}"),
            None => verb.to_owned(),
        }
    }

    /// Remembers whose credentials these are: the first response of LOGIN, the middle of PLAIN.
    fn response(&mut self, response: &str) {
        if self.user.is_some() {
            return;
        }
        let octets = base64_decode(response.trim()).unwrap_or_default();
        let user = match self.mechanism.as_deref() {
            Some("LOGIN") => Some(octets.as_slice()),
            Some("PLAIN") => octets.split(|octet| *octet == 0).nth(1),
            _ => None,
        };
        self.user = user.filter(|user| !user.is_empty()).map(readable);
    }
}

/// What stands in a log for every challenge.
pub(super) const CHALLENGE: &str = "334 <authentication response>";

/// What a reply says of a login.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Replied {
    /// The server asks for more.
    Challenge,
    /// The client is who it says.
    LoggedIn { user: String },
    /// It is not.
    Refused {
        mechanism: String,
        user: Option<String>,
    },
    /// It is about something else.
    Other,
}

/// The verbs that begin a login: SMTP's, and Exchange's own.
const AUTH: [&str; 2] = ["AUTH", "X-EXPS"];

/// What may stand behind them.
const MECHANISMS: [&str; 11] = [
    "ANONYMOUS",
    "CRAM-MD5",
    "DIGEST-MD5",
    "EXCHANGEAUTH",
    "EXTERNAL",
    "GSSAPI",
    "LOGIN",
    "NTLM",
    "OAUTHBEARER",
    "PLAIN",
    "XOAUTH2",
];

#[cfg(test)]
mod tests {
    use super::*;

    /// What is logged of a dialogue of client lines and codes of replies.
    #[track_caller]
    fn check(dialogue: &[(&str, u16)], expected: &[&str], last: Replied) {
        let mut authentication = Authentication::default();
        let mut logged = Vec::new();
        let mut replied = Replied::Other;
        for (line, code) in dialogue {
            logged.extend(authentication.shown(format!("{line}\r\n").as_bytes()));
            replied = authentication.replied(Some(*code));
        }
        assert_eq!(logged, expected);
        assert_eq!(replied, last);
    }

    fn refused(mechanism: &str, user: &str) -> Replied {
        Replied::Refused {
            mechanism: mechanism.to_owned(),
            user: Some(user.to_owned()),
        }
    }

    #[test]
    fn credentials_are_never_logged() {
        // `dXNlcg==` is `user`, `cGFzcw==` is `pass`.
        check(
            &[("auth login", 334), ("dXNlcg==", 334), ("cGFzcw==", 535)],
            &["AUTH LOGIN"],
            refused("LOGIN", "user"),
        );
        check(
            &[("AUTH LOGIN dXNlcg==", 334), ("cGFzcw==", 535)],
            &["AUTH LOGIN"],
            refused("LOGIN", "user"),
        );
        check(
            &[("AUTH  PLAIN  AHVzZXIAcGFzcw==", 535)],
            &["AUTH PLAIN"],
            refused("PLAIN", "user"),
        );
        check(
            &[("AUTH PLAIN", 334), ("AHVzZXIAcGFzcw==", 235)],
            &["AUTH PLAIN"],
            Replied::LoggedIn {
                user: "user".to_owned(),
            },
        );
        // What looks like a command is a response where one was asked for.
        check(
            &[("AUTH LOGIN", 334), ("QUIT", 334), ("DATA", 535)],
            &["AUTH LOGIN"],
            Replied::Refused {
                mechanism: "LOGIN".to_owned(),
                user: Some(readable(&base64_decode("QUIT").unwrap())),
            },
        );
    }

    #[test]
    fn what_nobody_asked_for_is_not_logged_either() {
        check(
            &[
                ("AUTH LOGIN", 504),
                ("dXNlcg==", 500),
                ("cGFzcw==", 500),
                ("EHLO x", 250),
                ("FROB", 500),
            ],
            &["AUTH LOGIN", "EHLO x", "FROB"],
            Replied::Other,
        );
        check(&[(" AUTH dXNlcg==", 501)], &["AUTH"], Replied::Other);
        check(
            &[("X-EXPS NTLM TlRMTVNTUAABAAAA", 500)],
            &["X-EXPS NTLM"],
            Replied::Other,
        );
        check(
            &[("AUTH cGFzcw== cGFzcw==", 504)],
            &["AUTH"],
            Replied::Other,
        );
    }
}
