//! What becomes of a reply: the plan is asked, and what it says is done.

use std::sync::Arc;
use std::time::Duration;

use super::command::{self, Command};
use super::conversation::Conversation;
use super::reply::Reply;
use super::transaction::Transaction;
use crate::fault::{Action, Stage};
use crate::plan::{Decision, Moment};
use crate::report::{Ended, What};
use crate::wire::Lost;

/// What a stage's reply has become once the plan was asked.
pub(super) struct Planned {
    pub(super) reply: Reply,
    /// Sent instead of it, byte for byte.
    raw: Option<Vec<u8>>,
    /// The wait between each CR and its LF.
    split: Option<Duration>,
    /// What follows it.
    then: Option<Action>,
}

impl Conversation {
    /// Asks the plan, and sends what it makes of the reply. What is returned was sent.
    pub(super) async fn answer(
        &mut self,
        stage: Stage,
        lines: &[String],
        reply: Reply,
    ) -> Result<Reply, Lost> {
        let planned = self.plan(stage, lines, reply).await?;
        self.say(stage, planned).await
    }

    /// Asks the plan what becomes of a reply. A fault that ends the session ends it here.
    pub(super) async fn plan(
        &mut self,
        stage: Stage,
        lines: &[String],
        mut reply: Reply,
    ) -> Result<Planned, Lost> {
        let decision = self.ask(stage, lines, None);
        self.delay(&decision).await?;
        let (mut drip, mut split) = (None, None);
        for edit in decision.edits {
            match edit {
                Action::Add(line) => reply.lines.push(line),
                Action::Conceal(keyword) => {
                    reply.hide(&keyword);
                    self.concealed.push(keyword);
                }
                Action::Drip { octets, every } => drip = Some((octets, every)),
                Action::Hide(keyword) => reply.hide(&keyword),
                Action::HonourPipelined => self.honours_pipelined = true,
                Action::Lines(count) => reply.fill_up(count),
                Action::LooseEnd(end) => self.loose_ends.push(end),
                Action::Mask(keyword) => reply.mask(&keyword),
                Action::Overlong(octets) => reply.lengthen(octets),
                Action::SplitCrlf(wait) => split = Some(wait),
                _ => {}
            }
        }
        self.wire.set_drip(drip).await?;
        let mut raw = None;
        match decision.instead {
            None => {}
            Some(Action::Endless(every)) => return Err(self.never_end(&reply, every).await),
            Some(Action::Reply(other)) => reply = self.facts().render(&other),
            Some(Action::Raw(bytes)) => raw = Some(bytes),
            Some(action) => self.cut(&action).await?,
        }
        Ok(Planned {
            reply,
            raw,
            split,
            then: decision.then,
        })
    }

    /// Sends a planned reply.
    pub(super) async fn say(&mut self, stage: Stage, planned: Planned) -> Result<Reply, Lost> {
        let Planned {
            reply,
            raw,
            split,
            then,
        } = planned;
        self.note_refusal(stage, &reply);
        self.tarpit(&reply).await?;
        let closes = raw.is_none() && reply.code == 421;
        let bytes = raw.unwrap_or_else(|| {
            let mut bytes = Vec::new();
            reply.write_to(&mut bytes);
            bytes
        });
        match split {
            None => self.wire.send(&bytes),
            Some(wait) => self.say_split(&bytes, wait).await?,
        }
        if let Some(action) = then {
            self.cut(&action).await?;
        }
        // RFC 5321 §3.8: after 421 the server closes.
        match closes {
            true => Err(Ended::ByServer),
            false => Ok(reply),
        }
    }

    /// Waits before a refusal, where the server does.
    async fn tarpit(&mut self, reply: &Reply) -> Result<(), Lost> {
        let wait = self.house.persona.limits.tarpit;
        if wait.is_zero() || !reply.is_permanent() {
            return Ok(());
        }
        self.wire.recorder.record(What::Tarpit(wait));
        self.wire.wait(wait).await
    }

    /// Answers the content before its end, with what a fault says.
    pub(super) async fn say_early(&mut self, usual: Reply, fault: Action) -> Result<Reply, Lost> {
        let (reply, raw) = match fault {
            Action::Reply(reply) => (self.facts().render(&reply), None),
            Action::Raw(bytes) => (usual, Some(bytes)),
            _ => (usual, None),
        };
        let planned = Planned {
            reply,
            raw,
            split: None,
            then: None,
        };
        self.say(Stage::Body, planned).await
    }

