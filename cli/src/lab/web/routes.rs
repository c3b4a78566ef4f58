//! What can be asked at a seat.

use std::sync::Arc;
use std::time::Duration;

use hyper::body::Incoming;
use hyper::{Method, Request, StatusCode};
use serde::Deserialize;
use serde_json::json;

use super::response::{self, Answer};
use super::{body, events, log, page, query};
use crate::lab::played::Format;
use crate::lab::seat::{Refused, Seat};

#[derive(Deserialize)]
struct Line {
    line: String,
}

#[derive(Deserialize)]
struct Half {
    line: String,
    cursor: usize,
}

#[derive(Deserialize)]
struct Wait {
    /// Until something is due, if nobody says how long.
    minutes: Option<u64>,
}

#[derive(Deserialize)]
struct Row {
    row: String,
}

#[derive(Deserialize)]
struct Name {
    name: String,
}

#[derive(Deserialize)]
struct Nothing {}

/// No more than this can be waited at once: a week and a bit, longer than any queue keeps mail.
const LONGEST_WAIT: u64 = 10 * 24 * 60;

/// Answers a request to `/TOKEN/path`.
pub(crate) async fn answer(
    seat: &Arc<Seat>,
    path: &str,
    request: Request<Incoming>,
) -> Result<Answer, Answer> {
    let get = request.method() == Method::GET;
    match (path, get) {
        ("events", true) => {
            let last = request.headers().get("last-event-id");
            let last = last.and_then(|last| last.to_str().ok()?.parse().ok());
            let after = query::value(request.uri(), "after").and_then(|text| text.parse().ok());
            // The page asks with what it has; a browser that comes again by itself knows later.
            let after = last.or(after).unwrap_or(0);
            let viewer = seat.viewer().ok_or_else(too_many)?;
            Ok(response::stream(
                "text/event-stream",
                events::tell(viewer, after),
            ))
        }
        ("log", true) => {
            let of = |name| query::value(request.uri(), name).ok_or(Refused::Unknown);
            let (host, path) = (of("host")?, of("path")?);
            let text = seat.call(move |lab| lab.log(&host, &path)).await?;
            let text = text.ok_or(Refused::Unknown)?;
            Ok(response::json(StatusCode::OK, &log::shown(text)))
        }
        ("report.html", true) => report(seat, "report.html", "text/html; charset=utf-8").await,
        ("report.json", true) => report(seat, "report.json", "application/json").await,
        ("report.md", true) => report(seat, "report.md", "text/markdown; charset=utf-8").await,
        (_, true) => page::of_a_lab(path).ok_or_else(|| Refused::Unknown.into()),
        ("run", false) => {
            let Line { line } = posted(request).await?;
            let run = seat.run(line).await?;
            Ok(accepted(&json!({ "incomplete": !run })))
        }
        ("answer", false) => {
            let Line { line } = posted(request).await?;
            seat.answer(line)?;
            Ok(accepted(&json!({})))
        }
        ("complete", false) => {
            let Half { line, cursor } = posted(request).await?;
            if !line.is_char_boundary(cursor) {
                let what = "the cursor is not between two characters";
                return Err(response::wrong(StatusCode::BAD_REQUEST, what));
            }
            let mut found = seat.call(move |lab| lab.complete(&line, cursor)).await?;
            found.candidates.truncate(CANDIDATES);
            let found = json!({ "start": found.start, "candidates": found.candidates });
            Ok(response::json(StatusCode::OK, &found))
        }
        ("wait", false) => {
            let Wait { minutes } = posted(request).await?;
            if minutes.is_some_and(|minutes| minutes == 0 || minutes > LONGEST_WAIT) {
                let what = format!("a wait has 1 to {LONGEST_WAIT} minutes");
                return Err(response::wrong(StatusCode::BAD_REQUEST, &what));
            }
            seat.wait(minutes.map(|minutes| Duration::from_secs(60 * minutes)))?;
            Ok(accepted(&json!({})))
        }
        ("hint", false) => {
            let Nothing {} = posted(request).await?;
            let opened = seat.open_hint().await?;
            Ok(response::json(StatusCode::OK, &json!({ "opened": opened })))
        }
        ("grade", false) => {
            let Nothing {} = posted(request).await?;
            seat.check();
            Ok(accepted(&json!({})))
        }
        ("explain", false) => {
            let Row { row } = posted(request).await?;
            let sentences = seat.call(move |lab| lab.explain(&row)).await?;
            let found = json!({ "sentences": sentences });
            Ok(response::json(StatusCode::OK, &found))
        }
        ("name", false) => {
            let Name { name } = posted(request).await?;
            let printable = name.chars().filter(|c| !c.is_control());
            let name: String = printable.take(CHARACTERS_OF_A_NAME).collect();
            seat.rename(name.trim().to_owned());
            Ok(accepted(&json!({})))
        }
        _ => Err(Refused::Unknown.into()),
    }
}

/// More than anybody reads through.
const CANDIDATES: usize = 200;

const CHARACTERS_OF_A_NAME: usize = 60;

async fn report(seat: &Seat, name: &'static str, kind: &'static str) -> Result<Answer, Answer> {
    let format = Format::of(name).ok_or(Refused::Unknown)?;
    let text = seat.call(move |lab| lab.report(format)).await?;
    let text = text.map_err(|error| response::wrong(StatusCode::INTERNAL_SERVER_ERROR, &error))?;
    Ok(response::file(&format!("lab-{name}"), kind, text))
}

/// The body of a request, which must be a POST.
pub(crate) async fn posted<T: serde::de::DeserializeOwned>(
    request: Request<Incoming>,
) -> Result<T, Answer> {
    match *request.method() {
        Method::POST => body::read(request).await,
        _ => Err(response::wrong(
            StatusCode::METHOD_NOT_ALLOWED,
            "ask with GET or POST",
        )),
    }
}

fn accepted(value: &serde_json::Value) -> Answer {
    response::json(StatusCode::ACCEPTED, value)
}

fn too_many() -> Answer {
    let what = "too many pages show this lab already";
    response::wrong(StatusCode::SERVICE_UNAVAILABLE, what)
}
