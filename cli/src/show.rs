//! `mailfault show`: one of them in full.

use clap::Args;
use mailfault::cast::Cast;
use mailfault::judge::Judge;
use mailfault::scenario::{Kind, Opportunistic, Scenario};
use mailfault::{Flaw, FlawWordings as _, Persona, Requirement, Wording, wordings};
use serde_json::{Value, json};

use crate::error::{Ended, Error};
use crate::paste::{self, Swaks};
use crate::{find, list, output, play, verdict, words};

/// A scenario, a flaw, a judge or a persona in full: what, why, what a correct client does and what clients say
#[derive(Args)]
#[command(after_help = "\
Examples:
  mailfault show tls/expired
  mailfault show exchange-2016
  mailfault show my-own.toml
  mailfault show tls/expired --json | jq -r '.wordings[].message'")]
pub(crate) struct Arguments {
    /// A name out of `mailfault list`, or a scenario file
    name: String,

    /// Print an object
    #[arg(long)]
    json: bool,
}

pub(crate) fn show(arguments: &Arguments) -> Result<Ended, Error> {
    let name = &*arguments.name;
    if let Some(cast) = find::cast(name)? {
        match arguments.json {
            true => {
                let mut object = list::cast(&cast);
                object["story"] = json!(cast.story);
                output::line(format!("{object:#}"))?;
            }
            false => output::print(&of_cast(&cast))?,
        }
        return Ok(Ended::AsExpected);
    }
    if let Ok(judge) = Judge::named(name) {
        match arguments.json {
            true => output::line(format!("{:#}", list::judge(&judge)))?,
            false => output::print(&of_judge(&judge))?,
        }
        return Ok(Ended::AsExpected);
    }
    let shown = match (
        find::scenario(name),
        Persona::named(name),
        Flaw::from_id(name),
    ) {
        (Ok(scenario), ..) => Shown::Scenario(Box::new(scenario)),
        (Err(_), Ok(persona), _) => Shown::Persona(Box::new(persona)),
        (Err(_), Err(_), Some(flaw)) => Shown::Flaw(flaw),
        (Err(error), Err(other), None) => return Err(nearest(error, other)),
    };
    match arguments.json {
        true => output::line(format!("{:#}", shown.json(name)))?,
        false => output::print(&shown.text(name)?)?,
    }
    Ok(Ended::AsExpected)
}

/// What a name may stand for.
enum Shown {
    Scenario(Box<Scenario>),
    Persona(Box<Persona>),
    Flaw(Flaw),
}

impl Shown {
    fn text(&self, given: &str) -> Result<String, Error> {
        Ok(match self {
            Self::Scenario(scenario) => of_scenario(scenario, given)?,
            Self::Persona(persona) => of_persona(persona),
            Self::Flaw(flaw) => of_flaw(*flaw),
        })
    }

    /// What `list` says of it, and more.
    fn json(&self, given: &str) -> Value {
        let (mut object, more) = match self {
            Self::Scenario(scenario) => (
                list::scenario(scenario),
                json!({
                    "verifying": scenario.verifying.map(|one| one.to_string()),
                    "opportunistic": scenario.opportunistic.name(),
                    "story": scenario.story,
                    "needs": scenario.needs(),
                    "imitated_without": scenario.imitated(),
                    "wordings": words::json(&heard_of(scenario, given)),
                }),
            ),
            Self::Persona(persona) => (
                list::persona(persona),
                json!({
                    "banner": persona.banner.to_string(),
                    "ehlo": persona.ehlo,
                    "ehlo_tls": persona.ehlo_tls,
                }),
            ),
            Self::Flaw(flaw) => (
                list::flaw(flaw),
                json!({ "wordings": words::json(&flaw.wordings()) }),
            ),
        };
        if let (Value::Object(object), Value::Object(more)) = (&mut object, more) {
            object.extend(more);
        }
        object
    }
}

/// What is known of a scenario of the catalogue, or, of a file, of the one flaw in it.
fn heard_of(scenario: &Scenario, given: &str) -> Vec<Wording> {
    match &*scenario.server.certificate.flaws {
        [flaw] if find::is_file(given) => flaw.wordings(),
        _ if find::is_file(given) => Vec::new(),
        _ => wordings(&scenario.id),
    }
}

fn of_judge(judge: &Judge) -> String {
    let name = judge.name();
    let mut lines = format!("mailfault probe mail.contoso.com:25 --as {name}\n");
    if let Judge::Eop(_) = judge {
        lines += &format!(
            "mailfault probe mx1.contoso.com:25 --as {name} --tlsa \"$(dig +short TLSA _25._tcp.mx1.contoso.com)\" \
             --recipient-domain contoso.com --mta-sts 'enforce *.contoso.com'\n"
        );
    }
    format!(
        "{name} (judge)\n{}\n\nIt is {}.\n\nTry it:\n\n{}",
        judge.summary(),
        judge.basis(),
        output::indent(&lines),
    )
}

fn of_cast(cast: &Cast) -> String {
    let mut text = format!("{}: {}\n", cast.id, cast.summary);
    if let Some(story) = &cast.story {
        text += &format!("\n{}\n", story.trim());
    }
    if let Some(source) = &cast.source {
        text += &format!("\nSource: {source}\n");
    }
    text + &format!("\nThe file:\n\n{}", output::indent(cast.text()))
}

/// Of two complaints the one that knows what was meant.
fn nearest(scenario: Error, persona: mailfault::Error) -> Error {
    match persona {
        mailfault::Error::UnknownName { near: Some(_), .. } => persona.into(),
        _ => scenario,
    }
}

