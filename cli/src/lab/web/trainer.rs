//! What a trainer can ask.

use std::sync::Arc;
use std::time::Duration;

use hyper::body::Incoming;
use hyper::{Method, Request, StatusCode};
use serde::Deserialize;
use serde_json::json;

use super::response::{self, Answer};
use super::routes::posted;
use super::{events, page};
use crate::lab::class::{Class, csv};
use crate::lab::seat::Refused;

#[derive(Deserialize)]
struct Nothing {}

#[derive(Deserialize)]
struct Extend {
    minutes: u64,
}

/// No more than this at once: a day.
const LONGEST: u64 = 24 * 60;

/// Answers a request to `/TOKEN/path`, where the token is the trainer's.
pub(crate) async fn answer(
    class: &Arc<Class>,
    path: &str,
    request: Request<Incoming>,
) -> Result<Answer, Answer> {
    let done = || response::json(StatusCode::ACCEPTED, &json!({}));
    match (path, request.method() == Method::GET) {
        ("events", true) => {
            let pieces = events::tell_of(Arc::clone(class));
            Ok(response::stream("text/event-stream", pieces))
        }
        ("results.csv", true) => {
            let text = csv::results(class);
            Ok(response::file(
                "results.csv",
                "text/csv; charset=utf-8",
                text,
            ))
        }
        (_, true) => page::of_a_class(path).ok_or_else(|| Refused::Unknown.into()),
        ("start", false) => {
            let Nothing {} = posted(request).await?;
            class.start();
            Ok(done())
        }
        ("stop", false) => {
            let Nothing {} = posted(request).await?;
            class.stop();
            Ok(done())
        }
        ("extend", false) => {
            let Extend { minutes } = posted(request).await?;
            if minutes == 0 || minutes > LONGEST {
                let what = format!("a class is extended by 1 to {LONGEST} minutes");
                return Err(response::wrong(StatusCode::BAD_REQUEST, &what));
            }
            class.extend(Duration::from_secs(60 * minutes));
            Ok(done())
        }
        _ => Err(Refused::Unknown.into()),
    }
}