    /// Sends a reply with a wait between each CR and its LF.
    async fn say_split(&mut self, bytes: &[u8], wait: Duration) -> Result<(), Lost> {
        self.wire.recorder.record(What::Server(bytes.to_vec()));
        let mut waits = false;
        for piece in bytes.split_inclusive(|octet| *octet == b'\r') {
            if std::mem::replace(&mut waits, true) {
                self.wire.wait(wait).await?;
            }
            self.wire.send_unrecorded(piece);
        }
        Ok(())
    }

    /// Begins a reply and goes on with it until the client leaves, or the session is too long.
    async fn never_end(&mut self, reply: &Reply, every: Duration) -> Lost {
        self.wire.send(format!("{:03} ", reply.code).as_bytes());
        loop {
            if let Err(lost) = self.wire.wait(every).await {
                return lost;
            }
            self.wire.send_unrecorded(b".");
        }
    }

    /// Keeps in mind whether the server's last word was a refusal.
    fn note_refusal(&self, stage: Stage, reply: &Reply) {
        if matches!(stage, Stage::StartTls | Stage::Quit | Stage::Any) {
            return;
        }
        let refused = reply.is_transient() || reply.is_permanent();
        let refusal = refused.then(|| reply.clone());
        self.wire
            .recorder
            .change(|session| session.seen.refusal = refusal);
    }

    /// Asks the plan, and writes down what it says.
    pub(super) fn ask(&mut self, stage: Stage, lines: &[String], octets: Option<u64>) -> Decision {
        let house = Arc::clone(&self.house);
        let mut tally = std::mem::take(&mut self.tally);
        let moment = self.moment(stage, lines, octets);
        let decision = house.ledger.state().plan.next(moment, &mut tally);
        self.tally = tally;
        for told in &decision.told {
            self.wire.recorder.record(What::Fault(told.clone()));
        }
        decision
    }

    pub(super) fn moment<'a>(
        &'a self,
        stage: Stage,
        lines: &'a [String],
        octets: Option<u64>,
    ) -> Moment<'a> {
        Moment {
            stage,
            lines,
            session: self.wire.recorder.number(),
            from: self.peer,
            inside_tls: self.wire.is_tls(),
            octets,
            connections: self.connections,
            sender: self.transaction.as_ref().map_or("", Transaction::sender),
            now: self.house.clock.now(),
        }
    }

    /// Waits as the edits say, and limits what may cross from here on.
    pub(super) async fn delay(&mut self, decision: &Decision) -> Result<(), Lost> {
        for edit in &decision.edits {
            match edit {
                Action::Budget(octets) => self.wire.set_budget(*octets).await?,
                Action::Delay(wait) => self.wire.wait(*wait).await?,
                Action::Throttle { octets, per } => self.wire.set_throttle(*octets, *per),
                _ => {}
            }
        }
        Ok(())
    }

    /// Ends the connection as a fault wants it; other actions do nothing here.
    pub(super) async fn cut(&mut self, action: &Action) -> Result<(), Lost> {
        match action {
            Action::Close => Err(Ended::ByServer),
            Action::HalfClose => {
                self.wire.half_close().await?;
                Err(self.overhear().await)
            }
            Action::Reset => {
                self.wire.flush().await?;
                Err(Ended::ByServerReset)
            }
            Action::Stall => {
                self.wire.flush().await?;
                Err(self.overhear().await)
            }
            Action::StopReading => {
                self.wire.stop_reading().await?;
                Err(self.overhear().await)
            }
            _ => Ok(()),
        }
    }

    /// The same in the middle of the content: what follows is content, not commands.
    pub(super) async fn cut_content(&mut self, action: &Action) -> Result<(), Lost> {
        match action {
            Action::HalfClose => self.wire.half_close().await?,
            Action::Stall => self.wire.flush().await?,
            Action::StopReading => self.wire.stop_reading().await?,
            _ => return self.cut(action).await,
        }
        Err(self.wire.stall().await)
    }

    /// Says nothing until the client leaves. What it goes on to say was given away all the same.
    async fn overhear(&mut self) -> Lost {
        let limit = self.house.persona.limits.line;
        loop {
            let line = match self.wire.overhear(limit).await {
                Ok(line) => line,
                Err(lost) => return lost,
            };
            let line = String::from_utf8_lossy(line.trim_ascii_end()).into_owned();
            match command::parse(&line) {
                Command::Auth { initial, .. } => self.note_auth(&line, initial.is_some()),
                Command::Mail(_) | Command::Rcpt(_) => self.note_envelope(&line),
                _ => {}
            }
        }
    }
}
