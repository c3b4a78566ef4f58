//! What the server saw, in the words of the table.

use std::collections::BTreeSet;

use crate::fault::{Action, Fault, Stage};
use crate::persona::Limits;
use crate::report::{Leak, Mail, Outcome, Report, Session, What};
use crate::scenario::{Scenario, TlsWish};
use crate::server::ClientCertificate;

/// What the server saw of a client, as far as a grade depends on it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Seen {
    pub(super) outcome: Outcome,
    /// What went out in clear.
    pub(super) in_clear: BTreeSet<Leak>,
    /// Some of it on a connection where STARTTLS was answered 220.
    pub(super) clear_after_220: bool,
    /// What was sent inside TLS.
    pub(super) inside_tls: BTreeSet<Leak>,
    /// It went on without waiting for a word inside TLS, or used what was offered before TLS only.
    pub(super) believed_clear: bool,
    /// How often the same message was taken.
    pub(super) copies: usize,
    /// The server took the message and its last word did not arrive, or could not be understood:
    /// a duplicate is unavoidable (RFC 5321 §6.1).
    pub(super) reply_lost: bool,
    /// A sender or a recipient who had been refused for good was tried again as if nothing had been said.
    pub(super) repeated: bool,
    /// A session was open when the time was up.
    pub(super) hung: bool,
    /// Why the case shows nothing about this client.
    pub(super) unseen: Option<String>,
}

impl Seen {
    pub(super) fn of(scenario: &Scenario, report: &Report) -> Self {
        let outcome = report.outcome();
        let mut seen = Self {
            outcome,
            in_clear: BTreeSet::new(),
            clear_after_220: false,
            inside_tls: BTreeSet::new(),
            believed_clear: false,
            copies: copies(&report.mail),
            reply_lost: report.faults.iter().any(loses_reply),
            repeated: report.sessions.iter().any(ignores_refusals),
            hung: report
                .sessions
                .iter()
                .any(|session| session.outcome() == Outcome::Hung || session.ended.is_none()),
            unseen: unseen(scenario, report),
        };
        for session in &report.sessions {
            let leaks = session.in_clear().iter().map(|leak| leak.what);
            seen.in_clear.extend(leaks);
            seen.read(session);
        }
        seen
    }

    /// The worst that went out inside TLS.
    pub(super) fn worst_inside_tls(&self) -> Option<Leak> {
        self.inside_tls.first().copied()
    }

    /// Reads one session's transcript.
    fn read(&mut self, session: &Session) {
        let mut tls = Tls::None;
        let mut asked: Option<Verb> = None;
        let (mut auth_in_clear, mut auth_inside) = (false, true);
        for event in session.transcript.events() {
            match &event.what {
                What::Tls(_) => tls = Tls::Silent,
                What::Server(reply) => {
                    if tls == Tls::Silent {
                        tls = Tls::Spoken;
                    }
                    match asked.take() {
                        Some(Verb::StartTls) if reply.starts_with(b"220") => tls = Tls::Due,
                        Some(Verb::Ehlo) if tls == Tls::None => auth_in_clear = lists_auth(reply),
                        Some(Verb::Ehlo) if tls == Tls::Spoken => auth_inside = lists_auth(reply),
                        _ => {}
                    }
                }
                What::Content(_) if tls.is_up() => {
                    self.inside_tls.insert(Leak::Content);
                }
                What::Client(line) => {
                    asked = Verb::of(line);
                    let Some(what) = asked.and_then(Verb::gives) else {
                        continue;
                    };
                    if tls.is_up() {
                        self.inside_tls.insert(what);
                    }
                    self.clear_after_220 |= tls == Tls::Due;
                    // With implicit TLS there was no before.
                    let hasty = tls == Tls::Silent && !session.implicit_tls;
                    let old_list = what == Leak::Credentials
                        && tls == Tls::Spoken
                        && auth_in_clear
                        && !auth_inside;
                    self.believed_clear |= hasty || old_list;
                }
                _ => {}
            }
        }
    }
}

