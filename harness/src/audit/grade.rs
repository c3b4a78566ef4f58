//! The table: what the server saw, against what is required.

use std::fmt;

use mailfault_certs::Requirement;

use super::ClientKind;
use super::seen::Seen;
use crate::report::{Leak, Outcome};
use crate::scenario::{Kind, Opportunistic, Scenario};

/// What became of a client at a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Grade {
    /// It broke what an RFC demands: a MUST, or common sense.
    Wrong,
    /// It took what it should refuse: a SHOULD.
    Lenient,
    /// It did what a correct client does.
    Right,
    /// Nothing can be said, and the reason is.
    NotJudged,
}

impl Grade {
    /// Every grade, the worst first.
    pub const ALL: [Self; 4] = [Self::Wrong, Self::Lenient, Self::Right, Self::NotJudged];

    /// Its name in reports: `not-judged`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Wrong => "wrong",
            Self::Lenient => "lenient",
            Self::Right => "right",
            Self::NotJudged => "not-judged",
        }
    }
}

impl fmt::Display for Grade {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What a wrong client gave away, or did otherwise; the worst first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Severity {
    /// Credentials, to whoever listens or to the wrong server.
    Credentials,
    /// The content of a message.
    Content,
    /// Who writes to whom.
    Envelope,
    /// The same message twice, though the server had said that it was taken.
    Double,
    /// A session that was still open when the time was up.
    Hung,
}

impl Severity {
    /// Every severity, the worst first.
    pub const ALL: [Self; 5] = [
        Self::Credentials,
        Self::Content,
        Self::Envelope,
        Self::Double,
        Self::Hung,
    ];

    /// Its name in reports: `credentials`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Credentials => "credentials",
            Self::Content => "content",
            Self::Envelope => "envelope",
            Self::Double => "double",
            Self::Hung => "hung",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl From<Leak> for Severity {
    fn from(leak: Leak) -> Self {
        match leak {
            Leak::Credentials => Self::Credentials,
            Leak::Content => Self::Content,
            Leak::Envelope => Self::Envelope,
        }
    }
}

/// What a case demands of a client.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Demand {
    pub(super) kind: ClientKind,
    pub(super) duty: Duty,
    /// How a correct verifying client may end, by the scenario's file.
    pub(super) expect: Vec<Outcome>,
    /// Whether mail may go out in clear, on a connection that never was to become TLS.
    pub(super) may_deliver_in_clear: bool,
}

/// What a client must make of a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Duty {
    /// No AUTH, no MAIL, no content.
    Refuse,
    ShouldRefuse,
    /// The standards allow both.
    Either,
    /// Nothing is wrong that should keep a client from delivering.
    Deliver,
    /// What the server says decides, and is in `expect`.
    AsExpected,
    /// An opportunistic client at a server that others refuse: deliver over this TLS, or defer.
    DeliverOrDefer,
}

impl Demand {
    pub(super) fn of(kind: ClientKind, scenario: &Scenario) -> Self {
        let delivers = scenario.expect == [Outcome::Delivered];
        let duty = match (kind, scenario.verifying) {
            _ if scenario.kind == Kind::Control => Duty::Deliver,
            (ClientKind::Opportunistic, _) if scenario.opportunistic == Opportunistic::Refuse => {
                Duty::Refuse
            }
            (_, None) if delivers => Duty::Deliver,
            (_, None) => Duty::AsExpected,
            (_, Some(Requirement::Accept)) => Duty::Deliver,
            (ClientKind::Opportunistic, Some(_)) => Duty::DeliverOrDefer,
            (_, Some(Requirement::Refuse)) => Duty::Refuse,
            (_, Some(Requirement::ShouldRefuse)) => Duty::ShouldRefuse,
            (_, Some(Requirement::Either)) => Duty::Either,
        };
        let may_deliver_in_clear = match kind {
            ClientKind::Verifying => scenario.expect.contains(&Outcome::DeliveredInClear),
            ClientKind::Opportunistic => scenario.opportunistic == Opportunistic::MayDeliverInClear,
        };
        Self {
            kind,
            duty,
            expect: scenario.expect.clone(),
            may_deliver_in_clear,
        }
    }

    /// The same in words that can stand behind "a client of this kind".
    pub(super) fn words(&self) -> String {
        match self.duty {
            Duty::Refuse => "must refuse".to_owned(),
            Duty::ShouldRefuse => "should refuse".to_owned(),
            Duty::Either => "may refuse or deliver".to_owned(),
            Duty::Deliver => "should deliver".to_owned(),
            Duty::DeliverOrDefer if self.may_deliver_in_clear => {
                "may deliver, in clear if need be, or defer".to_owned()
            }
            Duty::DeliverOrDefer => "may deliver over TLS, or defer".to_owned(),
            Duty::AsExpected => {
                let names: Vec<_> = self.expect.iter().map(|one| one.name()).collect();
                format!("should end with {}", names.join(" or "))
            }
        }
    }
}

