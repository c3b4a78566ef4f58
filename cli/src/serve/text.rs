//! What a person sees: lines to paste, then the transcripts live, and a verdict on each session.

use std::io;
use std::path::Path;

use mailfault::scenario::{Kind, Scenario, TlsWish};
use mailfault::{Event, Report, Revocation, Session};

use super::show::View;
use crate::play::Target;
use crate::{output, paste, verdict};

pub(super) struct Text {
    pub(super) scenario: Scenario,
}

impl View for Text {
    fn ready(&self, target: &Target, out: Option<&Path>) -> io::Result<()> {
        let Scenario {
            id, summary, kind, ..
        } = &self.scenario;
        let control = match kind {
            Kind::Control => "control, nothing is wrong: ",
            Kind::Fault => "",
        };
        let mut listening = target.listening.to_string();
        listening += match target.tls {
            TlsWish::None => " (without TLS)",
            TlsWish::Implicit => " (implicit TLS)",
            TlsWish::StartTls | TlsWish::Both => " (STARTTLS)",
        };
        if let Some(addr) = target.implicit_addr.filter(|addr| *addr != target.addr) {
            listening += &format!(", {addr} (implicit TLS)");
        }
        let expected = verdict::expected(&self.scenario) + &verdict::because(&self.scenario);
        let mut facts = vec![("listening on", &*listening)];
        if target.tls != TlsWish::None {
            facts.push(("name to verify", &*target.name));
            facts.push(("root to trust", &*target.ca));
        }
        if target.revocation != Revocation::new() {
            facts.push(("revocation lists", &*target.crl));
        }
        let urls = [
            ("list given out at", &target.crl_url),
            ("OCSP answered at", &target.ocsp_url),
        ];
        for (what, url) in urls {
            facts.extend(url.as_deref().map(|url| (what, url)));
        }
        facts.push(("a correct client ends with", &*expected));
        let out = out.map(|out| out.display().to_string());
        if let Some(out) = &out {
            facts.push(("files", out));
        }
        let lines = paste::clients(target).join("\n");
        output::print(&format!(
            "{id}: {control}{summary}\n\n{}\nTry it:\n\n{}\n",
            output::table(facts),
            output::indent(&lines),
        ))
    }

    fn event(&self, number: u64, event: &Event) -> io::Result<()> {
        output::print(&event_lines(number, event))
    }

    fn session(&self, session: &Session) -> io::Result<()> {
        let verdict = verdict::of_session(&self.scenario, session);
        output::line(format!("[{}] == {verdict}\n", session.number))
    }

    fn end(&self, report: &Report) -> io::Result<()> {
        let (sessions, mail) = (report.sessions.len(), report.mail.len());
        let outcome = report.outcome();
        for fetch in &report.fetches {
            output::line(format!("fetched, {fetch}"))?;
        }
        output::line(format!(
            "{}: {outcome} (sessions: {sessions}, messages taken: {mail})",
            self.scenario.id
        ))
    }
}

/// An event as lines, each with its session's number and the seconds since that began.
pub(super) fn event_lines(number: u64, event: &Event) -> String {
    let seconds = event.at.as_secs_f64();
    let text = event.what.to_string();
    let lines = text.lines();
    lines
        .map(|line| format!("[{number} {seconds:.3}] {line}\n"))
        .collect()
}
