//! A running server.

use std::net::SocketAddr;
use std::sync::{Arc, mpsc};
use std::thread::JoinHandle;
use std::time::Duration;

use mailfault_certs::Identity;

use super::House;
use super::builder::Builder;
use super::ending::{Teller, ending};
use super::listener::{self, Port};
use super::revocation::Responder;
use super::script::Script;
use crate::error::Error;
use crate::fault::Fault;
use crate::report::{Mail, Report, Session};

/// A mail server for a test: on a free port, on its own thread, gone when it is dropped.
///
/// It works from `#[test]` and `#[tokio::test]` alike, with blocking clients and with any
/// executor.
///
/// ```
/// use mailfault::{Fault, MockServer, Stage::*};
///
/// let server = MockServer::builder()
///     .fault(Fault::at(Rcpt).reply("550 5.1.1 no such user"))
///     .start();
/// // … a client sends to server.addr() …
/// let report = server.finish();
/// assert!(report.mail.is_empty());
/// ```
#[derive(Debug)]
pub struct MockServer {
    house: Arc<House>,
    addr: SocketAddr,
    implicit_addr: Option<SocketAddr>,
    crl_url: Option<String>,
    ocsp_url: Option<String>,
    patience: Duration,
    thread: Option<Thread>,
}

/// The server's own thread, and how it is told to end.
#[derive(Debug)]
struct Thread {
    teller: Teller,
    /// Everybody who waited was let in.
    closed: mpsc::Receiver<()>,
    handle: JoinHandle<()>,
}

pub(super) struct Settings {
    pub(super) house: Arc<House>,
    pub(super) port: Option<Port>,
    pub(super) implicit_port: Option<Port>,
    pub(super) patience: Duration,
    pub(super) responders: Vec<Responder>,
}

impl MockServer {
    /// A healthy server in clear.
    ///
    /// # Panics
    ///
    /// If no socket or thread can be had.
    #[must_use]
    #[track_caller]
    pub fn start() -> Self {
        Builder::default().start()
    }

    /// Begins the wish for a server.
    pub fn builder() -> Builder {
        Builder::default()
    }

    /// A server whose every session is this function: the escape hatch for a conversation that
    /// no fault describes. See [`Script`].
    ///
    /// # Panics
    ///
    /// If no socket or thread can be had.
    #[must_use]
    #[track_caller]
    pub fn script(session: impl Fn(&mut Script) + Send + Sync + 'static) -> Self {
        Builder::default().script(Arc::new(session)).start()
    }

    /// Where the server listens: the port with STARTTLS or in clear, or the implicit-TLS port
    /// where that is the only one.
    #[must_use]
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// Where the server listens for implicit TLS, if it does.
    #[must_use]
    pub fn implicit_addr(&self) -> Option<SocketAddr> {
        self.implicit_addr
    }

    /// Where the first of its [responders](Builder::responder) with a revocation list gives it out.
    #[must_use]
    pub fn crl_url(&self) -> Option<&str> {
        self.crl_url.as_deref()
    }

    /// Where the first of its [responders](Builder::responder) for OCSP answers.
    #[must_use]
    pub fn ocsp_url(&self) -> Option<&str> {
        self.ocsp_url.as_deref()
    }

    /// The messages that were taken so far.
    #[must_use]
    pub fn mail(&self) -> Vec<Mail> {
        self.house.ledger.mail()
    }

    /// Waits until `count` messages were taken, and returns them: for a client that sends in the
    /// background.
    ///
    /// # Panics
    ///
    /// If fewer came in time; the text holds the transcripts.
    #[must_use]
    #[track_caller]
    pub fn wait_for_mail(&self, count: usize, patience: Duration) -> Vec<Mail> {
        if !self.house.ledger.wait_for_mail(count as u64, patience) {
            let report = self.house.ledger.report();
            panic!(
                "{} of {count} messages came within {patience:?}\n{report}",
                report.mail.len()
            );
        }
        self.mail()
    }

    /// What happened so far. A session that is still open may not have told everything:
    /// [`finish`](Self::finish) waits for it.
    #[must_use]
    pub fn report(&self) -> Report {
        self.house.ledger.report()
    }

    /// One session so far, by its number, without the cost of a whole report; `None` if there was
    /// none, or if it was forgotten because there were too many.
    #[must_use]
    pub fn session(&self, number: u64) -> Option<Session> {
        self.house.ledger.session(number)
    }

    /// Installs another fault, behind those that are there.
    pub fn add_fault(&self, fault: Fault) {
        self.house.ledger.state().plan.install(fault);
    }

    /// Takes all faults out. What they did stays in the report.
    pub fn clear_faults(&self) {
        let mut state = self.house.ledger.state();
        let retired = state.plan.clear();
        let retired = retired.into_iter().map(|one| (one.fault, one.fired));
        state.retired.extend(retired);
    }

    /// Shows another certificate from the next handshake on, with STARTTLS and implicit TLS.
    ///
    /// # Panics
    ///
    /// If the server was started without TLS.
    #[track_caller]
    pub fn set_certificate(&self, identity: &Identity) {
        let listeners = [&self.house.starttls, &self.house.implicit];
        let mut set = listeners.iter().filter_map(|tls| tls.as_ref()).peekable();
        assert!(
            set.peek().is_some(),
            "this server has no TLS; start it with `starttls` or `implicit_tls`"
        );
        for tls in set {
            if let Err(error) = tls.set_certificate(identity) {
                panic!("{error}");
            }
        }
    }

