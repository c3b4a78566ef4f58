//! Real mail clients against the library: what they said, and what our report says.
//!
//! Each client has a file with tables: a fault of the catalogue, the outcome in the report, the
//! alert that the client sent, words that the client says. Whether it refused, delivered or leaked
//! is held against `scenarios/verdicts.tsv`, and so are the words.
//!
//! A client that is not installed is skipped aloud; with `MAILFAULT_REQUIRE_CLIENTS=1` its tests
//! fail. `.ci/clients` installs them all.

mod curl;
pub(crate) mod dotnet;
mod lettre;
mod mail_send;
pub(crate) mod nodemailer;
mod openssl;
mod smtplib;
mod swaks;

mod errand; // what a client is asked to do, and what it said
mod served; // the server that shows a fault, by the fault's id in the catalogue
mod verdicts; // what was measured before, and the differences that are known

use mailfault::{Alert, Fault, Leak, MockServer, Outcome, Report, Session, Stage::*, What};

use errand::{BODY, Errand, FROM, NAME, SUBJECT, Said, TO, USER};

/// A client that is installed, under the name that it has in `verdicts.tsv`.
struct Client {
    column: &'static str,
    run: Box<dyn Fn(&Errand) -> Said>,
    /// As whom it logs in.
    user: Option<&'static str>,
}

impl Client {
    fn new(column: &'static str, run: impl Fn(&Errand) -> Said + 'static) -> Self {
        Self {
            column,
            run: Box::new(run),
            user: Some(USER),
        }
    }

    /// It does not log in.
    fn anonymous(self) -> Self {
        Self { user: None, ..self }
    }

    /// The client meets the faults of a table, one a line: the fault, the outcome in the report,
    /// the code of the alert in it or `-`, and words that the client says. Every row that
    /// `verdicts.tsv` has for this client is met.
    #[track_caller]
    fn check(&self, table: &str) {
        let cases: Vec<Case> = table.lines().filter_map(Case::parse).collect();
        let mut complaints: Vec<String> = cases
            .iter()
            .filter_map(|case| self.complaint(case))
            .collect();
        for row in verdicts::rows().filter(|row| row.client == self.column) {
            if !cases.iter().any(|case| case.fault == row.fault) {
                complaints.push(format!(
                    "verdicts.tsv has {} and the table has not",
                    row.fault
                ));
            }
        }
        assert!(
            complaints.is_empty(),
            "{}: {}",
            self.column,
            complaints.join("\n")
        );
    }

    fn complaint(&self, case: &Case) -> Option<String> {
        let (server, identity) = served::serve(case.fault);
        let said = (self.run)(&Errand::new(server.addr(), &identity));
        let report = server.finish();

        let verdict = verdict(&said, &report);
        let saw_tls = report.sessions.iter().any(|session| session.tls.is_some());
        let mut complaints = Complaints::default();
        match verdicts::row(case.fault, self.column) {
            Some(row) => complaints.extend(row.hold_against(verdict, case.words, saw_tls)),
            None => complaints.add(format!("verdicts.tsv has a row; this is {verdict}")),
        }
        let words = format!("the client says {:?}", case.words);
        complaints.unless(said.text.contains(case.words), words);
        let outcome = format!("the outcome is {}", case.outcome);
        complaints.unless(report.outcome() == case.outcome, outcome);
        complaints.unless(report.sessions.len() == 1, "there is one session");
        if let [session] = &report.sessions[..] {
            let alert = case
                .alert
                .map_or_else(|| "none".to_owned(), |alert| alert.to_string());
            complaints.unless(session.alert == case.alert, format!("its alert is {alert}"));
            match verdict {
                "accepted" => self.expect_delivered(&report, session, &mut complaints),
                "refused" => expect_nothing_told(&report, session, &mut complaints),
                _ => {}
            }
        }
        let complaints = complaints.text()?;
        Some(format!("{}\n{complaints}{said}\n{report}", case.fault))
    }

    /// The first recipient is refused for now. The client says these words, and when it is sent
    /// again, as by a queue, it delivers.
    #[track_caller]
    fn check_greylisting(&self, words: &str) {
        let identity = served::healthy();
        let server = MockServer::builder()
            .starttls(identity.clone())
            .fault(
                Fault::at(Rcpt)
                    .reply("451 4.7.1 greylisted, come back")
                    .once(),
            )
            .start();
        let errand = Errand::new(server.addr(), &identity);
        let first = (self.run)(&errand);
        let second = (self.run)(&errand);
        let report = server.finish();

        let mut complaints = Complaints::default();
        complaints.unless(first.failed(), "it fails at first");
        complaints.unless(first.text.contains(words), format!("it says {words:?}"));
        complaints.unless(second.sent(), "it delivers when it comes back");
        let outcomes: Vec<_> = report.sessions.iter().map(Session::outcome).collect();
        complaints.unless(
            outcomes == [Outcome::RefusedSmtp, Outcome::Delivered],
            "the outcomes are a refusal and a delivery",
        );
        if let [_, session] = &report.sessions[..] {
            self.expect_delivered(&report, session, &mut complaints);
        }
        if let Some(complaints) = complaints.text() {
            panic!(
                "{} and greylisting\n{complaints}{first}\nand then {second}\n{report}",
                self.column
            );
        }
    }

