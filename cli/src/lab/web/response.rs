//! Answers, with the headers that all of them have.

use std::pin::Pin;
use std::task::{Context, Poll};

use http_body_util::{Either, Full};
use hyper::body::{Body, Bytes, Frame};
use hyper::header::{self, HeaderName, HeaderValue};
use hyper::{Response, StatusCode};
use serde::Serialize;
use tokio::sync::mpsc::Receiver;

use crate::lab::seat::Refused;

/// An answer.
pub(crate) type Answer = Response<Either<Full<Bytes>, Stream>>;

/// What is sent piece by piece.
pub(crate) struct Stream(pub(crate) Receiver<Bytes>);

impl Body for Stream {
    type Data = Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        let next = self.0.poll_recv(context);
        next.map(|bytes| bytes.map(|bytes| Ok(Frame::data(bytes))))
    }
}

/// What every answer says: nothing of it is kept, embedded, or told to others, and it needs nothing
/// that is not ours.
const ALWAYS: [(HeaderName, &str); 7] = [
    (header::CACHE_CONTROL, "no-store"),
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    ),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (
        HeaderName::from_static("cross-origin-opener-policy"),
        "same-origin",
    ),
    (
        HeaderName::from_static("cross-origin-resource-policy"),
        "same-origin",
    ),
];

/// A whole answer.
pub(crate) fn whole(status: StatusCode, kind: &'static str, body: impl Into<Bytes>) -> Answer {
    with(status, kind, Either::Left(Full::new(body.into())))
}

/// One that goes on.
pub(crate) fn stream(kind: &'static str, pieces: Receiver<Bytes>) -> Answer {
    with(StatusCode::OK, kind, Either::Right(Stream(pieces)))
}

/// A value as JSON.
pub(crate) fn json(status: StatusCode, value: &impl Serialize) -> Answer {
    match serde_json::to_vec(value) {
        Ok(body) => whole(status, "application/json", body),
        Err(error) => wrong(StatusCode::INTERNAL_SERVER_ERROR, &error.to_string()),
    }
}

/// A file to keep.
pub(crate) fn file(name: &str, kind: &'static str, body: impl Into<Bytes>) -> Answer {
    let mut answer = whole(StatusCode::OK, kind, body);
    let named = format!("attachment; filename=\"{name}\"");
    if let Ok(named) = HeaderValue::from_str(&named) {
        answer
            .headers_mut()
            .insert(header::CONTENT_DISPOSITION, named);
    }
    answer
}

/// What is wrong with a request, in words.
pub(crate) fn wrong(status: StatusCode, what: &str) -> Answer {
    json(status, &serde_json::json!({ "error": what }))
}

impl From<Refused> for Answer {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::Busy => wrong(StatusCode::CONFLICT, "something else is being done"),
            Refused::Closed(why) => wrong(StatusCode::CONFLICT, &why),
            Refused::Failed => wrong(StatusCode::INTERNAL_SERVER_ERROR, "the lab broke down"),
            Refused::NoQuestion => wrong(StatusCode::CONFLICT, "nobody asked anything"),
            Refused::Unknown => wrong(StatusCode::NOT_FOUND, "there is no such thing"),
        }
    }
}

fn with(status: StatusCode, kind: &'static str, body: Either<Full<Bytes>, Stream>) -> Answer {
    let mut answer = Response::new(body);
    *answer.status_mut() = status;
    let headers = answer.headers_mut();
    for (name, value) in ALWAYS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    answer
}