    /// Waits until no session is open, at most as long as [`Builder::patience`] says, ends the
    /// server, and says what happened.
    ///
    /// # Panics
    ///
    /// If a fault with a count fired less often than it should have; the text holds the
    /// transcripts.
    #[allow(clippy::must_use_candidate)] // its check may be all that a test wants
    #[track_caller]
    pub fn finish(mut self) -> Report {
        let report = self.end();
        if let Some(text) = self.complaint(&report) {
            panic!("{text}");
        }
        report
    }

    /// As [`finish`](Self::finish), and faults that did not fire are nobody's failure.
    #[must_use]
    pub fn stop(mut self) -> Report {
        self.end()
    }

    pub(super) fn run(settings: Settings) -> Result<Self, Error> {
        let local = |port: &Port| port.address().map_err(no_thread);
        let addr = settings.port.as_ref().map(local).transpose()?;
        let implicit_addr = settings.implicit_port.as_ref().map(local).transpose()?;
        let addr = addr
            .or(implicit_addr)
            .ok_or_else(|| no_thread("no listener"))?;
        let house = Arc::clone(&settings.house);
        let patience = settings.patience;
        let mut responders = settings.responders.iter();
        let crl_url = responders.clone().find_map(Responder::crl_url);
        let ocsp_url = responders.find_map(Responder::ocsp_url);
        let thread = Thread::spawn(settings)?;
        Ok(Self {
            house,
            addr,
            implicit_addr,
            crl_url,
            ocsp_url,
            patience,
            thread: Some(thread),
        })
    }

    fn end(&mut self) -> Report {
        if let Some(thread) = self.thread.take() {
            thread.end(&self.house, self.patience);
        }
        self.house.ledger.report()
    }

    /// What a test should be told that is over.
    fn complaint(&self, report: &Report) -> Option<String> {
        let state = self.house.ledger.state();
        let unfired = state
            .plan
            .installed()
            .iter()
            .enumerate()
            .filter(|(_, installed)| installed.is_unfired())
            .map(|(index, installed)| {
                format!(
                    "fault {} ({}) fired {} of {} times",
                    index + 1,
                    installed.fault,
                    installed.fired,
                    installed.fault.count.times.unwrap_or_default(),
                )
            });
        let complaints: Vec<String> = unfired.chain(state.panics.iter().cloned()).collect();
        (!complaints.is_empty()).then(|| format!("{}\n{report}", complaints.join("\n")))
    }
}

impl Drop for MockServer {
    fn drop(&mut self) {
        if self.thread.is_none() {
            return;
        }
        // While another panic is on its way, that one is the story.
        if std::thread::panicking() {
            self.patience = Duration::ZERO;
            self.end();
            return;
        }
        let report = self.end();
        if let Some(text) = self.complaint(&report) {
            panic!("{text}");
        }
    }
}

impl Thread {
    fn spawn(settings: Settings) -> Result<Self, Error> {
        // Sessions live on the heap; the thread itself needs little.
        const STACK: usize = 512 * 1024;
        let (teller, mut ending, mut gone) = ending();
        // A channel of std: a test's own runtime forbids tokio's to block.
        let (closed_tell, closed) = mpsc::channel();
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_io()
            .enable_time()
            .build()
            .map_err(no_thread)?;
        let serve = async move {
            let Settings {
                house,
                port,
                implicit_port,
                responders,
                ..
            } = settings;
            // A client that is let in asks them until its session is over: they end with the runtime.
            for desk in responders.into_iter().flat_map(Responder::desks) {
                tokio::spawn(desk.open(Arc::clone(&house.ledger)));
            }
            let accept = |port, implicit_tls| {
                let (house, ending) = (Arc::clone(&house), ending.clone());
                tokio::spawn(listener::accept(house, port, implicit_tls, ending))
            };
            let tasks: Vec<_> = [(port, false), (implicit_port, true)]
                .into_iter()
                .filter_map(|(port, implicit_tls)| Some(accept(port?, implicit_tls)))
                .collect();
            for task in tasks {
                // An accept loop that failed has let in everybody it could.
                let _ = task.await;
            }
            let _ = closed_tell.send(());
            ending.end().await;
            drop(ending);
            // Scripts have threads of their own, which need the runtime to the last.
            let _ = gone.recv().await;
        };
        let handle = std::thread::Builder::new()
            .name("mailfault".to_owned())
            .stack_size(STACK)
            // The runtime lives and dies on this thread; its death ends every session.
            .spawn(move || runtime.block_on(serve))
            .map_err(no_thread)?;
        Ok(Self {
            teller,
            closed,
            handle,
        })
    }

    fn end(self, house: &House, patience: Duration) {
        self.teller.close();
        let _ = self.closed.recv();
        house.ledger.wait_until_quiet(patience);
        self.teller.end();
        let _ = self.handle.join();
    }
}

fn no_thread(error: impl std::fmt::Display) -> Error {
    Error::CannotListen {
        address: "loopback".to_owned(),
        why: error.to_string(),
        taken: false,
    }
}