/// How far a session is with TLS.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Tls {
    None,
    /// STARTTLS was answered 220.
    Due,
    /// It is up, and the server has not said a word in it.
    Silent,
    Spoken,
}

impl Tls {
    fn is_up(self) -> bool {
        matches!(self, Self::Silent | Self::Spoken)
    }
}

/// The commands that matter here.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Verb {
    Auth,
    Ehlo,
    Envelope,
    StartTls,
}

impl Verb {
    fn of(line: &[u8]) -> Option<Self> {
        let end = line.iter().position(|octet| !octet.is_ascii_alphabetic());
        let word = &line[..end.unwrap_or(line.len())];
        Some(match &*word.to_ascii_uppercase() {
            b"AUTH" => Self::Auth,
            b"EHLO" | b"HELO" => Self::Ehlo,
            b"MAIL" | b"RCPT" => Self::Envelope,
            b"STARTTLS" => Self::StartTls,
            _ => return None,
        })
    }

    fn gives(self) -> Option<Leak> {
        match self {
            Self::Auth => Some(Leak::Credentials),
            Self::Envelope => Some(Leak::Envelope),
            Self::Ehlo | Self::StartTls => None,
        }
    }
}

/// Whether MAIL or RCPT came again in the same words after 5yz (RFC 5321 §4.2.1). What is lacking may
/// have been made up for after 503 and 530, and in another session the server may be another.
fn ignores_refusals(session: &Session) -> bool {
    let mut refused: BTreeSet<&[u8]> = BTreeSet::new();
    let mut asked: Option<&[u8]> = None;
    for event in session.transcript.events() {
        match &event.what {
            What::Client(line) if Verb::of(line) == Some(Verb::Envelope) => {
                if refused.contains(&**line) {
                    return true;
                }
                asked = Some(line);
            }
            What::Server(reply) => {
                let lacking = [&b"503"[..], b"530"].contains(&reply.get(..3).unwrap_or_default());
                refused.extend(asked.take().filter(|_| reply.starts_with(b"5") && !lacking));
            }
            // A new transaction, or a new beginning.
            What::Client(_) => asked = None,
            What::Tls(_) => refused.clear(),
            _ => {}
        }
    }
    false
}

fn lists_auth(reply: &[u8]) -> bool {
    let mut lines = reply.split(|octet| *octet == b'\n');
    lines.any(|line| {
        line.get(4..8)
            .is_some_and(|word| word.eq_ignore_ascii_case(b"AUTH"))
    })
}

/// How often one message was taken: for the same recipient, with the same Message-ID, or without
/// one the same octets.
fn copies(mail: &[Mail]) -> usize {
    let same = |one: &Mail, other: &Mail| {
        let content = match (one.header("Message-ID"), other.header("Message-ID")) {
            (Some(one), Some(other)) => one == other,
            (None, None) => one.content == other.content,
            _ => false,
        };
        content && one.from == other.from && one.to.iter().any(|to| other.to.contains(to))
    };
    let counts = mail
        .iter()
        .map(|one| mail.iter().filter(|other| same(one, other)).count());
    counts.max().unwrap_or_default()
}

/// Whether a fault fired that keeps the client from knowing that its message was taken.
fn loses_reply((fault, times): &(Fault, u64)) -> bool {
    let late = matches!(fault.stage(), Stage::Body | Stage::Any);
    let lost = match fault.action() {
        Action::Close | Action::Reset | Action::Stall => true,
        Action::Raw(bytes) => !says_yes(bytes),
        _ => false,
    };
    *times > 0 && late && lost
}

/// Whether these bytes are replies of 2yz that no client can misread.
fn says_yes(bytes: &[u8]) -> bool {
    let code = bytes.get(..3).unwrap_or_default();
    let mut lines = bytes.split_inclusive(|octet| *octet == b'\n');
    code.first() == Some(&b'2')
        && lines.all(|line| {
            line.starts_with(code)
                && line.ends_with(b"\r\n")
                && matches!(line.get(3), Some(b' ' | b'-' | b'\r'))
        })
}

