//! One SMTP session, from the accepted connection to its end.
//!
//! The loop asks the plan what shall happen at each stage and acts; it never decides by itself to
//! misbehave. Without faults it is a server by RFC 5321 and the extensions that its persona lists.

use std::sync::Arc;
use std::time::SystemTime;

use super::command::{self, Bad, Command};
use super::reply::Reply;
use super::transaction::Transaction;
use crate::fault::{Action, LooseEnd, Stage};
use crate::persona::{Facts, Replies};
use crate::plan::Tally;
use crate::report::{Ended, Tls, readable};
use crate::server::{House, Question};
use crate::wire::{Lost, Wire};

/// One SMTP session.
pub(crate) struct Conversation {
    pub(super) wire: Wire,
    pub(super) house: Arc<House>,
    pub(super) implicit_tls: bool,
    /// TLS began with X-ANONYMOUSTLS.
    pub(super) anonymous_tls: bool,
    /// What was agreed on in TLS, where rules may ask for it.
    pub(super) tls: Option<Box<Tls>>,
    pub(super) peer: std::net::IpAddr,
    /// How many sessions that address had open when this one began, itself included.
    pub(super) connections: usize,
    started: SystemTime,
    /// What the client called itself in EHLO or HELO; `None` before, and again after STARTTLS.
    pub(super) client: Option<String>,
    /// The last EHLO reply as it was sent: what it lists is honoured.
    offered: Option<Reply>,
    /// Keywords that are honoured though they were not listed.
    pub(super) concealed: Vec<String>,
    pub(super) user: Option<String>,
    pub(super) transaction: Option<Transaction>,
    errors: usize,
    logon_failures: usize,
    noted_pipelining: bool,
    /// What happened to each fault in this session.
    pub(super) tally: Tally,
    /// What ends the next content beside the right end.
    pub(super) loose_ends: Vec<LooseEnd>,
    /// Whether what was sent behind STARTTLS is obeyed.
    pub(super) honours_pipelined: bool,
}

impl Conversation {
    pub(crate) fn new(
        wire: Wire,
        house: Arc<House>,
        peer: std::net::IpAddr,
        connections: usize,
        implicit_tls: bool,
    ) -> Self {
        Self {
            started: house.clock.now(),
            wire,
            house,
            implicit_tls,
            peer,
            connections,
            client: None,
            offered: None,
            concealed: Vec::new(),
            user: None,
            transaction: None,
            errors: 0,
            logon_failures: 0,
            anonymous_tls: false,
            tls: None,
            noted_pipelining: false,
            tally: Tally::default(),
            loose_ends: Vec::new(),
            honours_pipelined: false,
        }
    }

    /// Holds the conversation to its end. `full` says that there are too many sessions.
    ///
    /// What is large in it is in boxes: thousands of sessions wait for a line, and a future is as
    /// large as the largest that it may ever wait for.
    pub(crate) async fn hold(mut self: Box<Self>, full: bool) {
        let how = match self.converse(full).await {
            Err(how) => how,
            Ok(never) => match never {},
        };
        match how {
            Ended::Idle => self.say_last(|replies| &replies.idle),
            Ended::TooLong => self.say_last(|replies| &replies.session_over),
            _ => {}
        }
        // Told before the client can see it.
        self.wire.recorder.ended(how);
        match how {
            Ended::ByServerReset => self.wire.reset(),
            Ended::ByClient | Ended::ByClientReset => {}
            _ => Box::pin(self.wire.close()).await,
        }
    }

    async fn converse(&mut self, full: bool) -> Result<std::convert::Infallible, Lost> {
        let has_tls = self.house.starttls.is_some() || self.house.implicit.is_some();
        let implicit_tls = self.implicit_tls;
        self.wire.recorder.change(|session| {
            session.seen.tls_to_be_had = has_tls;
            // On this port the connection itself begins TLS.
            session.seen.reached_tls = implicit_tls;
        });

        Box::pin(self.connect()).await?;
        if self.implicit_tls {
            Box::pin(self.handshake()).await?;
        }
        Box::pin(self.greet(full)).await?;
        loop {
            self.command().await?;
        }
    }

