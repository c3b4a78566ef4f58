//! A session, told as Exchange tells it.

use std::time::{Duration, SystemTime};

use super::{ClientCertificateStatus, ReceiveContext};
use crate::certificate_facts::CertificateFacts;
use crate::exchange::log::authentication::{Authentication, CHALLENGE, Replied};
use crate::exchange::log::certificate::{self, REMOTE, SENDING};
use crate::exchange::log::era::Era;
use crate::exchange::log::pen::Pen;
use crate::exchange::log::reply;
use crate::exchange::log::row::{Row, RowEvent};
use crate::exchange::log::send::Disconnect;
use crate::exchange::log::timestamp;
use crate::exchange::log::tls_sentence::{Negotiated, Side, tls_sentence};
use crate::report::{Ended, Event, Session, What};
use crate::smtp::{Command, parse_command};

/// A session on its way into a log.
pub(super) struct Telling<'a> {
    session: &'a Session,
    context: &'a ReceiveContext,
    pen: Pen,
    tls: Tls,
    authentication: Authentication,
    /// A wait before a refusal is told when it is known what it is for.
    tarpit: Option<(SystemTime, Duration)>,
    /// MAIL was said and not answered.
    mail: bool,
    messages: u64,
    /// What became of the client's certificate was told.
    status_told: bool,
}

/// How far TLS is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Tls {
    No,
    /// STARTTLS was said and not answered.
    Asked,
    UnderWay,
    Done,
}

impl<'a> Telling<'a> {
    pub(super) fn new(session: &'a Session, context: &'a ReceiveContext) -> Self {
        let mut pen = Pen::new(&context.connector, format!("{:016X}", session.id));
        pen.local = context.local.to_string();
        pen.remote = session.peer.to_string();
        Self {
            session,
            context,
            pen,
            tls: Tls::No,
            authentication: Authentication::default(),
            tarpit: None,
            mail: false,
            messages: 0,
            status_told: false,
        }
    }

    pub(super) fn tell(mut self) -> Vec<Row> {
        let began = self.session.began;
        self.pen.data(began, RowEvent::Connect, "");
        let permissions = self.context.permissions.as_str();
        self.pen.tell(began, permissions, "Set Session Permissions");
        // Exchange has no such port; if it had, TLS would begin here.
        if self.session.implicit_tls {
            self.begin_tls(began);
        }
        for event in self.session.transcript.events() {
            self.event(event);
        }
        self.pen.rows
    }

    fn event(&mut self, event: &Event) {
        let began = self.session.began;
        let time = began.checked_add(event.at).unwrap_or(began);
        match &event.what {
            What::Client(line) => self.client(time, line),
            What::Server(bytes) => self.server(time, bytes),
            What::Tls(_) => self.secured(time),
            What::Tarpit(wait) => self.tarpit = Some((time, *wait)),
            What::Ended(how) => self.ended(time, *how),
            // Content is not logged, and of alerts only that TLS failed.
            _ => {}
        }
    }

    fn client(&mut self, time: SystemTime, line: &[u8]) {
        if self.tls == Tls::UnderWay {
            // A fault spoke in clear instead of TLS.
            self.tls = Tls::No;
        }
        let Some(shown) = self.authentication.shown(line) else {
            return;
        };
        let command = parse_command(&shown);
        self.pen.data(time, RowEvent::Receive, shown);
        match command {
            Command::Ehlo(_) if self.tls == Tls::Done => self.status(time),
            Command::StartTls if self.tls != Tls::Done => self.tls = Tls::Asked,
            Command::Mail(_) => self.mail = true,
            _ => {}
        }
    }

    fn server(&mut self, time: SystemTime, bytes: &[u8]) {
        for reply in reply::read(bytes) {
            let code = reply::code(&reply);
            let replied = self.authentication.replied(code);
            let before = self.tarpit.map_or(time, |(since, _)| since);
            self.login(before, &replied);
            self.wait_told();
            if std::mem::take(&mut self.mail) && code == Some(250) {
                self.receiving(before);
            }
            let (event, era) = (RowEvent::Send, self.context.era);
            match replied {
                Replied::Challenge => self.pen.data(time, event, CHALLENGE),
                _ => reply::write(&mut self.pen, time, event, era, reply),
            }
            if self.tls == Tls::Asked {
                self.tls = Tls::No;
                if matches!(code, Some(220 | 250)) {
                    self.begin_tls(time);
                }
            }
        }
    }

