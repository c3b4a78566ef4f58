//! What can be typed. Each verb's own arguments stand in the verb's file.

use std::time::Duration;

use clap::{Parser, Subcommand};

use crate::{audit, certs, check, lab, list, pages, probe, run, send, serve, show};

/// Mail servers with faults, for tests of mail clients: serve one, run a client against it, and see what the client did.
///
/// Data goes to stdout, notes to stderr. The exit code is 0 as expected, 1 not as expected, 2 could not run.
#[derive(Parser)]
#[command(name = "mailfault", version, max_term_width = 100)]
pub(crate) struct Mailfault {
    #[command(subcommand)]
    pub(crate) verb: Verb,
}

#[derive(Subcommand)]
pub(crate) enum Verb {
    List(list::Arguments),
    Show(show::Arguments),
    Certs(certs::Arguments),
    Serve(serve::Arguments),
    Run(run::Arguments),
    Send(send::Arguments),
    Lab(lab::Arguments),
    Audit(audit::Arguments),
    Check(check::Arguments),
    Probe(probe::Arguments),
    Completions(pages::Completions),
    Man(pages::Manual),
}

/// Reads `500ms`, `3s`, `5m` or `1h`.
pub(crate) fn duration(text: &str) -> Result<Duration, String> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at(digits);
    let milliseconds = match unit {
        "ms" => Some(1),
        "s" => Some(1_000),
        "m" => Some(60_000),
        "h" => Some(3_600_000),
        _ => None,
    };
    let number = number.parse::<u64>().ok();
    number
        .zip(milliseconds)
        .and_then(|(number, milliseconds)| number.checked_mul(milliseconds))
        .map(Duration::from_millis)
        .ok_or_else(|| "write `500ms`, `3s`, `5m` or `1h`".to_owned())
}
