//! `mailfault send`: the senders of a cast, played.

use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};

use clap::Args;
use mailfault::cast::{Cast, Life, Playing, SendResult, Stage};
use mailfault::shell::Shell;
use mailfault::transport::{Progress, ProgressKind};
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
  mailfault send cases/hybrid-nocredentials-orphan-certificate --until-expiry
  mailfault send cases/exchange-null-tls-certificate-name --fix
  mailfault send my-own-case.toml --json")]
pub(crate) struct Arguments {
    /// A cast out of `mailfault list casts`, or the file of one
    #[arg(value_name = "NAME|FILE")]
    cast: String,

    /// Give each sender its queue, and let time pass on a clock of its own until every message has arrived or expired
    #[arg(long)]
    until_expiry: bool,

    /// Make the fix of the file, as an administrator would type it, and send once more: everything has to arrive
    #[arg(long, conflicts_with = "until_expiry")]
    fix: bool,

    /// Print an array of objects; with `--fix` an object with `before`, `fix` and `after`
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
    if arguments.until_expiry {
        let playing = cast.start()?;
        return lives(arguments, &cast, &playing);
    }
    if arguments.fix {
        return fixed(arguments, cast);
    }
    let playing = cast.start()?;
    let results = cast.send_all(&playing)?;
    playing.stop();
    match arguments.json {
        true => output::line(format!("{:#}", rows(&results)))?,
        false => {
            output::print(&format!("{}: {}\n\n", cast.id, cast.summary))?;
            print(&results)?;
        }
    }
    Ok(ended(&results))
}

fn rows(results: &[SendResult]) -> Value {
    Value::from(results.iter().map(row).collect::<Vec<_>>())
}

fn print(results: &[SendResult]) -> Result<(), Error> {
    for result in results {
        output::line(format!("{result}\n"))?;
    }
    Ok(())
}

fn ended(results: &[SendResult]) -> Ended {
    match results.iter().all(SendResult::is_as_expected) {
        true => Ended::AsExpected,
        false => Ended::NotAsExpected,
    }
}

/// The sends, the fix, and the sends after it.
fn fixed(arguments: &Arguments, cast: Cast) -> Result<Ended, Error> {
    if cast.fixes().next().is_none() {
        return Err(Error::new(format!("`{}` has no `[[fix]]`", cast.id)));
    }
    let stage = Arc::new(Stage::open(cast, |player| player)?);
    let cast = stage.cast();
    let before = cast.send_all(stage.playing())?;
    let transcript = Shell::fix(&stage)?;
    let after = stage.prove()?;
    stage.playing().stop();
    match arguments.json {
        true => {
            let fix: Vec<_> = transcript.text().lines().map(str::to_owned).collect();
            let all = json!({ "before": rows(&before), "fix": fix, "after": rows(&after) });
            output::line(format!("{all:#}"))?;
        }
        false => {
            output::print(&format!("{}: {}\n\n", cast.id, cast.summary))?;
            print(&before)?;
            output::line(format!("{}\n", transcript.text()))?;
            print(&after)?;
        }
    }
    Ok(match (ended(&before), ended(&after)) {
        (Ended::AsExpected, Ended::AsExpected) => Ended::AsExpected,
        _ => Ended::NotAsExpected,
    })
}

/// Long enough for every schedule.
const ALL_OVER: Duration = Duration::from_secs(3 * 24 * 60 * 60);

fn lives(arguments: &Arguments, cast: &Cast, playing: &Playing) -> Result<Ended, Error> {
    let lives = cast.send_for(playing, ALL_OVER)?;
    playing.stop();
    if arguments.json {
        let rows: Vec<Value> = lives.iter().map(life).collect();
        output::line(format!("{:#}", Value::from(rows)))?;
        return Ok(Ended::AsExpected);
    }
    output::print(&format!("{}: {}\n\n", cast.id, cast.summary))?;
    for life in &lives {
        output::line(format!("{life}\n"))?;
        for notification in life.notifications() {
            let text = readable(&String::from_utf8_lossy(&notification.content));
            output::print(&format!(
                "  {} reads:\n\n{}\n",
                notification.to,
                output::indent(&text)
            ))?;
        }
    }
    Ok(Ended::AsExpected)
}

/// The subject and the text for people; the rest is for mail programs, and in `--json`.
fn readable(content: &str) -> String {
    let lines: Vec<&str> = content.lines().collect();
    let subject = lines.iter().find(|line| line.starts_with("Subject: "));
    let begin = lines
        .iter()
        .position(|line| line.starts_with("Content-Type: text/plain"));
    let part = lines.iter().skip(begin.unwrap_or_default());
    let body = part.skip_while(|line| !line.is_empty()).skip(1);
    let mut text = subject.map_or_else(String::new, |line| format!("{line}\n"));
    let mut blank = false;
    let mut unfinished = String::new();
    for line in body.take_while(|line| !line.starts_with("--")) {
        // Quoted-printable (RFC 2045 §6.7): `=` at the end of a line joins it with the next.
        match line.strip_suffix('=') {
            Some(begun) => unfinished += begun,
            None => {
                let line = std::mem::take(&mut unfinished) + line;
                if !(line.is_empty() && blank) {
                    text += &format!("{}\n", line.replace("=3D", "="));
                }
                blank = line.is_empty();
            }
        }
    }
    text
}

fn life(life: &Life) -> Value {
    let notifications = life.notifications();
    json!({
        "by": life.by,
        "to": life.to,
        "delivered": life.was_delivered(),
        "events": life.progress.iter().map(|one| event(life, one)).collect::<Vec<_>>(),
        "notifications": notifications
            .iter()
            .map(|one| json!({
                "to": one.to,
                "from": one.from,
                "content": String::from_utf8_lossy(&one.content),
            }))
            .collect::<Vec<_>>(),
    })
}

fn event(life: &Life, progress: &Progress) -> Value {
    let (event, text) = match &progress.kind {
        ProgressKind::Submitted => ("submitted", String::new()),
        ProgressKind::Deferred { .. } => ("deferred", life.setback(progress).to_owned()),
        ProgressKind::Delayed(_) => ("delayed", String::new()),
        ProgressKind::Delivered(reply) => ("delivered", reply.to_string().trim_end().to_owned()),
        ProgressKind::Failed { status, .. } => ("failed", status.clone()),
        _ => ("removed", String::new()),
    };
    let at = progress.at.duration_since(UNIX_EPOCH).unwrap_or_default();
    json!({ "unix_seconds": at.as_secs(), "event": event, "text": text })
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