    /// What stands in front of the reply to a login. A refusal was seen in public logs; how a
    /// success is told is known by its word alone.
    fn login(&mut self, time: SystemTime, replied: &Replied) {
        match replied {
            Replied::LoggedIn { user } => self.pen.tell(time, user, "authenticated"),
            Replied::Refused { mechanism, user } => {
                let why = format!("Inbound AUTH {mechanism} failed because of LogonDenied");
                self.pen.tell(time, "", why);
                if let Some(user) = user {
                    self.pen.tell(time, "", format!("User Name: {user}"));
                }
            }
            Replied::Challenge | Replied::Other => {}
        }
    }

    /// Tells of a wait that is over.
    fn wait_told(&mut self) {
        if let Some((since, wait)) = self.tarpit.take() {
            let data = format!("Tarpit for '{}'", time_span(wait));
            self.pen.data(since, RowEvent::Information, data);
        }
    }

    /// A message begins. In the public log that shows it, the time is that of the session's
    /// beginning, and the row stands in front of the reply to MAIL.
    fn receiving(&mut self, time: SystemTime) {
        self.messages += 1;
        let (id, began) = (&self.pen.session, timestamp::write(self.session.began));
        let data = format!("{id};{began};{}", self.messages);
        self.pen.tell(time, data, "receiving message");
    }

    fn begin_tls(&mut self, time: SystemTime) {
        self.tls = Tls::UnderWay;
        let presented = self.session.presented.as_ref();
        let presented = presented.and_then(CertificateFacts::read);
        if let Some(facts) = presented.as_ref().or(self.context.certificate.as_ref()) {
            certificate::write(&mut self.pen, time, self.context.era, SENDING, facts);
        }
    }

    /// TLS is there. On the receive side it is inferred that the client's certificate comes
    /// first, as on the send side that of the server does.
    fn secured(&mut self, time: SystemTime) {
        self.tls = Tls::Done;
        let Some(tls) = &self.session.tls else {
            return;
        };
        if let Some(facts) = tls
            .client_certificate
            .first()
            .and_then(CertificateFacts::read)
        {
            certificate::write(&mut self.pen, time, self.context.era, REMOTE, &facts);
        }
        let presented = self.session.presented.as_ref();
        let key_bits = presented.and_then(certificate::rsa_bits).unwrap_or(0);
        let sentence = tls_sentence(&Negotiated::of(tls, key_bits), Side::Server);
        self.pen.tell(time, "", sentence);
    }

    /// What became of the client's certificate; told once, behind the first EHLO inside TLS.
    fn status(&mut self, time: SystemTime) {
        let told = std::mem::replace(&mut self.status_told, true);
        if told || self.context.era == Era::PerLine {
            return;
        }
        let sent = match &self.session.tls {
            Some(tls) => !tls.client_certificate.is_empty(),
            None => false,
        };
        let status = match sent {
            true => self.context.client_certificate.clone(),
            false => Some(ClientCertificateStatus::none()),
        };
        if let Some(status) = status {
            let chain = &status.chain;
            let context = format!("Client certificate chain validation status: '{chain}'");
            self.pen.tell(time, "", context);
            self.pen.tell(time, "", status.to_string());
        }
    }

    fn ended(&mut self, time: SystemTime, how: Ended) {
        self.wait_told();
        let Some(why) = self.who_ended(how) else {
            return;
        };
        if self.tls == Tls::UnderWay {
            // The word for everything that the network did is `SocketError`; whether a client's
            // alert has another one is not known.
            let failed = "TLS negotiation failed with error SocketError";
            self.pen.tell(time, "", failed);
        }
        self.pen.disconnect(time, why.context());
    }

    /// `None` if the session is not over.
    fn who_ended(&self, how: Ended) -> Option<Disconnect> {
        let alerted = |event: &Event| matches!(event.what, What::AlertFromClient(_));
        Some(match how {
            Ended::ByClient => Disconnect::Remote,
            Ended::ByClientReset => Disconnect::RemoteSocketError,
            Ended::ByTls if self.session.transcript.events().iter().any(alerted) => {
                Disconnect::Remote
            }
            Ended::ByServer
            | Ended::ByServerReset
            | Ended::ByTls
            | Ended::Idle
            | Ended::TooLong => Disconnect::Local,
            Ended::StillOpen => return None,
        })
    }
}

/// `0.00:00:05`: days, hours, minutes and seconds, and milliseconds if there are any.
pub(super) fn time_span(wait: Duration) -> String {
    let seconds = wait.as_secs();
    let (days, hours) = (seconds / 86_400, seconds / 3_600 % 24);
    let (minutes, rest) = (seconds / 60 % 60, seconds % 60);
    let span = format!("{days}.{hours:02}:{minutes:02}:{rest:02}");
    match wait.subsec_millis() {
        0 => span,
        milliseconds => format!("{span}.{milliseconds:03}"),
    }
}
