//! The message tracking log of a server that runs.

use std::time::SystemTime;

use super::delivery::{Attempt, AttemptEnding};
use super::listener::Run;
use super::log::{NextHop, TrackingKind, TrackingLog, TrackingRow, TrackingServer};
use super::{Exchange, Listener};
use crate::report::{Mail, Session, What};

impl Exchange {
    /// The message tracking logs, a file for each hour (each day in 2010): what came in and was
    /// delivered, and what became of each attempt to send.
    #[must_use]
    pub fn message_tracking_log(&self) -> Vec<TrackingLog> {
        let state = self.state();
        let listeners = state.listeners.iter().flatten();
        let received = listeners.flat_map(|listener| self.received_rows(listener));
        let mut rows: Vec<_> = received.chain(state.sending.tracked()).collect();
        rows.sort_by_key(|row| row.time);
        let version = self.settings.version.build();
        TrackingLog::by_file(TrackingKind::Transport, version, rows)
    }

    /// RECEIVE and DELIVER of each message that a connector took.
    fn received_rows(&self, listener: &Listener) -> Vec<TrackingRow> {
        let server = self.tracking_server(listener.addr.ip());
        let of_run = |run: &Run| {
            let connector = format!("{}\\{}", self.settings.name, run.connector.name);
            let sessions = run.sessions.iter().flat_map(|session| {
                let mail = run
                    .mail
                    .iter()
                    .filter(|mail| mail.session == session.number);
                mail.zip(taken(session))
                    .map(move |(mail, at)| (session, mail, at))
            });
            let rows = sessions.flat_map(|(session, mail, at)| {
                [
                    server.received(at, session, mail, &connector),
                    server.delivered(at, mail),
                ]
            });
            rows.collect::<Vec<_>>()
        };
        listener.runs().iter().flat_map(of_run).collect()
    }

    pub(super) fn tracking_server(&self, ip: std::net::IpAddr) -> TrackingServer {
        TrackingServer::new(&self.settings.name, ip, self.settings.version.build())
    }

    /// What an attempt to send makes of a message: a row for each fate that its recipients have.
    pub(super) fn attempt_rows(
        &self,
        mail: &Mail,
        next: &NextHop<'_>,
        attempt: &Attempt,
    ) -> Vec<TrackingRow> {
        let now = self.settings.clock.now();
        let server = self.tracking_server(self.settings.address);
        let only = |to: Vec<String>| Mail { to, ..mail.clone() };
        let of_left = attempt.left.iter().map(|(recipient, reply)| {
            let mail = only(vec![recipient.clone()]);
            let why = format!("{} {}", reply.code, reply.lines.join(" "));
            match reply.is_permanent() {
                true => server.failed(now, &mail, "SMTP", &why),
                false => server.deferred(now, &mail, next.connector, &why),
            }
        });
        let mut rest = mail.to.clone();
        rest.retain(|one| !attempt.left.iter().any(|(left, _)| left == one));
        let mail = only(rest);
        let of_rest = (!mail.to.is_empty()).then(|| match &attempt.ending {
            AttemptEnding::Delivered(said) => server.sent_external(now, &mail, next, said),
            AttemptEnding::Deferred(why) => server.deferred(now, &mail, next.connector, why),
            AttemptEnding::Refused(why) => server.failed(now, &mail, "SMTP", why),
        });
        of_rest.into_iter().chain(of_left).collect()
    }
}

/// When each message of a session was taken.
fn taken(session: &Session) -> impl Iterator<Item = SystemTime> {
    let events = session.transcript.events().iter();
    let replies = events.filter(
        |event| matches!(&event.what, What::Server(said) if said.starts_with(b"250 2.6.0 ")),
    );
    replies.map(|event| session.began + event.at)
}

#[cfg(test)]
mod tests {
    use std::io::{BufRead as _, BufReader, Write as _};

    use crate::exchange::{Exchange, Version};

    #[test]
    fn what_came_in_is_tracked() {
        let server = Exchange::builder(Version::Exchange2019).start();
        let mut client = std::net::TcpStream::connect(server.addr("Default Frontend")).unwrap();
        let lines = "EHLO c.test\r\nMAIL FROM:<a@c.test>\r\nRCPT TO:<bob@contoso.test>\r\nDATA\r\nSubject: one\r\n\r\nx\r\n.\r\nMAIL FROM:<a@c.test>\r\nRCPT TO:<bob@contoso.test>\r\nDATA\r\nSubject: two\r\n\r\nx\r\n.\r\nQUIT\r\n";
        client.write_all(lines.as_bytes()).unwrap();
        assert!(BufReader::new(client).lines().count() > 10);
        server.stop();
        let logs = server.message_tracking_log();
        let rows: Vec<_> = logs.iter().flat_map(|log| &log.rows).collect();
        let told: Vec<_> = rows
            .iter()
            .map(|row| (row.event.name(), row.message_subject.as_str()))
            .collect();
        assert_eq!(
            told,
            [
                ("RECEIVE", "one"),
                ("DELIVER", "one"),
                ("RECEIVE", "two"),
                ("DELIVER", "two")
            ]
        );
        assert_eq!(rows[0].connector, r"EX01\Default Frontend EX01");
        assert_eq!(rows[0].schema_version, "15.02.1118.007");
    }
}