    async fn connect(&mut self) -> Result<(), Lost> {
        let decision = self.ask(Stage::Connect, &[], None);
        self.delay(&decision).await?;
        match decision.instead {
            Some(Action::Raw(bytes)) => {
                self.wire.send(&bytes);
                self.wire.flush().await
            }
            Some(action) => self.cut(&action).await,
            None => Ok(()),
        }
    }

    async fn greet(&mut self, full: bool) -> Result<(), Lost> {
        let greeting = match (full, self.objection(Stage::Greeting, "", "")) {
            (true, _) => self.render(|house| &house.persona.replies.too_many_sessions),
            (false, Some(refusal)) => refusal,
            (false, None) => self.render(|house| &house.persona.banner),
        };
        self.answer(Stage::Greeting, &[], greeting).await?;
        Ok(())
    }

    /// Reads one command and answers it.
    async fn command(&mut self) -> Result<(), Lost> {
        let limits = &self.house.persona.limits;
        let limit = limits.line;
        let line = self.wire.line(limit).await?;
        self.note_pipelining();
        if line.too_long {
            let reply = self.filled(
                |replies| &replies.line_too_long,
                |facts| facts.limit = limit,
            );
            return Box::pin(self.mistake(reply)).await;
        }
        let Some(text) = line.raw.strip_suffix(b"\r\n") else {
            return Box::pin(self.bare_lf(&line.raw)).await;
        };
        let text = String::from_utf8_lossy(text).into_owned();
        Box::pin(self.obey(text)).await
    }

    /// A line that does not end in CRLF (RFC 5321 §2.3.8).
    async fn bare_lf(&mut self, raw: &[u8]) -> Result<(), Lost> {
        self.wire.recorder.note("the line above ends in a bare LF");
        if self.house.persona.accepts_bare_lf {
            let text = raw.strip_suffix(b"\n").unwrap_or(raw);
            let text = String::from_utf8_lossy(text).into_owned();
            return self.obey(text).await;
        }
        let reply = self.reply(|replies| &replies.bare_lf);
        self.mistake(reply).await
    }

    async fn obey(&mut self, line: String) -> Result<(), Lost> {
        match command::parse(&line) {
            Command::Ehlo(client) => self.ehlo(line, client).await,
            Command::Helo(client) => self.helo(line, client).await,
            Command::StartTls => self.starttls(line).await,
            Command::Auth { mechanism, initial } => self.auth(line, &mechanism, initial).await,
            Command::Mail(path) => self.mail(line, path).await,
            Command::Rcpt(path) => self.rcpt(line, path).await,
            Command::Data => self.data(line).await,
            Command::Bdat { size, last } => self.bdat(line, size, last).await,
            Command::Reset => {
                self.transaction = None;
                self.plainly(line, |replies| &replies.reset).await
            }
            Command::Noop => self.plainly(line, |replies| &replies.noop).await,
            Command::Verify => self.plainly(line, |replies| &replies.verify).await,
            Command::Help => self.plainly(line, |replies| &replies.help).await,
            Command::Quit => self.quit(line).await,
            Command::Bad(bad) => {
                let reply = self.reply(match bad {
                    Bad::Address => |replies| &replies.bad_address,
                    Bad::Domain => |replies| &replies.bad_domain,
                    Bad::Parameters => |replies| &replies.syntax,
                });
                self.mistake(reply).await
            }
            Command::Unknown => {
                let verb = command::verb(&line);
                let reply = self.filled(|replies| &replies.unknown, |facts| facts.verb = &verb);
                self.mistake(reply).await
            }
        }
    }

    async fn ehlo(&mut self, line: String, client: String) -> Result<(), Lost> {
        self.begin(&client);
        let reply = self.extensions();
        self.concealed.clear();
        let reply = self.answer(Stage::Ehlo, &[line], reply).await?;
        if reply.is_positive() {
            self.offered = Some(reply);
        } else {
            self.client = None;
        }
        self.wire
            .recorder
            .change(|session| session.seen.reached_tls = true);
        Ok(())
    }

