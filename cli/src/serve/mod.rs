//! `mailfault serve`: a scenario's server, or a cast, until it is told to end.

mod cast; // several systems at once
mod json; // what is shown as JSON: a ready line, a line for each event, a report
mod logs; // the same as files, with `--out`
mod show; // everything that wants to know what happens
mod text; // what is shown to people
mod watch; // what happens in the server, as a queue

use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use clap::Args;
use mailfault::scenario::Scenario;
use mailfault::{Builder, MockServer};

use crate::error::{Ended, Error};
use crate::play::{self, Files, Target};
use crate::signals::{Signals, end_of_stdin, runtime};
use crate::{find, output, paste};
use logs::Logs;
use show::{Show, View};

/// Serve a scenario, or a cast of several systems, until SIGINT, SIGTERM or SIGHUP, and show what its clients do
#[derive(Args)]
#[command(after_help = "\
Examples:
  mailfault serve tls/expired
  mailfault serve starttls/stripped --persona exchange-2016 --out /tmp/stripped
  mailfault serve my-own.toml --port 0 --json --until-eof
  mailfault serve cases/exchange-null-tls-certificate-name --out /tmp/case")]
pub(crate) struct Arguments {
    /// A name out of `mailfault list`, or a scenario file
    #[arg(value_name = "NAME|FILE")]
    scenario: String,

    /// The port to listen on, 2525 if nothing is said; 0 for a free one
    #[arg(long, value_name = "N")]
    port: Option<u16>,

    /// The port for implicit TLS where a scenario has both kinds of TLS; 0 for a free one
    #[arg(long, value_name = "N", default_value_t = 0)]
    implicit_port: u16,

    /// Write certificates, transcripts and a log of all events into this directory
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,

    /// Print JSON: a ready line, a line for each event, a report
    #[arg(long)]
    json: bool,

    /// One more name in the certificate
    #[arg(long = "also-name", value_name = "HOST")]
    also_names: Vec<String>,

    /// Talk as another product, as `mailfault list personas` names them
    #[arg(long, value_name = "NAME")]
    persona: Option<String>,

    /// Listen on this address instead of 127.0.0.1; where others can connect, in closed networks only
    #[arg(long, value_name = "ADDRESS")]
    expose: Option<IpAddr>,

    /// End when stdin is closed, so that a parent in any language can own the server
    #[arg(long)]
    until_eof: bool,

    /// End with the first session; a client that tries twice needs two
    #[arg(long)]
    once: bool,
}

pub(crate) fn serve(arguments: &Arguments) -> Result<Ended, Error> {
    let runtime = runtime().map_err(|error| Error::new(format!("cannot wait: {error}")))?;
    if let Some(cast) = find::cast(&arguments.scenario)? {
        runtime.block_on(cast::until_told(arguments, &cast))?;
        return Ok(Ended::AsExpected);
    }
    let mut scenario = find::scenario(&arguments.scenario)?;
    for name in &arguments.also_names {
        // The library's word for it is not the user's.
        let named = scenario.also_name(name).map_err(|error| error.to_string());
        scenario = named.map_err(|what| Error::new(what.replace("`also`", "`--also-name`")))?;
    }
    if let Some(name) = &arguments.persona {
        play::persona(&mut scenario, name)?;
    }
    play::patience(&mut scenario);
    runtime.block_on(until_told(arguments, &scenario))?;
    Ok(Ended::AsExpected)
}

async fn until_told(arguments: &Arguments, scenario: &Scenario) -> Result<(), Error> {
    // Before anything else: whoever sees the ready line may send a signal at once.
    let mut signals =
        Signals::new().map_err(|error| Error::new(format!("cannot wait for signals: {error}")))?;
    let files = Files::new(arguments.out.as_deref())?;
    let (builder, identity) = scenario.builder();
    files.write(&identity)?;
    let logs = files.out().map(Logs::new).transpose()?;
    let (watcher, messages) = watch::queue();
    let address = arguments.expose.unwrap_or(Ipv4Addr::LOCALHOST.into());
    let builder = builder
        .exposed_on(address)
        .port(arguments.port.unwrap_or(2525))
        .implicit_port(arguments.implicit_port)
        .observe(watcher.observer());
    let server = start(arguments, builder)?;
    if !address.is_loopback() {
        output::note("note: others can connect, and this server believes everybody");
    }

    let view: Box<dyn View> = match arguments.json {
        true => Box::new(json::Json {
            scenario: scenario.clone(),
        }),
        false => Box::new(text::Text {
            scenario: scenario.clone(),
        }),
    };
    view.ready(&Target::new(scenario, &server, &files), files.out())?;
    let server = Arc::new(Mutex::new(Some(server)));
    let mut shown = Show {
        view,
        logs,
        server: Arc::clone(&server),
    }
    .start(messages);
    tokio::select! {
        () = signals.next() => {}
        () = end_of_stdin(), if arguments.until_eof => {}
        () = watcher.a_session_ended(), if arguments.once => {}
        // Nobody reads, or a log cannot be written: that cannot be told, but it ends the rest.
        early = &mut shown => {
            show::stop(&server);
            return early.unwrap_or(Ok(()));
        }
    }

    // Sessions that are open may come to their end, and are told as well.
    let report = show::stop(&server);
    let told = async {
        watcher.end(report).await;
        shown.await.unwrap_or(Ok(()))
    };
    let told = tokio::time::timeout(UNREAD, told).await;
    match watcher.lost() {
        0 => {}
        lost => output::note(&format!(
            "note: {lost} events are not shown, they came too fast"
        )),
    }
    told.unwrap_or_else(|_| {
        output::note("note: nobody reads stdout, so that the rest was not said");
        Ok(())
    })
}

/// How long a reader of stdout may take to read at the end.
const UNREAD: Duration = Duration::from_secs(2);

/// Starts the server; a port that is taken has its way out named.
fn start(arguments: &Arguments, builder: Builder) -> Result<MockServer, Error> {
    builder.try_start().map_err(|error| match error {
        mailfault::Error::CannotListen {
            address,
            taken: true,
            ..
        } => {
            let implicit = format!(":{}", arguments.implicit_port);
            let option = match address.ends_with(&implicit) {
                true => "--implicit-port",
                false => "--port",
            };
            let given = paste::quoted(&arguments.scenario);
            let hint = format!("`mailfault serve {given} {option} 0` takes a free one");
            Error::new(format!(
                "cannot listen on {address}: another program has that port"
            ))
            .hint(hint)
        }
        error => error.into(),
    })
}