    /// One message, whole, inside TLS and nowhere else.
    fn expect_delivered(&self, report: &Report, session: &Session, complaints: &mut Complaints) {
        complaints.unless(session.in_clear().is_empty(), "nothing is in clear");
        let sni = session.tls.as_ref().and_then(|tls| tls.sni.as_deref());
        complaints.unless(sni == Some(NAME), format!("it asks for {NAME} (SNI)"));
        let [mail] = &report.mail[..] else {
            complaints.add("there is one message".to_owned());
            return;
        };
        complaints.unless(
            mail.session == session.number,
            "the message is this session's",
        );
        complaints.unless(mail.inside_tls, "the message is inside TLS");
        let user = format!("the user is {:?}", self.user);
        complaints.unless(mail.user.as_deref() == self.user, user);
        complaints.unless(mail.from == FROM, format!("the sender is {FROM}"));
        complaints.unless(mail.to == [TO], format!("the recipient is {TO}"));
        let subject = mail.subject();
        complaints.unless(
            subject.as_deref() == Some(SUBJECT),
            format!("the subject is {SUBJECT}"),
        );
        complaints.unless(
            mail.text().trim_end().ends_with(BODY.trim_end()),
            format!("the body is {BODY:?}, not {:?}", mail.text()),
        );
        complaints.unless(!mail.has_bare_line_ends(), "its lines end in CRLF");
    }
}

/// A line of a table.
struct Case<'a> {
    fault: &'a str,
    outcome: Outcome,
    alert: Option<Alert>,
    words: &'a str,
}

impl<'a> Case<'a> {
    /// Nothing for an empty line and a comment.
    #[track_caller]
    fn parse(line: &'a str) -> Option<Self> {
        fn word(text: &str) -> (&str, &str) {
            let (word, rest) = text.split_once(' ').unwrap_or((text, ""));
            (word, rest.trim_start())
        }
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            return None;
        }
        let (fault, rest) = word(line);
        let (outcome, rest) = word(rest);
        let (alert, words) = word(rest);
        let alert = (alert != "-").then(|| Alert(alert.parse().expect("an alert's code or `-`")));
        Some(Self {
            fault,
            outcome: outcome
                .parse()
                .unwrap_or_else(|error| panic!("{line}: {error}")),
            alert,
            words,
        })
    }
}

/// What is not as it should be: everything, not the first thing.
#[derive(Default)]
struct Complaints(Vec<String>);

impl Complaints {
    fn unless(&mut self, holds: bool, expected: impl Into<String>) {
        if !holds {
            self.add(expected.into());
        }
    }

    fn add(&mut self, expected: String) {
        self.0.push(expected);
    }

    fn extend(&mut self, more: Vec<String>) {
        self.0.extend(more);
    }

    fn text(self) -> Option<String> {
        let lines = self
            .0
            .iter()
            .map(|line| format!("expected, and not so: {line}\n"));
        Some(lines.collect::<String>()).filter(|text| !text.is_empty())
    }
}

/// What `verdicts.tsv` would call this.
fn verdict(said: &Said, report: &Report) -> &'static str {
    let leaks = || report.sessions.iter().flat_map(Session::in_clear);
    let leaked = |what| leaks().any(|leak| leak.what == what);
    let events = || {
        let sessions = report.sessions.iter();
        sessions.flat_map(|session| session.transcript.events())
    };
    let content_came = events().any(|event| matches!(event.what, What::Content(_)));
    if said.hung() {
        "hung"
    } else if leaked(Leak::Credentials) {
        "leaked-credentials"
    } else if leaked(Leak::Content) {
        "delivered-in-clear"
    } else if leaked(Leak::Envelope) {
        "leaked-envelope"
    } else if said.sent() {
        "accepted"
    } else if content_came {
        "sent-then-error"
    } else {
        "refused"
    }
}

/// No message, no secret in clear, and nothing there but the way to TLS and back.
fn expect_nothing_told(report: &Report, session: &Session, complaints: &mut Complaints) {
    complaints.unless(report.mail.is_empty(), "there is no message");
    complaints.unless(session.in_clear().is_empty(), "nothing is in clear");
    for event in session.transcript.events() {
        match &event.what {
            // From here on nothing is in clear. s_client begins TLS even where STARTTLS is
            // refused: a ClientHello in the place of a command.
            What::Tls(_) => return,
            What::Client(line) if line.starts_with(b"\x16\x03") => return,
            What::Client(line) => {
                let line = line.to_ascii_uppercase();
                let harmless = [&b"EHLO "[..], b"STARTTLS\r\n", b"QUIT\r\n"];
                complaints.unless(
                    harmless.iter().any(|start| line.starts_with(start)),
                    format!("nothing goes out in clear as: {}", event.what),
                );
            }
            _ => {}
        }
    }
}

#[test]
fn says_how_many_clients_are_installed() {
    use std::io::Write;

    let found = [
        openssl::found(),
        swaks::found(),
        curl::found(),
        smtplib::found(),
        nodemailer::found(),
        dotnet::found(),
    ];
    let there = found.iter().filter(|found| found.is_some()).count();
    // Not `println!`, which the test harness keeps to itself while a test passes.
    let _ = writeln!(
        std::io::stderr(),
        "clients: {there} of {} installed, {} skipped, 2 built in",
        found.len(),
        found.len() - there
    );
}