    async fn helo(&mut self, line: String, client: String) -> Result<(), Lost> {
        self.begin(&client);
        let reply = self.reply(|replies| &replies.helo);
        let reply = self.answer(Stage::Ehlo, &[line], reply).await?;
        if !reply.is_positive() {
            self.client = None;
        }
        self.wire
            .recorder
            .change(|session| session.seen.reached_tls = true);
        Ok(())
    }

    /// EHLO and HELO end a transaction (RFC 5321 §4.1.4).
    fn begin(&mut self, client: &str) {
        self.transaction = None;
        self.offered = None;
        self.client = Some(client.to_owned());
        let client = client.to_owned();
        self.wire
            .recorder
            .change(|session| session.client = Some(client));
    }

    /// The EHLO reply of a healthy server.
    fn extensions(&self) -> Reply {
        let persona = &self.house.persona;
        let facts = self.facts();
        let anonymous = self.house.ehlo_anonymous.as_ref();
        let list = match (self.wire.is_tls(), anonymous.filter(|_| self.anonymous_tls)) {
            (false, _) => &persona.ehlo,
            (true, None) => &persona.ehlo_tls,
            (true, Some(list)) => list,
        };
        let has = |line: &str, keyword| line.split(' ').next() == Some(keyword);
        let has_tls = self.house.starttls.is_some();
        let can_begin = |line: &str| match line.split(' ').next() {
            Some(verb @ ("STARTTLS" | "X-ANONYMOUSTLS")) => self.house.tls_by(verb).is_some(),
            _ => true,
        };
        let mut lines = vec![facts.line(&persona.hello).into_owned()];
        let listed = list.iter().filter(|line| can_begin(line));
        lines.extend(listed.map(|line| facts.line(line).into_owned()));
        // Where no TLS is to be had at all, there is nothing to wait with AUTH for.
        if !self.wire.is_tls() && !has_tls && !lines.iter().any(|line| has(line, "AUTH")) {
            lines.extend(
                persona
                    .ehlo_tls
                    .iter()
                    .find(|line| has(line, "AUTH"))
                    .cloned(),
            );
        }
        Reply { code: 250, lines }
    }

    async fn quit(&mut self, line: String) -> Result<(), Lost> {
        let reply = self.reply(|replies| &replies.quit);
        let reply = self.answer(Stage::Quit, &[line], reply).await?;
        // RFC 5321 §4.1.1.10: the server closes after its 221; refused, the session goes on.
        if reply.is_positive() {
            Err(Ended::ByServer)
        } else {
            Ok(())
        }
    }

    /// Forgets what was said before TLS (RFC 3207 §4.2).
    pub(super) fn forget(&mut self) {
        self.client = None;
        self.offered = None;
        self.user = None;
        self.transaction = None;
        self.concealed.clear();
    }

    /// Whether the last EHLO reply listed a keyword, or keeps it concealed.
    pub(super) fn offers(&self, keyword: &str) -> bool {
        let listed = self
            .offered
            .as_ref()
            .is_some_and(|reply| reply.offers(keyword));
        listed
            || self
                .concealed
                .iter()
                .any(|word| word.eq_ignore_ascii_case(keyword))
    }

    /// What the last EHLO reply says behind a keyword.
    pub(super) fn offered(&self, keyword: &str) -> Option<&str> {
        self.offered.as_ref()?.parameters_of(keyword)
    }

    /// Answers a command that changes nothing.
    async fn plainly(&mut self, line: String, reply: fn(&Replies) -> &Reply) -> Result<(), Lost> {
        let reply = self.reply(reply);
        self.answer(Stage::Any, &[line], reply).await?;
        Ok(())
    }

