//! What became of a client, in words.

use mailfault::scenario::{Kind, Scenario};
use mailfault::{InClear, Leak, Outcome, Report, Requirement, Session, What};

/// `5280 6.1.3; 7817 3` as `RFC 5280 6.1.3; RFC 7817 3`; empty if no RFC binds the client.
pub(crate) fn rfc(sections: &str) -> String {
    let one = |part: &str| {
        let number = part.split(' ').next().unwrap_or_default();
        let is_rfc = number.len() == 4 && number.bytes().all(|byte| byte.is_ascii_digit());
        let rfc = if is_rfc { "RFC " } else { "" };
        format!("{rfc}{part}")
    };
    match sections.trim() {
        "" | "-" => String::new(),
        sections => sections.split("; ").map(one).collect::<Vec<_>>().join("; "),
    }
}

/// `refused-tls or gave-up`: how a correct client ends.
pub(crate) fn expected(scenario: &Scenario) -> String {
    let names: Vec<_> = scenario
        .expect
        .iter()
        .map(|outcome| outcome.name())
        .collect();
    match names.split_last() {
        Some((last, [])) => (*last).to_owned(),
        Some((last, others)) => format!("{} or {last}", others.join(", ")),
        None => "anything".to_owned(),
    }
}

/// ` (RFC 5280 6.1.3)`, or nothing.
pub(crate) fn because(scenario: &Scenario) -> String {
    match &*rfc(&scenario.rfc) {
        "" => String::new(),
        rfc => format!(" ({rfc})"),
    }
}

/// One line: what became of a client, and whether a correct one would have ended there.
pub(crate) fn of_run(scenario: &Scenario, outcome: Outcome) -> String {
    let Scenario { id, summary, .. } = scenario;
    let because = because(scenario);
    if scenario.expect.contains(&outcome) {
        return format!(
            "{id}: {outcome}, {}{because}",
            as_expected(scenario, outcome)
        );
    }
    let expected = expected(scenario);
    let what = match outcome {
        Outcome::Delivered => "wrongly delivered".to_owned(),
        Outcome::DeliveredInClear => "wrongly delivered, in clear".to_owned(),
        Outcome::LeakedCredentials => "leaked its credentials in clear".to_owned(),
        Outcome::Hung => "hung".to_owned(),
        Outcome::NeverCame => "never came".to_owned(),
        _ => format!("{outcome}"),
    };
    let at = match scenario.kind {
        Kind::Control => "nothing is wrong with this server".to_owned(),
        Kind::Fault => summary.clone(),
    };
    format!("{id}: {what}; {at}, and a correct client ends with {expected}{because}")
}

/// How right an outcome is that is expected: where there are several, a client may choose.
fn as_expected(scenario: &Scenario, outcome: Outcome) -> &'static str {
    match (&*scenario.expect, scenario.verifying) {
        ([_], _) => "as a correct client should",
        (_, Some(Requirement::ShouldRefuse)) => match outcome {
            Outcome::Delivered => "which is lenient, since a correct client should refuse",
            _ => "as a correct client should",
        },
        _ => "as a correct client may",
    }
}

/// One line: how a session ended, and what the server learnt by it.
pub(crate) fn of_session(scenario: &Scenario, session: &Session) -> String {
    let outcome = session.outcome();
    let judged = match scenario.expect.contains(&outcome) {
        true => as_expected(scenario, outcome).to_owned(),
        false => format!("where a correct client ends with {}", expected(scenario)),
    };
    let mut line = format!("{outcome}, {judged}");
    if let Some(alert) = session.alert {
        line += &format!("; the client sent the alert {alert}");
    } else if session.client_hello.is_some() && session.tls.is_none() {
        line += "; the client broke the handshake without an alert";
    } else if session.tls.is_some() && outcome == Outcome::RefusedTls {
        line += "; TLS stood, and the client left before MAIL and AUTH";
    }
    match &*leaks(session) {
        "" => line + "; nothing leaked",
        leaks => format!("{line}; leaked in clear: {leaks}"),
    }
}

/// What went out in clear that should be secret, in one line; empty if nothing did.
pub(crate) fn leaks(session: &Session) -> String {
    let told = |leak: &InClear| leak.text.trim_end().to_owned();
    let mut leaks: Vec<String> = session.in_clear().iter().map(told).collect();
    const SHOWN: usize = 5;
    if leaks.len() > SHOWN {
        leaks.truncate(SHOWN);
        leaks.push("…".to_owned());
    }
    leaks.join(", ")
}

/// The AUTH command of a session, if it came inside TLS.
fn auth_inside_tls(session: &Session) -> Option<String> {
    let events = session.transcript.events().iter();
    let mut inside = events.skip_while(|event| !matches!(event.what, What::Tls(_)));
    inside.find_map(|event| match &event.what {
        What::Client(line) if line.get(..5)?.eq_ignore_ascii_case(b"AUTH ") => {
            Some(String::from_utf8_lossy(line).trim_end().to_owned())
        }
        _ => None,
    })
}

/// The name of a kind of leak in JSON.
pub(crate) fn leak(what: Leak) -> &'static str {
    match what {
        Leak::Credentials => "credentials",
        Leak::Content => "content",
        Leak::Envelope => "envelope",
        _ => "other",
    }
}

/// What the server was given, a line each: what leaked, and the messages that it took.
pub(crate) fn given_away(report: &Report) -> String {
    let mut text = String::new();
    for session in &report.sessions {
        let leaks = leaks(session);
        if !leaks.is_empty() {
            text += &format!("leaked in clear: {leaks}\n");
        }
        if let Some(auth) = auth_inside_tls(session) {
            text += &format!("credentials sent inside TLS: {auth}\n");
        }
    }
    for mail in &report.mail {
        let tls = if mail.inside_tls {
            "inside TLS"
        } else {
            "in clear"
        };
        let to = mail.to.join(">, <");
        let (from, octets) = (&mail.from, mail.content.len());
        text += &format!("taken {tls}: from <{from}> to <{to}>, {octets} octets\n");
    }
    text
}
