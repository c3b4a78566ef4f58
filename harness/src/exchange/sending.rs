//! The send connectors of a server, and what they have sent.

use std::net::SocketAddr;

use super::delivery::{Attempt, Attempting};
use super::log::{NextHop, Row, SendLog, TrackingRow, session_id};
use super::receive_connector::ProtocolLoggingLevel;
use super::selection::{self, TieBreak};
use super::send_connector::SendConnector;
use super::settings::{Changes, Settings};
use super::store::StoredCertificate;
use super::version::Version;
use super::{Exchange, State};
use crate::error::Error;
use crate::near::nearest;
use crate::report::Mail;
use crate::send::Message;

/// The send connectors of a server, and what they have sent.
#[derive(Debug)]
pub(super) struct Sending {
    /// As they are configured.
    configured: Vec<SendConnector>,
    /// As the Transport service read them last, with the store as it was then.
    loaded: Vec<SendConnector>,
    store: Vec<StoredCertificate>,
    attempts: u64,
    rows: std::collections::VecDeque<Row>,
    tracked: std::collections::VecDeque<TrackingRow>,
}

/// How many rows of the SmtpSend log are kept; the oldest are forgotten.
const ROWS: usize = 100_000;

impl Sending {
    pub(super) fn new(connectors: Vec<SendConnector>, store: &[StoredCertificate]) -> Self {
        Self {
            loaded: connectors.clone(),
            configured: connectors,
            store: store.to_vec(),
            attempts: 0,
            rows: std::collections::VecDeque::new(),
            tracked: std::collections::VecDeque::new(),
        }
    }

    /// What the Transport service does when it starts.
    pub(super) fn reload(&mut self, store: &[StoredCertificate]) {
        self.loaded.clone_from(&self.configured);
        self.store = store.to_vec();
    }

    /// The connectors as the service read them last.
    pub(super) fn loaded(&self) -> &[SendConnector] {
        &self.loaded
    }

    pub(super) fn tracked(&self) -> Vec<TrackingRow> {
        self.tracked.iter().cloned().collect()
    }

    pub(super) fn rows(&self) -> Vec<Row> {
        self.rows.iter().cloned().collect()
    }
}

fn position(all: &[SendConnector], name: &str) -> Result<usize, Error> {
    let found = all
        .iter()
        .position(|one| one.name.eq_ignore_ascii_case(name));
    found.ok_or_else(|| {
        let known: Vec<_> = all.iter().map(|one| one.name.as_str()).collect();
        Error::UnknownName {
            kind: "send connector",
            given: name.to_owned(),
            near: nearest(name, &known),
        }
    })
}

impl Exchange {
    /// The send connectors as they are configured.
    #[must_use]
    pub fn send_connectors(&self) -> Vec<SendConnector> {
        self.state().sending.configured.clone()
    }

    /// Changes a send connector: `Set-SendConnector`.
    ///
    /// # Errors
    ///
    /// [`Error::UnknownName`] if there is no such connector, [`Error::BadSetting`] if its
    /// properties do not go together; then nothing is changed.
    pub fn set_send_connector(
        &self,
        name: &str,
        change: impl FnOnce(&mut SendConnector),
    ) -> Result<(), Error> {
        let mut state = self.state();
        let at = position(&state.sending.configured, name)?;
        let mut changed = state.sending.configured[at].clone();
        change(&mut changed);
        changed.check()?;
        state.sending.configured[at] = changed;
        if self.settings.changes == Changes::AtOnce {
            state.reload_sending();
        }
        Ok(())
    }

    /// Tries once to deliver a message through a send connector to this address, and says what
    /// became of it. The connection is the caller's to name; nothing is looked up.
    ///
    /// Line ends of `content` are made CRLF.
    ///
    /// # Errors
    ///
    /// [`Error::UnknownName`] if there is no such connector.
    pub fn send<S: Into<String>>(
        &self,
        connector: &str,
        next_hop: SocketAddr,
        from: &str,
        to: impl IntoIterator<Item = S>,
        content: impl AsRef<[u8]>,
    ) -> Result<Attempt, Error> {
        self.attempt(connector, None, next_hop, &Message::new(from, to, content))
    }

    /// The same, for a host of this name; the first smart host of the connector if there is none.
    pub(super) fn attempt(
        &self,
        connector: &str,
        host: Option<&str>,
        next_hop: SocketAddr,
        message: &Message,
    ) -> Result<Attempt, Error> {
        let (connector, store, number) = {
            let mut state = self.state();
            let sending = &mut state.sending;
            let at = position(&sending.loaded, connector)?;
            sending.attempts += 1;
            let connector = sending.loaded[at].clone();
            (connector, sending.store.clone(), sending.attempts)
        };
        let now = self.settings.clock.now();
        let selection = connector.tls_certificate_name.as_ref().map(|name| {
            let tie_break = tie_break(&self.settings);
            let selection = selection::outbound(&store, name, tie_break, now);
            let chosen = selection.chosen.as_deref();
            let chosen = store.iter().find(|one| Some(one.thumbprint()) == chosen);
            (selection, chosen)
        });
        let id = session_id(self.settings.began, number);
        let mail = Mail {
            number,
            session: number,
            from: message.from.clone(),
            to: message.to.clone(),
            parameters: Vec::new(),
            recipient_parameters: Vec::new(),
            user: None,
            inside_tls: false,
            content: message.content().to_vec(),
        };
        let attempting = Attempting {
            host: connector.fqdn.as_deref().unwrap_or(&self.settings.fqdn),
            message,
            certificate: selection,
            roots: &self.settings.trusted_roots,
            to: next_hop,
            now,
            // Record ids of captures are a generation of the queue's database and a number in it.
            record: (1_150 << 32) + number,
            log: SendLog::new(
                &connector.name,
                id.clone(),
                self.settings.era,
                self.settings.clock.clone(),
            ),
            presented: Vec::new(),
            began_message: false,
            left: Vec::new(),
            connector: &connector,
        };
        let attempt = attempting.run();
        let first = connector.smart_hosts.first().map_or("", String::as_str);
        let next = NextHop {
            host: host.unwrap_or(first),
            address: next_hop,
            connector: &connector.name,
            session: &id,
        };
        let tracked = self.attempt_rows(&mail, &next, &attempt);
        let verbose = connector.protocol_logging_level == ProtocolLoggingLevel::Verbose;
        let mut state = self.state();
        state.keep(verbose.then_some(&attempt), tracked);
        drop(state);
        Ok(attempt)
    }
}

/// Which of several client certificates is sent. Exchange 2013 was seen to send the orphan of a
/// renewal, which came into the store first; what later versions do is taken from Microsoft's
/// blog. Uncertain.
fn tie_break(settings: &Settings) -> TieBreak {
    settings.tie_break.unwrap_or(match settings.version {
        Version::Exchange2010 | Version::Exchange2013 => TieBreak::StoreOrder,
        _ => TieBreak::NewestExpiry,
    })
}

impl State {
    pub(super) fn keep(&mut self, logged: Option<&Attempt>, tracked: Vec<TrackingRow>) {
        let rows = &mut self.sending.rows;
        rows.extend(
            logged
                .iter()
                .flat_map(|attempt| attempt.rows.iter().cloned()),
        );
        let over = rows.len().saturating_sub(ROWS);
        rows.drain(..over);
        let tracking = &mut self.sending.tracked;
        tracking.extend(tracked);
        let over = tracking.len().saturating_sub(ROWS);
        tracking.drain(..over);
    }
}
