//! Everything that wants to know what happens, on a thread of its own: a reader of stdout that
//! does not read must keep nobody from ending the command.

use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use mailfault::{Event, MockServer, Report, Session, What};
use tokio::sync::{mpsc, oneshot};

use super::logs::Logs;
use super::watch::Message;
use crate::error::Error;
use crate::play::Target;

/// One way to show what happens on stdout.
pub(super) trait View: Send {
    /// Clients can connect.
    fn ready(&self, target: &Target, out: Option<&Path>) -> io::Result<()>;

    /// Something happened in a session.
    fn event(&self, number: u64, event: &Event) -> io::Result<()>;

    /// A session is over.
    fn session(&self, session: &Session) -> io::Result<()>;

    /// All is over.
    fn end(&self, report: &Report) -> io::Result<()>;
}

/// The server, as long as it runs.
pub(super) type Running = Arc<Mutex<Option<MockServer>>>;

/// Ends the server; what has happened is still on its way to the queue until this returns.
pub(super) fn stop(running: &Running) -> Report {
    let server = running
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .take();
    server.map(MockServer::stop).unwrap_or_default()
}

pub(super) struct Show {
    pub(super) view: Box<dyn View>,
    pub(super) logs: Option<Logs>,
    pub(super) server: Running,
}

impl Show {
    /// Shows what happens until all is over or nobody looks; tells how it went.
    pub(super) fn start(
        mut self,
        messages: mpsc::Receiver<Message>,
    ) -> oneshot::Receiver<Result<(), Error>> {
        let (tell, told) = oneshot::channel();
        std::thread::spawn(move || tell.send(self.until_end(messages)));
        told
    }

    fn until_end(&mut self, mut messages: mpsc::Receiver<Message>) -> Result<(), Error> {
        // Sessions that came to their end with the server.
        let mut late = Vec::new();
        while let Some(message) = messages.blocking_recv() {
            match message {
                Message::Event(number, event) => {
                    self.event(number, &event)?;
                    if !matches!(event.what, What::Ended(_)) {
                        continue;
                    }
                    match self.session_of(number) {
                        Some(session) => self.session(&session, &event)?,
                        None => late.push((number, event)),
                    }
                }
                Message::End(report) => {
                    for (number, event) in late {
                        let mut sessions = report.sessions.iter();
                        // One that was forgotten had very many after it.
                        if let Some(session) = sessions.find(|one| one.number == number) {
                            self.session(session, &event)?;
                        }
                    }
                    return Ok(self.view.end(&report)?);
                }
            }
        }
        Ok(())
    }

    fn event(&mut self, number: u64, event: &Event) -> Result<(), Error> {
        self.view.event(number, event)?;
        match &mut self.logs {
            Some(logs) => logs.event(number, event),
            None => Ok(()),
        }
    }

    /// Shows a session that is over; `end` is its last event.
    fn session(&mut self, session: &Session, end: &Event) -> Result<(), Error> {
        if let Some(logs) = &mut self.logs {
            logs.session(session, end)?;
        }
        Ok(self.view.session(session)?)
    }

    fn session_of(&self, number: u64) -> Option<Session> {
        let server = self.server.lock().unwrap_or_else(PoisonError::into_inner);
        server.as_ref()?.session(number)
    }
}
