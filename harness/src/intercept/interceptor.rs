//! A running box.

use std::fmt;
use std::net::SocketAddr;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use mailfault_certs::{Der, Identity};

use super::builder::Builder;
use super::clash;
use super::ledger::{Ledger, Side};
use super::relay::Relay;
use super::report::Report;
use super::rules::{Certificate, Rules, Shown};
use super::tampering::Tampering;
use crate::error::Error;
use crate::report::Ended;
use crate::server::{Door, Port, Thread, no_thread};

/// A box in between: on a free port, on its own thread, gone when it is dropped.
///
/// ```
/// use mailfault::intercept::{Break, Interceptor};
/// use mailfault::{Ca, MockServer};
///
/// let server = MockServer::builder().starttls(Ca::new().issue("mx.test")).start();
/// let stripping = Interceptor::before(server.addr()).delete_starttls().start();
/// // … a client sends to stripping.addr() …
/// let report = stripping.finish();
/// assert!(report.sessions.is_empty());
/// ```
pub struct Interceptor {
    /// As it was started; what it opens TLS with is the same for ever.
    rules: Arc<Rules>,
    /// For the sessions that come.
    current: Arc<RwLock<Arc<Rules>>>,
    ledger: Arc<Ledger>,
    addr: SocketAddr,
    patience: Duration,
    thread: Option<Thread>,
}

impl Interceptor {
    /// Begins the wish for a box before this server, which must be on this machine.
    pub fn before(server: impl Into<SocketAddr>) -> Builder {
        Builder::new(server.into(), false)
    }

    /// The same before a server anywhere. Everything that a client says is sent there: name a
    /// machine whose owner knows of it.
    pub fn before_remote(server: impl Into<SocketAddr>) -> Builder {
        Builder::new(server.into(), true)
    }

