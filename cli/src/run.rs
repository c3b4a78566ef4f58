//! `mailfault run`: a client against a scenario, and the verdict.

use std::ffi::OsString;
use std::time::Duration;

use clap::Args;
use mailfault::scenario::Scenario;
use mailfault::{Outcome, Report};

use crate::arguments::duration;
use crate::child::{Client, Left};
use crate::error::{Ended, Error};
use crate::json::{Ran, Whole};
use crate::play::{Files, Target};
use crate::signals::{Signals, runtime};
use crate::{find, output, verdict};

/// Run a mail client against a scenario: did it end as a correct client should?
///
/// In CMD `{host}`, `{port}`, `{addr}` (both of them), `{name}` (to verify), `{ca}` (the file of the root to trust),
/// `{crl}` (the file of the revocation lists), `{from}` and `{to}` are replaced; its environment has them as MAILFAULT_HOST and so on. What it prints goes to stderr.
/// Judged is what the server saw, not what the client says.
#[derive(Args)]
#[command(after_help = "\
Examples:
  mailfault run tls/expired -- swaks --server {addr} --tls --tls-verify --tls-ca-path {ca} --to {to}
  mailfault run control/p256 --json -- python3 my_client.py {host} {port} {name} {ca}
  mailfault run my-own.toml --timeout 2m -- sh -c 'printf \"Subject: hi\\n\\nhello\\n\" |
    msmtp --host={host} --port={port} --from={from} --tls=on --tls-trust-file={ca} {to}'")]
pub(crate) struct Arguments {
    /// A name out of `mailfault list`, or a scenario file
    #[arg(value_name = "NAME|FILE")]
    scenario: String,

    /// How long the client may run: 500ms, 30s, 2m
    #[arg(long, value_name = "TIME", default_value = "30s", value_parser = duration)]
    timeout: Duration,

    /// Print one object with the verdict, the sessions, their transcripts and the mail
    #[arg(long)]
    json: bool,

    /// The client and its arguments
    #[arg(last = true, value_name = "CMD")]
    command: Vec<OsString>,
}

pub(crate) fn run(arguments: &Arguments) -> Result<Ended, Error> {
    let scenario = find::scenario(&arguments.scenario)?;
    let (report, left) = play(arguments, &scenario)?;
    let outcome = report.outcome();
    // The verdict is the exit code, whether or not somebody reads stdout.
    match tell(arguments, &scenario, &report, outcome, left) {
        Ok(()) | Err(Error::ReaderLeft) => {}
        Err(error) => return Err(error),
    }
    Ok(match scenario.expect.contains(&outcome) {
        true => Ended::AsExpected,
        false => Ended::NotAsExpected,
    })
}

/// Runs the client, and returns what the server saw.
fn play(arguments: &Arguments, scenario: &Scenario) -> Result<(Report, Left), Error> {
    let runtime = runtime().map_err(|error| Error::new(format!("cannot wait: {error}")))?;
    runtime.block_on(async {
        let mut signals = Signals::new()
            .map_err(|error| Error::new(format!("cannot wait for signals: {error}")))?;
        let files = Files::new(None)?;
        let (builder, identity) = scenario.builder();
        files.write(&identity)?;
        let server = builder.try_start()?;
        let target = Target::new(scenario, &server, &files);
        let mut client = Client::start(&arguments.command, &target)?;
        let left = client.wait(arguments.timeout, &mut signals).await;
        // A client that is ended below would look as if it had left by itself.
        let until_now = server.report();
        let ended = client.end().await;
        let in_the_end = server.stop();
        let lost = |error| Error::new(format!("cannot wait for the client: {error}"));
        ended.map_err(lost)?;
        match left.map_err(lost)? {
            Left::Interrupted => Err(Error::new("interrupted before the client was done")),
            Left::TimedOut => Ok((until_now, Left::TimedOut)),
            left @ Left::Exited(_) => Ok((in_the_end, left)),
        }
    })
}

fn tell(
    arguments: &Arguments,
    scenario: &Scenario,
    report: &Report,
    outcome: Outcome,
    left: Left,
) -> Result<(), Error> {
    if arguments.json {
        let whole = Whole::new(scenario, report, outcome).with_transcripts(report);
        return Ok(output::json(&Ran::new(whole, left))?);
    }
    let program = arguments.command.first();
    let program = program.map_or_else(String::new, |word| word.display().to_string());
    match left {
        Left::Exited(status) if status.success() && report.mail.is_empty() => {
            output::note(&format!(
                "note: `{program}` exited with 0, though no mail was taken"
            ));
        }
        Left::TimedOut | Left::Interrupted => {
            let after = arguments.timeout;
            output::note(&format!(
                "note: `{program}` was still running after {after:?}, and was ended"
            ));
        }
        Left::Exited(_) => {}
    }
    let mut text = format!("{}\n", verdict::of_run(scenario, outcome));
    if !scenario.expect.contains(&outcome) {
        if outcome == Outcome::NeverCame {
            text += "nobody connected; is `{addr}`, or `{host}` and `{port}`, in the command?\n";
        }
        text += &verdict::given_away(report);
        if !report.sessions.is_empty() {
            text += &format!("\n{report}");
        }
    }
    Ok(output::print(&text)?)
}
