//! `mailfault lab`: a broken mail flow to investigate and repair.

mod report; // the report as a file
mod script; // lines of a file
mod terminal; // somebody who types

mod class; // a lab for each of many, and a trainer
mod json; // a lab's data as the page reads it
mod online; // on a page, until told to end
mod played; // what a lab can be asked
mod scrollback; // what a shell printed
mod seat; // a trainee's place
mod web; // the HTTP of it, and the page

#[cfg(test)]
mod fake; // a lab made up, for what a true one does not do
#[cfg(test)]
mod tests; // the page over HTTP

use std::net::IpAddr;
use std::path::PathBuf;

use clap::Args;
use mailfault::cast::Cast;
use mailfault::lab::{Lab, LabReport};

use crate::error::{Ended, Error};
use crate::{find, output};

/// Bring up a case as a lab: a broken mail flow to investigate and repair, as in production
///
/// A prompt opens, with the cmdlets of Exchange and Exchange Online. `ticket` shows what the
/// customer writes, `hosts` who takes part, `hint` the next hint, `grade` whether it is solved,
/// `man NAME` what a command does, `wait 10m` lets time pass, `exit` leaves.
///
/// Solved means that every message of the case arrives and that no policy was given up for it.
/// Exit code 0 if it is solved, 1 if not.
#[derive(Args)]
#[command(after_help = "\
Examples:
  mailfault lab cases/exchange-null-tls-certificate-name
  mailfault lab cases/barracuda-in-front --seed 7 --report report.html
  mailfault lab my-own-case.toml --script solution.txt
  mailfault lab cases/barracuda-in-front --web
  mailfault lab cases/barracuda-in-front --class 30 --expose 192.0.2.10 --report results.csv")]
pub(crate) struct Arguments {
    /// A case out of `mailfault list labs`, or the file of one
    #[arg(value_name = "NAME|FILE")]
    case: String,

    /// Type the lines of a file, `-` for stdin; a question is answered by the next line
    #[arg(long, value_name = "FILE")]
    script: Option<PathBuf>,

    /// Serve it as a page: the ticket, who talks to whom, traces, queues, logs, and the shell
    #[arg(long, conflicts_with = "script")]
    web: bool,

    /// Serve a page for each of so many, with other names on each, and one for the trainer
    #[arg(long, value_name = "N", conflicts_with_all = ["script", "web"], value_parser = clap::value_parser!(u16).range(1..=200))]
    class: Option<u16>,

    /// How long a class takes; the trainer can extend it
    #[arg(long, value_name = "N", default_value_t = 45, requires = "class", conflicts_with_all = ["script", "web"], value_parser = clap::value_parser!(u64).range(1..=1440))]
    minutes: u64,

    /// Serve the pages on this address instead of 127.0.0.1, so that a class can come from other machines; in closed networks only
    #[arg(long, value_name = "ADDRESS", requires = "class", conflicts_with_all = ["script", "web"])]
    expose: Option<IpAddr>,

    /// The port of the pages; a free one if nothing is said
    #[arg(long, value_name = "N", default_value_t = 0)]
    port: u16,

    /// Print the pages' addresses as a line of JSON
    #[arg(long)]
    json: bool,

    /// End when stdin is closed, so that a parent in any language can own the pages
    #[arg(long)]
    until_eof: bool,

    /// Other names and another culprit, the same for the same number; the first of a class
    #[arg(long, value_name = "NUMBER")]
    seed: Option<u64>,

    /// Write what was done, and what became of it, in the end: .json, .md or .html; .csv for a class
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
}

pub(crate) fn lab(arguments: &Arguments) -> Result<Ended, Error> {
    let cast = find::cast(&arguments.case)?.ok_or_else(|| {
        Error::new(format!("`{}` is no case", arguments.case))
            .hint("`mailfault list labs` shows those that are labs")
    })?;
    if arguments.web || arguments.class.is_some() {
        return online::online(arguments, cast);
    }
    let given = [
        ("--json", arguments.json),
        ("--port", arguments.port != 0),
        ("--until-eof", arguments.until_eof),
    ];
    if let Some((option, _)) = given.iter().find(|(_, given)| *given) {
        let what = format!("`{option}` is for `--web` and `--class`");
        return Err(Error::new(what));
    }
    let lab = open(&cast, arguments.seed)?;
    match &arguments.script {
        Some(script) => script::run(&lab, script)?,
        None if terminal::is_one() => {
            output::line(lab.ticket().to_string())?;
            output::line("`hosts` shows who takes part, `help` what can be typed.\n")?;
            terminal::run(&lab)?;
        }
        None => {
            return Err(Error::new("a lab needs a terminal")
                .hint("`--script FILE` types the lines of a file, `--script -` those of stdin"));
        }
    }
    let report = lab.report()?;
    say(&report)?;
    end(arguments, &report)
}

fn open(cast: &Cast, seed: Option<u64>) -> Result<Lab, Error> {
    Lab::open(cast, seed)
        .map_err(|error| Error::from(error).hint("`mailfault list labs` shows those that are labs"))
}

/// Says how it ended.
fn say(report: &LabReport) -> Result<(), Error> {
    output::line(format!("\n{}", report.grade.summary()))?;
    for broken in &report.grade.policy_broken {
        output::line(format!("  {broken}"))?;
    }
    Ok(())
}

/// Writes the report where it is wanted, and says whether it is solved.
fn end(arguments: &Arguments, report: &LabReport) -> Result<Ended, Error> {
    if let Some(file) = &arguments.report {
        report::write(report, file)?;
    }
    Ok(match report.grade.solved {
        true => Ended::AsExpected,
        false => Ended::NotAsExpected,
    })
}