fn of_scenario(scenario: &Scenario, given: &str) -> Result<String, Error> {
    let Scenario {
        id, summary, kind, ..
    } = scenario;
    let mut facts = Vec::new();
    if let Some(requirement) = scenario.verifying {
        facts.push(("a verifying client", must(requirement).to_owned()));
        // Where nothing is to be refused, there is nothing to be told.
        if requirement != Requirement::Accept {
            facts.push((
                "an opportunistic one",
                may(scenario.opportunistic).to_owned(),
            ));
        }
    }
    facts.push(("a correct client ends with", verdict::expected(scenario)));
    facts.push(("bound by", verdict::rfc(&scenario.rfc)));
    if let Some(how) = served(scenario) {
        facts.push(("in this build", how));
    }
    for flaw in &scenario.server.certificate.flaws {
        facts.push(("made so", flaw.construction().to_owned()));
    }
    let kind = match kind {
        Kind::Control => "control: nothing is wrong with this server",
        Kind::Fault => "fault",
    };
    let mut text = format!("{id} ({kind})\n{summary}\n\n{}", aligned(&facts));
    if let Some(story) = &scenario.story {
        text += &format!("\n{}\n", story.trim());
    }
    text += &words::text(&heard_of(scenario, given));
    let file = find::text(scenario, given)?;
    text += &format!("\nThe scenario as a file:\n\n{}", output::indent(&file));
    let given = paste::quoted(given);
    let checks = paste::curl_checks(&scenario.server.revocation, "{crl}");
    let swaks = paste::swaks(Swaks {
        server: "{addr}",
        tls: scenario.server.tls,
        ca: "{ca}",
        from: "{from}",
        to: "{to}",
        login: play::login(scenario).as_ref(),
    });
    let client = match checks.as_str() {
        "" => swaks,
        // swaks knows nothing of revocation.
        checks => format!(
            "curl -sS --ssl-reqd --cacert {{ca}}{checks} --connect-to ::{{addr}} smtp://{{name}} \
             --mail-from {{from}} --mail-rcpt {{to}} -T {{ca}}"
        ),
    };
    let mut lines = format!("mailfault serve {given}\nmailfault run {given} -- {client}\n");
    if let [flaw] = &*scenario.server.certificate.flaws {
        lines += &format!(
            "mailfault certs DIR --name {} --flaw {flaw}\n",
            scenario.server.certificate.name
        );
    }
    Ok(text + &format!("\nTry it:\n\n{}", output::indent(&lines)))
}

/// How this build serves it, where another may do it otherwise.
fn served(scenario: &Scenario) -> Option<String> {
    if let Some(feature) = scenario.needs() {
        return Some(format!("not to be had: it needs the feature `{feature}`"));
    }
    if let Some(feature) = scenario.imitated() {
        return Some(format!("imitated; the feature `{feature}` serves it"));
    }
    let mut flaws = scenario.server.certificate.flaws.iter();
    let how = match flaws.any(|flaw| flaw.shows_foreign_key()) {
        true => "signed by OpenSSL with its own key, for clients that take such signatures",
        false => "served by OpenSSL, and not imitated",
    };
    scenario.is_of_legacy_tls().then(|| how.to_owned())
}

fn of_flaw(flaw: Flaw) -> String {
    let facts = [
        ("a verifying client", must(flaw.requirement()).to_owned()),
        ("bound by", verdict::rfc(flaw.rfc())),
        ("made so", flaw.construction().to_owned()),
    ];
    let lines = format!("mailfault certs DIR --name mx.test --flaw {flaw}");
    format!(
        "{flaw} (flaw of a certificate)\n{}\n\n{}{}\nTry it:\n\n{}",
        flaw.summary(),
        aligned(&facts),
        words::text(&flaw.wordings()),
        output::indent(&lines),
    )
}

fn of_persona(persona: &Persona) -> String {
    let Persona {
        name,
        summary,
        host,
        ..
    } = persona;
    let keywords = |list: &[String]| {
        let lines = list.iter().map(|keyword| format!("    {keyword}\n"));
        format!("    {}\n{}", persona.hello, lines.collect::<String>())
    };
    let banner = persona.banner.to_string();
    let mut text = format!(
        "{name} (persona)\n{summary}\n\n\
         Banner, as {host}:\n\n{}\n\
         EHLO in clear:\n\n{}\n\
         EHLO inside TLS:\n\n{}",
        output::indent(&banner),
        keywords(&persona.ehlo),
        keywords(&persona.ehlo_tls),
    );
    if !persona.uncertain.is_empty() {
        text += "\nUncertain, inferred or with a single weak witness:\n\n";
        text += &output::indent(&persona.uncertain.join("\n"));
    }
    text + &format!(
        "\nTry it:\n\n{}",
        output::indent(&format!("mailfault serve control/p256 --persona {name}"))
    )
}

fn must(requirement: Requirement) -> &'static str {
    match requirement {
        Requirement::Refuse => "must refuse: no mail and no credentials may leave it",
        Requirement::ShouldRefuse => "should refuse; one that does not is lenient, not wrong",
        Requirement::Either => "may accept or refuse",
        Requirement::Accept => "must accept: this is legal, and a refusal a false alarm",
    }
}

fn may(opportunistic: Opportunistic) -> &'static str {
    match opportunistic {
        Opportunistic::MayDeliverInClear => "may deliver, without TLS if need be, or defer",
        Opportunistic::MustUseTls => "may deliver over TLS, whatever the certificate, or defer",
        Opportunistic::Refuse => "must refuse as well",
    }
}

fn aligned(facts: &[(&str, String)]) -> String {
    let facts = facts.iter().filter(|(_, fact)| !fact.is_empty());
    output::table(facts.map(|(what, fact)| (*what, &**fact)))
}
