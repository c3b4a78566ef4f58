//! `mailfault serve`: a scenario's server until it is told to end.

mod json; // what is shown as JSON: a ready line, a line for each event, a report
mod logs; // the same as files, with `--out`
mod text; // the same for people
mod watch; // what happens in the server, as a queue

use std::io;
use std::net::{IpAddr, Ipv4Addr};
use std::path::{Path, PathBuf};

use clap::Args;
use mailfault::scenario::Scenario;
use mailfault::{Event, Report, Session, What};
use tokio::sync::oneshot;

use crate::error::{Ended, Error};
use crate::play::{self, Files, Target};
use crate::signals::{Signals, runtime};
use crate::{find, output, paste};
use logs::Logs;

/// Serve a scenario until SIGINT or SIGTERM, and show what its clients do
#[derive(Args)]
#[command(after_help = "\
Examples:
  mailfault serve tls/expired
  mailfault serve starttls/stripped --persona exchange-2016 --out /tmp/stripped
  mailfault serve my-own.toml --port 0 --json --until-eof")]
pub(crate) struct Arguments {
    /// A name out of `mailfault list`, or a scenario file
    #[arg(value_name = "NAME|FILE")]
    scenario: String,

    /// The port to listen on; 0 for a free one
    #[arg(long, value_name = "N", default_value_t = 2525)]
    port: u16,

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
    let runtime = runtime().map_err(|error| Error::new(format!("cannot wait: {error}")))?;
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
    let mut show = Show {
        view: match arguments.json {
            true => Box::new(json::Json { scenario }),
            false => Box::new(text::Text { scenario }),
        },
        logs: files.out().map(Logs::new).transpose()?,
    };
    let (watcher, mut events) = watch::queue();
    let address = arguments.expose.unwrap_or(IpAddr::V4(Ipv4Addr::LOCALHOST));
    let builder = builder
        .exposed_on(address)
        .port(arguments.port)
        .implicit_port(arguments.implicit_port)
        .observe(watcher.observer());
    let given = paste::quoted(&arguments.scenario);
    let retry = format!("`mailfault serve {given} --port 0` takes a free one");
    let server = play::start(builder, &retry)?;
    if !address.is_loopback() {
        output::note("note: others can connect, and this server believes everybody");
    }

    let target = Target::new(scenario, &server, &files);
    let mut shown = show.view.ready(&target, files.out()).map_err(Error::from);
    let mut eof = std::pin::pin!(end_of_stdin(arguments.until_eof));
    while shown.is_ok() {
        let (number, event) = tokio::select! {
            biased;
            Some(happened) = events.recv() => happened,
            () = signals.next() => break,
            () = &mut eof => break,
        };
        shown = show.event(number, &event, || server.session(number));
        if arguments.once && matches!(event.what, What::Ended(_)) {
            break;
        }
    }
    // Sessions that are open may come to their end, and are told as well.
    let report = server.stop();
    shown?;
    while let Ok((number, event)) = events.try_recv() {
        let sessions = &report.sessions;
        show.event(number, &event, || {
            sessions
                .iter()
                .find(|session| session.number == number)
                .cloned()
        })?;
    }
    if watcher.lost() > 0 {
        output::note(&format!(
            "note: {} events were not shown, they came too fast",
            watcher.lost()
        ));
    }
    Ok(show.view.end(&report)?)
}

/// Comes to pass when stdin ends, and never if nobody waits for that.
async fn end_of_stdin(wanted: bool) {
    if !wanted {
        return std::future::pending().await;
    }
    let (tell, told) = oneshot::channel();
    // A thread of its own, since nothing can interrupt a read of stdin; it ends with the process.
    std::thread::spawn(move || {
        let _ = io::copy(&mut io::stdin().lock(), &mut io::sink());
        let _ = tell.send(());
    });
    let _ = told.await;
}

/// Everything that wants to know what happens.
struct Show<'a> {
    view: Box<dyn View + 'a>,
    logs: Option<Logs>,
}

impl Show<'_> {
    fn event(
        &mut self,
        number: u64,
        event: &Event,
        session: impl FnOnce() -> Option<Session>,
    ) -> Result<(), Error> {
        self.view.event(number, event)?;
        if let Some(logs) = &mut self.logs {
            logs.event(number, event)?;
        }
        if !matches!(event.what, What::Ended(_)) {
            return Ok(());
        }
        // A session is forgotten if there were very many after it.
        let Some(session) = session() else {
            return Ok(());
        };
        if let Some(logs) = &mut self.logs {
            logs.session(&session, event)?;
        }
        Ok(self.view.session(&session)?)
    }
}

/// One way to show what happens on stdout.
trait View {
    /// Clients can connect.
    fn ready(&self, target: &Target, out: Option<&Path>) -> io::Result<()>;

    /// Something happened in a session.
    fn event(&self, number: u64, event: &Event) -> io::Result<()>;

    /// A session is over.
    fn session(&self, session: &Session) -> io::Result<()>;

    /// All is over.
    fn end(&self, report: &Report) -> io::Result<()>;
}
