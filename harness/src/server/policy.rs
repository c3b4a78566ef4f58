//! Rules of a server that are neither faults nor the conversation's own.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::SystemTime;

use crate::fault::Stage;
use crate::report::{Mail, Tls};
use crate::smtp::Reply;

/// What a healthy server with rules of its own refuses: asked where the conversation itself has
/// nothing to object, before the plan of faults. `None` lets the usual reply stand.
pub(crate) type Policy = Arc<dyn Fn(&Question<'_>) -> Option<Reply> + Send + Sync>;

/// Sees a message that is taken, before the client can know. It must not ask the server anything:
/// the ledger is at work.
pub(crate) type Keeper = Arc<dyn Fn(&Mail, &Question<'_>) + Send + Sync>;

/// What a session knows when it asks. Only the models have rules.
#[cfg_attr(not(feature = "models"), allow(dead_code))]
#[derive(Clone, Copy, Debug)]
pub(crate) struct Question<'a> {
    /// `Greeting`, `Mail`, `Rcpt` or `Body`.
    pub(crate) stage: Stage,
    /// The client's address.
    pub(crate) ip: IpAddr,
    /// How many sessions that address had open when this one began, itself included.
    pub(crate) connections: usize,
    /// Who is logged in.
    pub(crate) user: Option<&'a str>,
    /// The TLS connection.
    pub(crate) tls: Option<&'a Tls>,
    /// Whether TLS began with X-ANONYMOUSTLS.
    pub(crate) anonymous_tls: bool,
    /// The address of MAIL, without angle brackets; empty before it.
    pub(crate) sender: &'a str,
    /// The address of RCPT, where that is asked about.
    pub(crate) recipient: &'a str,
    /// The content, where that is asked about.
    pub(crate) content: &'a [u8],
    /// What time it is for the server.
    pub(crate) now: SystemTime,
}
