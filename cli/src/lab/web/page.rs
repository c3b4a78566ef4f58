//! The pages, as they are sent.

use hyper::StatusCode;

use super::response::{Answer, whole};

const HTML: &str = "text/html; charset=utf-8";
const CSS: &str = "text/css; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";

/// A file of the page of a lab.
pub(crate) fn of_a_lab(path: &str) -> Option<Answer> {
    let (kind, text) = match path {
        "" => (HTML, include_str!("page/lab.html")),
        "lab.js" => (SCRIPT, include_str!("page/lab.js")),
        _ => return of_both(path),
    };
    Some(whole(StatusCode::OK, kind, text))
}

/// A file of the page of a class.
pub(crate) fn of_a_class(path: &str) -> Option<Answer> {
    let (kind, text) = match path {
        "" => (HTML, include_str!("page/class.html")),
        "class.js" => (SCRIPT, include_str!("page/class.js")),
        _ => return of_both(path),
    };
    Some(whole(StatusCode::OK, kind, text))
}

fn of_both(path: &str) -> Option<Answer> {
    let (kind, text) = match path {
        "lab.css" => (CSS, include_str!("page/lab.css")),
        "icon.svg" => ("image/svg+xml", include_str!("page/icon.svg")),
        _ => return None,
    };
    Some(whole(StatusCode::OK, kind, text))
}
