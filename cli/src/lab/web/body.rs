//! What a page sends: small, in JSON, and soon.

use std::time::Duration;

use http_body_util::{BodyExt as _, Limited};
use hyper::body::Incoming;
use hyper::header::CONTENT_TYPE;
use hyper::{Request, StatusCode};
use serde::de::DeserializeOwned;

use super::response::{Answer, wrong};

/// More than anybody types, and enough for a script that is pasted.
const OCTETS: usize = 64 << 10;

/// How long a request may take to arrive.
const PATIENCE: Duration = Duration::from_secs(10);

/// Reads the body of a request.
///
/// It must say that it is JSON: a form on somebody else's page cannot.
pub(crate) async fn read<T: DeserializeOwned>(request: Request<Incoming>) -> Result<T, Answer> {
    let kind = request.headers().get(CONTENT_TYPE);
    let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default();
    if !kind.trim().eq_ignore_ascii_case("application/json") {
        let what = "a body is `application/json`";
        return Err(wrong(StatusCode::UNSUPPORTED_MEDIA_TYPE, what));
    }
    let body = Limited::new(request.into_body(), OCTETS).collect();
    let body = match tokio::time::timeout(PATIENCE, body).await {
        Ok(Ok(body)) => body.to_bytes(),
        Ok(Err(error)) if error.is::<http_body_util::LengthLimitError>() => {
            let what = format!("a body has at most {OCTETS} octets");
            return Err(wrong(StatusCode::PAYLOAD_TOO_LARGE, &what));
        }
        Ok(Err(_)) => return Err(wrong(StatusCode::BAD_REQUEST, "the body did not arrive")),
        Err(_) => {
            return Err(wrong(
                StatusCode::REQUEST_TIMEOUT,
                "the body did not arrive",
            ));
        }
    };
    serde_json::from_slice(&body)
        .map_err(|error| wrong(StatusCode::BAD_REQUEST, &format!("not understood: {error}")))
}
