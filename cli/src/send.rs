//! `mailfault send`: the senders of a cast, played.

use clap::Args;
use mailfault::cast::SendResult;
use serde_json::{Value, json};

use crate::error::{Ended, Error};
use crate::{find, output};

/// Bring up a cast and play its sends: what each sender says, in its own words
///
/// Exit code 0 if all ended as the file says, 1 if not.
#[derive(Args)]
#[command(after_help = "\
Examples:
  mailfault send cases/exchange-null-tls-certificate-name
  mailfault send my-own-case.toml --json")]
pub(crate) struct Arguments {
    /// A cast out of `mailfault list casts`, or the file of one
    #[arg(value_name = "NAME|FILE")]
    cast: String,

    /// Print an array of objects
    #[arg(long)]
    json: bool,
}

pub(crate) fn send(arguments: &Arguments) -> Result<Ended, Error> {
    let cast = find::cast(&arguments.cast)?.ok_or_else(|| {
        Error::new(format!("`{}` is no cast", arguments.cast))
            .hint("`mailfault list casts` shows those that there are")
    })?;
    if cast.sends() == 0 {
        return Err(Error::new(format!("`{}` has no `[[send]]`", cast.id))
            .hint("`mailfault serve` brings it up for clients of your own"));
    }
    let playing = cast.start()?;
    let results = cast.send_all(&playing)?;
    playing.stop();
    match arguments.json {
        true => {
            let rows: Vec<Value> = results.iter().map(row).collect();
            output::line(format!("{:#}", Value::from(rows)))?;
        }
        false => {
            output::print(&format!("{}: {}\n\n", cast.id, cast.summary))?;
            for result in &results {
                output::line(format!("{result}\n"))?;
            }
        }
    }
    Ok(match results.iter().all(SendResult::is_as_expected) {
        true => Ended::AsExpected,
        false => Ended::NotAsExpected,
    })
}

pub(crate) fn row(result: &SendResult) -> Value {
    let details = result.details.iter();
    let details = details.map(|(name, text)| (name.clone(), Value::from(text.as_str())));
    json!({
        "by": result.by,
        "to": result.to,
        "seen": result.seen.name(),
        "message": result.message,
        "details": details.collect::<serde_json::Map<_, _>>(),
        "presented": result.presented,
        "change": result.change,
        "expected": result.expected.name(),
        "as_expected": result.is_as_expected(),
        "complaints": result.complaints,
    })
}
