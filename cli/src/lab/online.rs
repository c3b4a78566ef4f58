//! A lab, or a class of them, on pages until the command is told to end.

use std::future::Future;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use mailfault::cast::Cast;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use super::class::{Class, allow_many, csv};
use super::seat::Seat;
use super::web::{self, Site, Token};
use super::{Arguments, end, report};
use crate::error::{Ended, Error};
use crate::output;
use crate::signals::{Signals, end_of_stdin, runtime};

/// How long a command of the shell may take to end when everything does.
const LAST_COMMANDS: Duration = Duration::from_secs(2);

pub(super) fn online(arguments: &Arguments, cast: Cast) -> Result<Ended, Error> {
    let runtime = runtime().map_err(|error| Error::new(format!("cannot wait: {error}")))?;
    let ended = match arguments.class {
        Some(size) => runtime.block_on(class(arguments, cast, size.into())),
        None => runtime.block_on(alone(arguments, &cast)),
    };
    runtime.shutdown_timeout(LAST_COMMANDS);
    ended
}

async fn alone(arguments: &Arguments, cast: &Cast) -> Result<Ended, Error> {
    let signals = signals()?;
    let lab = Arc::new(super::open(cast, arguments.seed)?);
    let listener = bind(arguments).await?;
    let address = local(&listener)?;
    let token = token()?;
    let seat = Seat::alone();
    seat.begin(Arc::clone(&lab) as Arc<_>);
    let url = format!("http://{address}/{token}/");
    match arguments.json {
        true => output::json(&json!({ "ready": true, "url": url }))?,
        false => output::line(format!(
            "The lab is at {url}\nWhoever has this address has the lab. Ctrl+C ends it."
        ))?,
    }
    let site = Site::of(token, Arc::clone(&seat));
    until_told(arguments, signals, web::serve(listener, site)).await;
    seat.close(Some("the lab has ended".to_owned()), None);
    let report = tokio::task::spawn_blocking(move || lab.report()).await;
    let report = report.map_err(|_| Error::new("the lab broke down"))??;
    match arguments.json {
        true => output::json(&report_line(&report))?,
        false => super::say(&report)?,
    }
    end(arguments, &report)
}

/// A report, as the last line of `--json`.
fn report_line(lab: &mailfault::lab::LabReport) -> Value {
    let mut value = report::as_json(lab);
    value["event"] = "report".into();
    value
}

async fn class(arguments: &Arguments, cast: Cast, size: usize) -> Result<Ended, Error> {
    let signals = signals()?;
    if let Some(file) = &arguments.report
        && file.extension().is_none_or(|end| end != "csv")
    {
        let what = format!("`{}`: the report of a class ends in `.csv`", file.display());
        return Err(Error::new(what));
    }
    allow_many();
    // Before anybody sits there and waits: whether it is a lab at all.
    drop(super::open(&cast, None)?);
    let first = match arguments.seed {
        Some(seed) => seed,
        None => getrandom::u32().map_err(|error| no_chance(&error))?.into(),
    };
    let takes = Duration::from_secs(60 * arguments.minutes);
    let class = Class::new(cast, size, first, takes).map_err(|error| no_chance(&error))?;
    let listener = bind(arguments).await?;
    let address = local(&listener)?;
    if !address.ip().is_loopback() {
        output::note("note: others can connect, and nothing is encrypted; in closed networks only");
    }
    let token = token()?;
    let trainer = format!("http://{address}/{token}/");
    let urls = class.trainees().iter();
    let urls: Vec<_> = urls
        .map(|one| format!("http://{address}/{}/", one.token))
        .collect();
    match arguments.json {
        true => output::json(&json!({
            "ready": true, "trainer": trainer, "trainees": urls, "seed": first,
        }))?,
        false => {
            let mut text = format!("The trainer's page: {trainer}\n\n");
            for (number, url) in urls.iter().enumerate() {
                text += &format!("trainee {:>3}: {url}\n", number + 1);
            }
            let again = format!("`--seed {first}` gives the same labs again.");
            output::line(format!("{text}\nThe trainer's page begins it. {again}"))?;
        }
    }
    let site = Site::of_class(token, Arc::clone(&class));
    until_told(arguments, signals, web::serve(listener, site)).await;
    class.stop();
    if let Some(file) = &arguments.report {
        let written = std::fs::write(file, csv::results(&class));
        written.map_err(|error| Error::system("write", file, &error))?;
    }
    Ok(Ended::AsExpected)
}

async fn until_told(
    arguments: &Arguments,
    mut signals: Signals,
    serving: impl Future<Output = ()>,
) {
    tokio::select! {
        () = serving => {}
        () = signals.next() => {}
        () = end_of_stdin(), if arguments.until_eof => {}
    }
}

fn signals() -> Result<Signals, Error> {
    Signals::new().map_err(|error| Error::new(format!("cannot wait for signals: {error}")))
}

fn token() -> Result<Token, Error> {
    Token::new().map_err(|error| no_chance(&error))
}

fn no_chance(error: &getrandom::Error) -> Error {
    Error::new(format!("the system gives no random numbers: {error}"))
}

async fn bind(arguments: &Arguments) -> Result<TcpListener, Error> {
    let ip: IpAddr = arguments.expose.unwrap_or(Ipv4Addr::LOCALHOST.into());
    let address = SocketAddr::new(ip, arguments.port);
    TcpListener::bind(address).await.map_err(|error| {
        Error::new(format!("cannot listen on {address}: {error}"))
            .hint("without `--port` it takes a free one")
    })
}

fn local(listener: &TcpListener) -> Result<SocketAddr, Error> {
    let address = listener.local_addr();
    address.map_err(|error| Error::new(format!("cannot listen: {error}")))
}