    /// Where the box listens.
    #[must_use]
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// What it calls itself.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.rules.host
    }

    /// Shows another certificate from the next handshake on.
    ///
    /// # Panics
    ///
    /// If the box has none of its own to show, or TLS refuses this one.
    #[track_caller]
    pub fn set_certificate(&self, identity: &Identity) {
        if let Err(error) = self.try_set_certificate(identity) {
            panic!("{error}");
        }
    }

    /// As [`set_certificate`](Self::set_certificate).
    ///
    /// # Errors
    ///
    /// [`Error::BadSetting`] if the box has none of its own to show, [`Error::BadTls`] if TLS
    /// refuses this one.
    pub fn try_set_certificate(&self, identity: &Identity) -> Result<(), Error> {
        let opens = self.rules.opens.as_ref();
        let Some((Certificate::Own(shown), wish)) = opens.map(|one| (&one.certificate, &one.wish))
        else {
            return Err(Error::BadSetting {
                what: "certificate",
                why: "this box shows no certificate of its own; start it with `terminate_tls`"
                    .to_owned(),
            });
        };
        *shown.write().unwrap_or_else(PoisonError::into_inner) = Shown::new(identity, wish)?;
        Ok(())
    }

    /// Passes everything on as it is from the next session on, TLS included; or does again what it
    /// was started to do.
    pub fn pass_all(&self, on: bool) {
        let mut current = self.current.write().unwrap_or_else(PoisonError::into_inner);
        *current = match on {
            true => Arc::new(Rules {
                tampering: Vec::new(),
                opens: None,
                says_own_name: false,
                ..Rules::clone(&self.rules)
            }),
            false => Arc::clone(&self.rules),
        };
    }

    /// Whether everything is passed on as it is.
    #[must_use]
    pub fn passes_all(&self) -> bool {
        let current = self.current.read().unwrap_or_else(PoisonError::into_inner);
        current.are_none()
    }

    /// Changes what the box does, from the next session on: what an administrator does who turns an
    /// inspection off.
    ///
    /// ```
    /// use mailfault::MockServer;
    /// use mailfault::intercept::Interceptor;
    ///
    /// let server = MockServer::start();
    /// let firewall = Interceptor::before(server.addr()).delete_starttls().start();
    /// firewall.set_tampering(Vec::clear)?;
    /// assert!(firewall.tampering().is_empty());
    /// # Ok::<(), mailfault::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::NoSuchFault`] for what does not go together; then nothing is changed.
    pub fn set_tampering(&self, change: impl FnOnce(&mut Vec<Tampering>)) -> Result<(), Error> {
        let mut current = self.current.write().unwrap_or_else(PoisonError::into_inner);
        let mut rules = Rules::clone(&current);
        change(&mut rules.tampering);
        clash::among(&rules.tampering, rules.opens_tls())?;
        *current = Arc::new(rules);
        Ok(())
    }

    /// What the box does to the sessions that come.
    #[must_use]
    pub fn tampering(&self) -> Vec<Tampering> {
        let current = self.current.read().unwrap_or_else(PoisonError::into_inner);
        current.tampering.clone()
    }

    /// The certificate of its own that the box shows now, if it has one.
    #[must_use]
    pub fn certificate(&self) -> Option<Identity> {
        match &self.rules.opens.as_ref()?.certificate {
            Certificate::Own(shown) => {
                let shown = shown.read().unwrap_or_else(PoisonError::into_inner);
                Some(shown.identity.clone())
            }
            Certificate::Resigned { .. } => None,
        }
    }

    /// The authority that signs again what servers show, if the box has one: whoever trusts it
    /// notices nothing.
    #[must_use]
    pub fn inspection_root(&self) -> Option<Der> {
        match &self.rules.opens.as_ref()?.certificate {
            Certificate::Own(_) => None,
            Certificate::Resigned { by, .. } => Some(by.der().clone()),
        }
    }

    /// What happened so far. A session that is still open may not have told everything:
    /// [`finish`](Self::finish) waits for it.
    #[must_use]
    pub fn report(&self) -> Report {
        self.ledger.report()
    }

    /// Waits until no session is open, at most as long as [`Builder::patience`] says, ends the box,
    /// and says what happened.
    #[allow(clippy::must_use_candidate)] // its end may be all that a test wants
    pub fn finish(mut self) -> Report {
        self.end();
        self.ledger.report()
    }

    pub(super) fn run(
        rules: Arc<Rules>,
        ledger: Arc<Ledger>,
        port: Port,
        patience: Duration,
    ) -> Result<Self, Error> {
        let addr = port.address().map_err(no_thread)?;
        let current = Arc::new(RwLock::new(Arc::clone(&rules)));
        let begin = {
            let (current, ledger) = (Arc::clone(&current), Arc::clone(&ledger));
            Box::new(move |stream, peer, _: &_| {
                let rules = Arc::clone(&current.read().unwrap_or_else(PoisonError::into_inner));
                let server = rules.next_server();
                let (recorder, open) = ledger.open(peer, server);
                if open > rules.bounds.concurrent {
                    recorder.note_both("there are too many sessions");
                    recorder.ended(Side::Client, Ended::ByServer);
                    return;
                }
                tokio::spawn(Relay::hold(rules, stream, peer, server, recorder));
            })
        };
        let thread = Thread::spawn(vec![Door { port, begin }], || {})?;
        Ok(Self {
            rules,
            current,
            ledger,
            addr,
            patience,
            thread: Some(thread),
        })
    }

    fn end(&mut self) {
        if let Some(thread) = self.thread.take() {
            thread.end(|| self.ledger.wait_until_quiet(self.patience));
        }
    }
}

impl Drop for Interceptor {
    fn drop(&mut self) {
        // While a panic is on its way, that one is the story.
        if std::thread::panicking() {
            self.patience = Duration::ZERO;
        }
        self.end();
    }
}

impl fmt::Debug for Interceptor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Interceptor")
            .field("addr", &self.addr)
            .field("before", &self.rules.servers)
            .finish_non_exhaustive()
    }
}
