//! `mailfault check`: scenario files, held to what they expect, and casts, brought up.

use std::collections::BTreeMap;
use std::num::NonZero;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};
use std::thread;

use clap::Args;
use mailfault::cast::{Cast, SendResult, Stage};
use mailfault::scenario::{Checked, Scenario};
use mailfault::shell::Shell;
use serde_json::{Value, json};

use crate::error::{Ended, Error};
use crate::{find, output};

/// Load and play scenario files with a correct client: does each end as it says?
///
/// A fault that never shows is a failure, too. A cast is brought up, every member of it, its sends
/// are played, and again after its fix, if the file has one.
#[derive(Args)]
#[command(after_help = "\
Examples:
  mailfault check my-own.toml
  mailfault check tls/expired starttls/stripped
  mailfault check --all --json")]
pub(crate) struct Arguments {
    /// Scenario files, or names out of `mailfault list`
    #[arg(value_name = "FILE", conflicts_with = "all")]
    files: Vec<String>,

    /// The whole catalogue
    #[arg(long)]
    all: bool,

    /// Print an array of objects, each with `id`, `expected`, `seen` and `as_expected`
    #[arg(long)]
    json: bool,
}

/// What came of one file: an error has its name with it.
type Result1 = Result<Done, Error>;

/// A file that could be played.
enum Done {
    Scenario(Box<Checked>),
    /// A cast that was brought up: its id, how many members it has, and what became of its sends,
    /// before its fix and after it.
    Cast(String, usize, Vec<SendResult>),
}

/// A file that can be understood.
enum File {
    Scenario(Box<Scenario>),
    Cast(Box<Cast>),
}

impl File {
    fn named(given: &str) -> Result<Self, Error> {
        match find::cast(given)? {
            Some(cast) => Ok(Self::Cast(Box::new(cast))),
            None => Ok(Self::Scenario(Box::new(find::scenario(given)?))),
        }
    }

    fn check(&self) -> Result1 {
        match self {
            Self::Scenario(scenario) => Ok(Done::Scenario(Box::new(scenario.check()?))),
            Self::Cast(cast) => {
                let stage = Arc::new(Stage::open(Cast::clone(cast), |player| player)?);
                let mut sends = cast.send_all(stage.playing())?;
                if cast.fixes().next().is_some() {
                    Shell::fix(&stage)?;
                    sends.extend(stage.prove()?);
                }
                let members = stage.playing().members().len();
                Ok(Done::Cast(cast.id.clone(), members, sends))
            }
        }
    }
}

pub(crate) fn check(arguments: &Arguments) -> Result<Ended, Error> {
    let scenarios = wanted(arguments)?;
    let mut tally = Tally::default();
    let mut rows = Vec::new();
    in_order(&scenarios, |given, result| {
        tally.count(result);
        match arguments.json {
            true => rows.push(row(given, result)),
            false => tell(result)?,
        }
        let (done, of) = (tally.done(), scenarios.len());
        output::progress(&format!("checked {done} of {of}"));
        Ok(())
    })?;
    output::progress("");
    if arguments.json {
        output::line(format!("{:#}", Value::from(rows)))?;
    }
    tally.verdict()
}

/// What to check, each under the name that was given for it; an error waits for its turn.
type Wanted = (String, Result<File, Error>);

fn wanted(arguments: &Arguments) -> Result<Vec<Wanted>, Error> {
    if arguments.all {
        let (playable, not): (Vec<_>, _) = Scenario::all()
            .into_iter()
            .partition(|one| one.needs().is_none());
        for one in not {
            let feature = one.needs().unwrap_or_default();
            output::note(&format!(
                "not played: {} needs the feature `{feature}`",
                one.id
            ));
        }
        let scenarios = playable.into_iter();
        let scenarios = scenarios.map(|one| (one.id.clone(), File::Scenario(Box::new(one))));
        let casts = Cast::all().into_iter();
        let casts = casts.map(|one| (one.id.clone(), File::Cast(Box::new(one))));
        let all = scenarios.chain(casts);
        return Ok(all.map(|(id, file)| (id, Ok(file))).collect());
    }
    if arguments.files.is_empty() {
        return Err(Error::new("nothing to check").hint("name scenario files, or say `--all`"));
    }
    let files = arguments.files.iter();
    Ok(files
        .map(|given| (given.clone(), File::named(given)))
        .collect())
}