    /// Answers a command that was not understood or is out of order, and counts it.
    pub(super) async fn mistake(&mut self, reply: Reply) -> Result<(), Lost> {
        self.errors += 1;
        if self.errors > self.house.persona.limits.errors {
            let reply = self.reply(|replies| &replies.too_many_errors);
            self.answer(Stage::Any, &[], reply).await?;
            return Err(Ended::ByServer);
        }
        self.answer(Stage::Any, &[], reply).await?;
        Ok(())
    }

    /// Counts a login that failed, and ends the session at the last that is put up with.
    pub(super) async fn logon_failed(&mut self) -> Result<(), Lost> {
        self.logon_failures += 1;
        if self.logon_failures < self.house.persona.limits.logon_failures {
            return Ok(());
        }
        let reply = self.reply(|replies| &replies.too_many_errors);
        self.answer(Stage::Any, &[], reply).await?;
        Err(Ended::ByServer)
    }

    /// What the server's own rules object to.
    pub(super) fn objection(&self, stage: Stage, sender: &str, recipient: &str) -> Option<Reply> {
        self.objection_to(stage, sender, recipient, &[])
    }

    /// The same, with content.
    pub(super) fn objection_to(
        &self,
        stage: Stage,
        sender: &str,
        recipient: &str,
        content: &[u8],
    ) -> Option<Reply> {
        let policy = self.house.policy.as_ref()?;
        let question = Question {
            content,
            ..self.question(stage, sender, recipient)
        };
        let refusal = policy(&question)?;
        let facts = Facts {
            address: recipient,
            ..self.facts()
        };
        Some(facts.render(&refusal))
    }

    /// What rules may ask about.
    pub(super) fn question<'a>(
        &'a self,
        stage: Stage,
        sender: &'a str,
        recipient: &'a str,
    ) -> Question<'a> {
        Question {
            stage,
            ip: self.peer,
            connections: self.connections,
            user: self.user.as_deref(),
            tls: self.tls.as_deref(),
            anonymous_tls: self.anonymous_tls,
            sender,
            recipient,
            content: &[],
            now: self.house.clock.now(),
        }
    }

    /// The last line of a session that ends by itself; nobody is asked.
    fn say_last(&mut self, reply: fn(&Replies) -> &Reply) {
        let mut bytes = Vec::new();
        self.reply(reply).write_to(&mut bytes);
        self.wire.send(&bytes);
    }

    /// One of the persona's replies, filled in.
    pub(super) fn reply(&self, reply: fn(&Replies) -> &Reply) -> Reply {
        self.facts().render(reply(&self.house.persona.replies))
    }

    /// The same with facts of its own.
    pub(super) fn filled<'a>(
        &'a self,
        reply: fn(&Replies) -> &Reply,
        fill: impl FnOnce(&mut Facts<'a>),
    ) -> Reply {
        let mut facts = self.facts();
        fill(&mut facts);
        facts.render(reply(&self.house.persona.replies))
    }

    fn render(&self, text: fn(&House) -> &Reply) -> Reply {
        self.facts().render(text(&self.house))
    }

    pub(super) fn facts(&self) -> Facts<'_> {
        let persona = &self.house.persona;
        Facts {
            host: &persona.host,
            ip: self.peer,
            client: self.client.as_deref().unwrap_or_default(),
            now: self.house.clock.now(),
            max_size: persona.limits.message,
            id: self.wire.recorder.id(),
            started: self.started,
            message_id: "",
            internal_id: 0,
            size: 0,
            verb: "",
            address: "",
            limit: 0,
        }
    }

    /// RFC 2920 §3.1: a client may send ahead only where PIPELINING was offered.
    fn note_pipelining(&mut self) {
        let ahead = self.wire.has_more() && !self.offers("PIPELINING");
        if ahead && !self.noted_pipelining {
            self.noted_pipelining = true;
            let note = "the client sends ahead of replies though PIPELINING was not offered";
            self.wire.recorder.note(note);
        }
    }

    /// A line as it may be shown.
    pub(super) fn shown(line: &str) -> String {
        readable(line.as_bytes())
    }
}
