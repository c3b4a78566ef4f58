//! `mailfault list`: what there is, one line each.

use clap::{Args, ValueEnum};
use mailfault::cast::Cast;
use mailfault::judge::Judge;
use mailfault::lab::Lab;
use mailfault::scenario::{Kind, Scenario};
use mailfault::{Flaw, Persona};
use serde_json::{Value, json};

use crate::error::{Ended, Error};
use crate::output;

/// What there is, one line each
#[derive(Args)]
#[command(after_help = "\
Examples:
  mailfault list
  mailfault list personas
  mailfault list faults --json | jq -r '.[].id'")]
pub(crate) struct Arguments {
    /// Of what
    #[arg(value_enum, default_value_t = Noun::Scenarios, hide_possible_values = false)]
    of: Noun,

    /// Print an array of objects, each with `id` and `summary`
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Copy, ValueEnum)]
enum Noun {
    /// Several systems that work together, or do not
    Casts,
    /// Scenarios in which something is wrong
    Faults,
    /// Flaws of a certificate, for `mailfault certs --flaw`
    Flaws,
    /// Cases to investigate and repair, for `mailfault lab`
    Labs,
    /// Those who judge a server, for `mailfault probe --as`
    Judges,
    /// How products talk, for `mailfault serve --persona`
    Personas,
    /// Faults, and the controls, at which nobody should find anything wrong
    Scenarios,
}

pub(crate) fn list(arguments: &Arguments) -> Result<Ended, Error> {
    let rows = match arguments.of {
        Noun::Casts => Cast::all().iter().map(cast).collect(),
        Noun::Faults => scenarios(|scenario| scenario.kind == Kind::Fault),
        Noun::Flaws => Flaw::all().iter().map(flaw).collect(),
        Noun::Labs => Lab::all().iter().map(lab).collect(),
        Noun::Judges => Judge::all().iter().map(judge).collect(),
        Noun::Personas => Persona::all().iter().map(persona).collect(),
        Noun::Scenarios => scenarios(|_| true),
    };
    if arguments.json {
        output::line(format!("{:#}", Value::from(rows)))?;
    } else {
        let text = |row: &Value, key: &str| row[key].as_str().unwrap_or_default().to_owned();
        let rows: Vec<_> = rows
            .iter()
            .map(|row| (text(row, "id"), line(row)))
            .collect();
        let rows = rows.iter().map(|(id, summary)| (&**id, &**summary));
        output::print(&output::table(rows))?;
    }
    Ok(Ended::AsExpected)
}

/// Of judges it is told as well whether they are real or imitated.
fn line(row: &Value) -> String {
    let text = |key: &str| row[key].as_str().unwrap_or_default();
    match text("basis") {
        "" => text("summary").to_owned(),
        basis => format!("{}; {basis}", text("summary")),
    }
}

fn scenarios(wanted: impl Fn(&Scenario) -> bool) -> Vec<Value> {
    let all = Scenario::all();
    let wanted = all.iter().filter(|scenario| wanted(scenario));
    wanted.map(self::scenario).collect()
}

pub(crate) fn scenario(scenario: &Scenario) -> Value {
    json!({
        "id": scenario.id,
        "summary": scenario.summary,
        "kind": scenario.kind.name(),
        "expect": scenario.expect.iter().map(|one| one.name()).collect::<Vec<_>>(),
        "rfc": scenario.rfc,
    })
}

pub(crate) fn cast(cast: &Cast) -> Value {
    json!({ "id": cast.id, "summary": cast.summary, "source": cast.source })
}

/// What the customer writes, and not what is wrong.
fn lab(cast: &Cast) -> Value {
    let text = cast.lab();
    json!({
        "id": cast.id,
        "summary": text.map(|text| text.subject.as_str()),
        "hints": text.map(|text| text.hints.len()),
    })
}

pub(crate) fn flaw(flaw: &Flaw) -> Value {
    json!({
        "id": flaw.id(),
        "summary": flaw.summary(),
        "construction": flaw.construction(),
        "requirement": flaw.requirement().to_string(),
        "rfc": flaw.rfc(),
    })
}

pub(crate) fn judge(judge: &Judge) -> Value {
    json!({
        "id": judge.name(),
        "summary": judge.summary(),
        "basis": judge.basis().to_string(),
    })
}

pub(crate) fn persona(persona: &Persona) -> Value {
    json!({
        "id": persona.name,
        "summary": persona.summary,
        "host": persona.host,
        "uncertain": persona.uncertain,
    })
}