/// Plays several at a time, since most of them wait, and tells of each in the order of the list.
fn in_order(
    scenarios: &[Wanted],
    mut tell: impl FnMut(&str, &Result1) -> Result<(), Error>,
) -> Result<(), Error> {
    let threads = thread::available_parallelism().map_or(1, NonZero::get) * 4;
    let next = AtomicUsize::new(0);
    let (done, results) = mpsc::channel();
    thread::scope(|scope| {
        for _ in 0..threads.min(scenarios.len()) {
            let (next, done) = (&next, done.clone());
            scope.spawn(move || {
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    let Some((_, scenario)) = scenarios.get(index) else {
                        return;
                    };
                    let result = match scenario {
                        Ok(file) => file.check(),
                        Err(error) => Err(error.clone()),
                    };
                    if done.send((index, result)).is_err() {
                        return;
                    }
                }
            });
        }
        drop(done);
        let mut waiting = BTreeMap::new();
        let mut told = 0;
        for (index, result) in results {
            waiting.insert(index, result);
            while let Some(result) = waiting.remove(&told) {
                if let Err(error) = tell(&scenarios[told].0, &result) {
                    // Nobody listens: what has not begun need not.
                    next.store(scenarios.len(), Ordering::Relaxed);
                    return Err(error);
                }
                told += 1;
            }
        }
        Ok(())
    })
}

fn tell(result: &Result1) -> Result<(), Error> {
    output::progress("");
    match result {
        Ok(Done::Cast(id, members, sends)) if sends.iter().all(SendResult::is_as_expected) => {
            let sends = sends.len();
            output::line(format!("ok     {id}: members: {members}, sends: {sends}"))?;
        }
        Ok(Done::Cast(id, _, sends)) => {
            let sends: Vec<_> = sends.iter().map(ToString::to_string).collect();
            let text = output::indent(&sends.join("\n"));
            output::print(&format!("FAILED {id}\n{text}"))?;
        }
        Ok(Done::Scenario(checked)) if checked.is_as_expected() => {
            output::line(format!("ok     {}: {}", checked.id, checked.seen))?;
        }
        Ok(Done::Scenario(checked)) => {
            let text = checked.to_string();
            let (first, rest) = text.split_once('\n').unwrap_or((&text, ""));
            output::print(&format!("FAILED {first}\n{}", output::indent(rest)))?;
        }
        Err(Error::Said(what)) => output::note(&format!("error: {what}")),
        Err(Error::ReaderLeft) => {}
    }
    Ok(())
}

fn row(given: &str, result: &Result1) -> Value {
    match result {
        Ok(Done::Cast(id, members, sends)) => json!({
            "id": id,
            "file": given,
            "as_expected": sends.iter().all(SendResult::is_as_expected),
            "members": members,
            "sends": sends.iter().map(crate::send::row).collect::<Vec<_>>(),
        }),
        Ok(Done::Scenario(checked)) => json!({
            "id": checked.id,
            "file": given,
            "expected": checked.expected.iter().map(|one| one.name()).collect::<Vec<_>>(),
            "seen": checked.seen.name(),
            "as_expected": checked.is_as_expected(),
            "unseen": checked.unseen.iter().map(|(number, _)| number).collect::<Vec<_>>(),
            "transcript": checked.report.to_string(),
        }),
        Err(Error::Said(what)) => json!({ "file": given, "as_expected": false, "error": what }),
        Err(Error::ReaderLeft) => Value::Null,
    }
}

#[derive(Default)]
struct Tally {
    as_expected: usize,
    not_as_expected: usize,
    not_run: usize,
}

impl Tally {
    fn count(&mut self, result: &Result1) {
        match result {
            Ok(Done::Cast(_, _, sends)) if !sends.iter().all(SendResult::is_as_expected) => {
                self.not_as_expected += 1;
            }
            Ok(Done::Cast(..)) => self.as_expected += 1,
            Ok(Done::Scenario(checked)) if checked.is_as_expected() => self.as_expected += 1,
            Ok(Done::Scenario(_)) => self.not_as_expected += 1,
            Err(_) => self.not_run += 1,
        }
    }

    fn done(&self) -> usize {
        self.as_expected + self.not_as_expected + self.not_run
    }

    fn verdict(&self) -> Result<Ended, Error> {
        let Self {
            as_expected,
            not_as_expected,
            not_run,
        } = self;
        if *not_run > 0 {
            return Err(Error::new(format!(
                "{not_run} of {} could not be checked",
                self.done()
            )));
        }
        output::note(&format!("{as_expected} as expected, {not_as_expected} not"));
        Ok(match not_as_expected {
            0 => Ended::AsExpected,
            _ => Ended::NotAsExpected,
        })
    }
}
