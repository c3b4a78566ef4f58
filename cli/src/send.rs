//! `mailfault send`: the senders of a cast, played.

use std::time::{Duration, UNIX_EPOCH};

use clap::Args;
use mailfault::cast::{Cast, Life, Playing, SendResult};
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
  mailfault send my-own-case.toml --json")]
pub(crate) struct Arguments {
    /// A cast out of `mailfault list casts`, or the file of one
    #[arg(value_name = "NAME|FILE")]
    cast: String,

    /// Give each sender its queue, and let time pass on a clock of its own until every message has arrived or expired
    #[arg(long)]
    until_expiry: bool,

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
    if arguments.until_expiry {
        return lives(arguments, &cast, &playing);
    }
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