/// A grade, and why.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Judgement {
    pub(super) grade: Grade,
    pub(super) severity: Option<Severity>,
    pub(super) reason: String,
}

impl Judgement {
    pub(super) fn not_judged(reason: impl Into<String>) -> Self {
        Self::of(Grade::NotJudged, reason)
    }

    fn of(grade: Grade, reason: impl Into<String>) -> Self {
        Self {
            grade,
            severity: None,
            reason: reason.into(),
        }
    }

    fn wrong(severity: Severity, reason: impl Into<String>) -> Self {
        Self {
            grade: Grade::Wrong,
            severity: Some(severity),
            reason: reason.into(),
        }
    }
}

/// The whole table. What is always wrong comes first, whatever the case was about.
pub(super) fn grade(demand: &Demand, seen: &Seen) -> Judgement {
    always_wrong(demand, seen)
        .or_else(|| unseen(seen))
        .unwrap_or_else(|| by_duty(demand, seen))
}

fn always_wrong(demand: &Demand, seen: &Seen) -> Option<Judgement> {
    use Severity::{Content, Credentials, Double, Hung};
    let wrong = |severity, reason: &str| Some(Judgement::wrong(severity, reason));
    let leaked = |what| seen.in_clear.contains(&what);
    if leaked(Leak::Credentials) {
        return wrong(Credentials, "sent AUTH in clear");
    }
    let clear = [Leak::Content, Leak::Envelope]
        .into_iter()
        .find(|what| leaked(*what));
    if let Some(what) = clear {
        let what = match what {
            Leak::Content => ("sent the message in clear", Content),
            _ => ("sent sender and recipient in clear", Severity::Envelope),
        };
        if seen.clear_after_220 {
            // RFC 3207 §4: after 220 TLS comes before any other command.
            let reason = format!(
                "{}, on a connection where STARTTLS was answered 220",
                what.0
            );
            return wrong(what.1, &reason);
        }
        if !demand.may_deliver_in_clear {
            return wrong(what.1, what.0);
        }
    }
    if seen.believed_clear {
        // RFC 3207 §4.2: what was learnt before TLS must be discarded.
        return wrong(Content, "acted on what it had been told before TLS");
    }
    if seen.copies > 1 && !seen.reply_lost {
        let reason = format!("delivered the same message {} times", seen.copies);
        return wrong(Double, &reason);
    }
    let inside = seen.worst_inside_tls();
    // A server whose fault this client never saw is a healthy one.
    let refusable = seen.unseen.is_none() && !demand.expect.contains(&seen.outcome);
    match (demand.duty, inside) {
        (Duty::Refuse, Some(what)) if refusable => return wrong(what.into(), &gave(what)),
        _ => {}
    }
    if seen.hung {
        return wrong(Hung, "was still in the session when the time was up");
    }
    None
}

/// What never came to pass cannot be judged.
fn unseen(seen: &Seen) -> Option<Judgement> {
    if seen.outcome == Outcome::NeverCame {
        return Some(Judgement::not_judged("the client never came"));
    }
    let why = seen.unseen.as_ref()?;
    Some(Judgement::not_judged(why.clone()))
}

fn by_duty(demand: &Demand, seen: &Seen) -> Judgement {
    let inside = seen.worst_inside_tls();
    let delivered = matches!(seen.outcome, Outcome::Delivered | Outcome::DeliveredInClear);
    let as_expected = demand.expect.contains(&seen.outcome);
    let right = |reason: &str| Judgement::of(Grade::Right, reason);
    if seen.repeated {
        // RFC 5321 §4.2.1: a client SHOULD NOT repeat the exact request after 5yz.
        return Judgement::of(Grade::Lenient, "repeated what had been refused for good");
    }
    match (demand.duty, inside) {
        (Duty::ShouldRefuse, Some(what)) => Judgement::of(Grade::Lenient, gave(what)),
        (Duty::Refuse | Duty::ShouldRefuse, _) if !delivered => right("refused"),
        (Duty::Either, _) if delivered => Judgement::not_judged("delivered, which is allowed"),
        (Duty::Either, _) => Judgement::not_judged("refused, which is allowed"),
        _ if delivered => right("delivered"),
        (Duty::Deliver, _) if !as_expected => Judgement::not_judged(REFUSES),
        _ => right(&format!("ended with {}", seen.outcome)),
    }
}

/// No defect of security, and yet one to know of.
pub(super) const REFUSES: &str = "refuses a server that it need not refuse";

/// What went to a server that should have been given nothing.
fn gave(what: Leak) -> String {
    let what = match what {
        Leak::Credentials => "its credentials",
        Leak::Content => "the message",
        Leak::Envelope => "sender and recipient",
    };
    format!("gave the server {what}")
}

#[cfg(test)]
mod tests;
