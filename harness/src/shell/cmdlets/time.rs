//! `wait`: the clock of a lab runs with that of the wall, and can be moved.

use std::time::Duration;

use super::super::command::{Call, Command, Console, Host};
use super::super::desk::Desk;
use super::super::trouble::Trouble;
use super::super::value::Value;
use super::{At, Cmdlet};

pub(super) static ALL: [Cmdlet; 1] = [Cmdlet {
    command: &Command {
        name: "wait",
        aliases: &["Start-Sleep", "sleep"],
        synopsis: "Lets time pass, at once: queues retry, messages expire, changes in the cloud arrive.",
        notes: &["A command of the lab. At most thirty days."],
        examples: &["wait 10m", "wait 2d", "wait until next retry"],
        parameters: &[],
        words: true,
    },
    at: At::Everywhere,
    run: wait,
}];

const MONTH: Duration = Duration::from_secs(30 * 24 * 60 * 60);

fn wait(desk: &mut Desk, call: &Call, _: &mut dyn Console) -> Result<Vec<Value>, Trouble> {
    let words: Vec<_> = call
        .words
        .iter()
        .map(|word| word.to_ascii_lowercase())
        .collect();
    let words: Vec<_> = words.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["until", "next"] | ["until", "next", "retry" | "attempt"] => {
            let Some(next) = desk.stage().next_at() else {
                return Ok(vec![Value::from("nothing waits to be tried again")]);
            };
            desk.stage().play_until(next.max(desk.now()));
        }
        ["-seconds", number] | ["-s", number] => {
            desk.stage().wait(length(&format!("{number}s"))?);
        }
        // `wait 5` is five seconds, as with Start-Sleep.
        [number] if number.chars().all(|c| c.is_ascii_digit()) => {
            desk.stage().wait(length(&format!("{number}s"))?);
        }
        [text] => desk.stage().wait(length(text)?),
        // `wait 10 minutes` is `wait 10m`.
        [number, unit] => {
            let first = unit.chars().next().unwrap_or('s');
            desk.stage().wait(length(&format!("{number}{first}"))?);
        }
        _ => {
            return Err(Trouble::new(
                "ArgumentException",
                "say how long: `wait 10m`, `wait 2h`, `wait until next retry`",
            )
            .about("InvalidArgument", ""));
        }
    }
    desk.changed();
    Ok(vec![Value::from(format!(
        "it is {} now",
        crate::transport::american_time(desk.now())
    ))])
}

fn length(text: &str) -> Result<Duration, Trouble> {
    let bad = |why: String| Trouble::new("ArgumentException", why).about("InvalidArgument", text);
    let length = crate::duration::parse(text).map_err(bad)?;
    match length <= MONTH {
        true => Ok(length),
        false => Err(bad(
            "at most thirty days pass at once: `wait 30d`".to_owned()
        )),
    }
}
