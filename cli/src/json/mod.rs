//! The shapes of `--json`. They are documented in docs/json.md: change both.

pub(crate) use event::Happened;
pub(crate) use ready::Ready;
pub(crate) use report::{Ran, Whole};
pub(crate) use session::Over;

mod event;
mod ready;
mod report;
mod session;

use serde::Serialize;

/// A TLS alert.
#[derive(Serialize)]
struct Alert {
    code: u8,
    name: &'static str,
}

impl From<mailfault::Alert> for Alert {
    fn from(alert: mailfault::Alert) -> Self {
        Self {
            code: alert.0,
            name: alert.name(),
        }
    }
}
