//! `--json`: one ready line, one line for each event, one report.

use std::io;
use std::path::Path;

use mailfault::scenario::Scenario;
use mailfault::{Event, Report, Session};

use super::show::View;
use crate::json::{Happened, Over, Ready, Whole};
use crate::output;
use crate::play::Target;

pub(super) struct Json {
    pub(super) scenario: Scenario,
}

impl View for Json {
    fn ready(&self, target: &Target, out: Option<&Path>) -> io::Result<()> {
        output::json(&Ready::new(&self.scenario, target, out))
    }

    fn event(&self, number: u64, event: &Event) -> io::Result<()> {
        output::json(&Happened::new(number, event))
    }

    fn session(&self, session: &Session) -> io::Result<()> {
        output::json(&Over::new(&self.scenario, session))
    }

    fn end(&self, report: &Report) -> io::Result<()> {
        output::json(&Whole::new(&self.scenario, report, report.outcome()))
    }
}
