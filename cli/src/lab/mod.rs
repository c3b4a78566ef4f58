//! `mailfault lab`: a broken mail flow to investigate and repair.

mod report; // the report as a file
mod script; // lines of a file
mod terminal; // somebody who types

use std::path::PathBuf;

use clap::Args;
use mailfault::lab::Lab;

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
  mailfault lab my-own-case.toml --script solution.txt")]
pub(crate) struct Arguments {
    /// A case out of `mailfault list labs`, or the file of one
    #[arg(value_name = "NAME|FILE")]
    case: String,

    /// Type the lines of a file, `-` for stdin; a question is answered by the next line
    #[arg(long, value_name = "FILE")]
    script: Option<PathBuf>,

    /// Other names and another culprit, the same for the same number
    #[arg(long, value_name = "NUMBER")]
    seed: Option<u64>,

    /// Write what was done, and what became of it, in the end: .json, .md or .html
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
}

pub(crate) fn lab(arguments: &Arguments) -> Result<Ended, Error> {
    let cast = find::cast(&arguments.case)?.ok_or_else(|| {
        Error::new(format!("`{}` is no case", arguments.case))
            .hint("`mailfault list labs` shows those that are labs")
    })?;
    let lab = Lab::open(&cast, arguments.seed).map_err(|error| {
        Error::from(error).hint("`mailfault list labs` shows those that are labs")
    })?;
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
    output::line(format!("\n{}", report.grade.summary()))?;
    for broken in &report.grade.policy_broken {
        output::line(format!("  {broken}"))?;
    }
    if let Some(file) = &arguments.report {
        report::write(&report, file)?;
    }
    Ok(match report.grade.solved {
        true => Ended::AsExpected,
        false => Ended::NotAsExpected,
    })
}