/// Why the case shows nothing about this client, if it does not.
fn unseen(scenario: &Scenario, report: &Report) -> Option<String> {
    let delivered = report.outcome() == Outcome::Delivered;
    let server = &scenario.server;
    let say = |why: &str| Some(why.to_owned());
    if server.client_certificate == ClientCertificate::Refused && delivered {
        return say("the client showed no certificate that could be refused");
    }
    let hellos = || {
        report
            .sessions
            .iter()
            .filter_map(|one| one.client_hello.as_ref())
    };
    if scenario.id.starts_with("handshake/sni-") && hellos().all(|hello| hello.sni.is_none()) {
        return say("the client does not say which host it wants (SNI)");
    }
    if let Some(why) = super::revocation::unseen(scenario, report, hellos()) {
        return Some(why);
    }
    let limit = server.persona.limits.message;
    if limit < Limits::default().message && delivered {
        return Some(format!("the message had no more than {limit} octets"));
    }
    let certificate = &server.certificate;
    let flawed = !certificate.flaws.is_empty()
        || certificate.given.is_some()
        || scenario.id.starts_with("tls/")
        || scenario.id.starts_with("revocation/");
    if flawed && hellos().next().is_none() && server.tls != TlsWish::None {
        return say("the client never began TLS, and so never saw the certificate");
    }
    if certificate.given.is_some() && report.sessions.iter().any(cannot_sign) {
        return say("nobody here can sign with a key of that kind");
    }
    let fired = |(_, times): &(Fault, u64)| *times > 0;
    if scenario.faults.is_empty() || !report.faults.iter().any(fired) {
        let first = scenario.faults.first()?;
        return Some(why_not(first));
    }
    let hides = |keyword: &str| {
        let mut faults = scenario.faults.iter();
        faults.all(|fault| matches!(fault.action(), Action::Hide(word) if word == keyword))
    };
    let eight_bit = |mail: &Mail| !mail.content.is_ascii();
    let utf8 = |mail: &Mail| !mail.to.iter().chain([&mail.from]).all(|one| one.is_ascii());
    if hides("8BITMIME") && delivered && !report.mail.iter().any(eight_bit) {
        return say("the message was sent in seven bits");
    }
    if hides("SMTPUTF8") && delivered && !report.mail.iter().any(utf8) {
        return say("the addresses are ASCII");
    }
    None
}

/// Whether TLS ended because the server's key is not good for a signature: no doing of the client's.
fn cannot_sign(session: &Session) -> bool {
    let mut events = session.transcript.events().iter();
    events
        .any(|event| matches!(&event.what, What::TlsFailed(why) if why.contains("signing failed")))
}

/// Why a fault never fired.
fn why_not(fault: &Fault) -> String {
    if let (Stage::Body, Some(octets)) = (fault.stage(), fault.when.after_octets) {
        return format!("the message had no more than {octets} octets");
    }
    let matching = fault.when.matching.is_some();
    let why = match fault.stage() {
        Stage::Auth => "the client never sent such an AUTH",
        Stage::StartTls => "the client never sent STARTTLS",
        Stage::Handshake => "the client never began TLS",
        Stage::Quit => "the client never sent QUIT",
        Stage::Mail if matching => "the client never sent such a MAIL",
        Stage::Rcpt if matching => "the client did not write to those recipients",
        Stage::Rcpt if fault.when.skip > 0 => "the client wrote to too few recipients",
        _ => "the client never came so far",
    };
    format!("the fault never fired: {why}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(bytes: &str, expected: bool) {
        assert_eq!(says_yes(bytes.as_bytes()), expected, "{bytes:?}");
    }

    #[test]
    fn a_clear_yes_is_known() {
        check("250 2.0.0 ok\r\n", true);
        check("250\r\n", true);
        check("250-one\r\n250 two\r\n", true);
        check("250 ok\r\n250 ok\r\n", true);
        check("250 ok\n", false);
        check("250-ok\r\n550 no\r\n", false);
        check("hello there\r\n", false);
        check("", false);
    }
}
