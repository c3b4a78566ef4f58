//! MAIL, RCPT, DATA and BDAT: one message from its envelope to its last octet.

use super::command::Path;
use super::conversation::Conversation;
use super::dots::Dots;
use super::reply::Reply;
use crate::fault::{Action, Stage};
use crate::persona::Facts;
use crate::report::{Leak, Mail, What, header};
use crate::wire::{Lost, Wire};

/// A message on its way in.
pub(super) struct Transaction {
    from: Path,
    to: Vec<Path>,
    /// The lines of MAIL and RCPT, for faults that look at them.
    lines: Vec<String>,
    content: Vec<u8>,
    /// How much content was read, also where too much of it was thrown away.
    octets: usize,
    /// A BDAT chunk was taken.
    chunked: bool,
    /// What a fault answered the content before its end; it is not answered again.
    early: Option<Reply>,
}

impl Conversation {
    pub(super) async fn mail(&mut self, line: String, path: Path) -> Result<(), Lost> {
        self.note_envelope(&line);
        let refusal = if self.client.is_none() {
            Some(self.reply(|replies| &replies.hello_first))
        } else if self.transaction.is_some() {
            Some(self.reply(|replies| &replies.mail_twice))
        } else if self.house.require_tls && !self.wire.is_tls() {
            Some(self.reply(|replies| &replies.tls_first))
        } else if self.house.require_auth && self.user.is_none() {
            Some(self.reply(|replies| &replies.auth_first))
        } else {
            self.bad_mail(&path)
                .or_else(|| self.objection(Stage::Mail, &path.address, ""))
        };
        let reply = refusal.unwrap_or_else(|| {
            self.filled(
                |replies| &replies.mail,
                |facts| facts.address = &path.address,
            )
        });
        let reply = self
            .answer(Stage::Mail, std::slice::from_ref(&line), reply)
            .await?;
        if reply.is_positive() && self.transaction.is_none() {
            self.transaction = Some(Transaction {
                from: path,
                to: Vec::new(),
                lines: vec![line],
                content: Vec::new(),
                octets: 0,
                chunked: false,
                early: None,
            });
        }
        Ok(())
    }

    pub(super) async fn rcpt(&mut self, line: String, path: Path) -> Result<(), Lost> {
        self.note_envelope(&line);
        let limit = self.house.persona.limits.recipients;
        let refusal = match &self.transaction {
            None => Some(self.reply(|replies| &replies.mail_first)),
            Some(transaction) if transaction.chunked => {
                Some(self.reply(|replies| &replies.mixed_chunks))
            }
            Some(transaction) if transaction.to.len() >= limit => {
                let fill = |facts: &mut Facts<'_>| facts.limit = limit;
                Some(self.filled(|replies| &replies.too_many_recipients, fill))
            }
            Some(transaction) => {
                let utf8 = transaction.from.parameter("SMTPUTF8").is_some();
                match !path.address.is_ascii() && !utf8 {
                    true => Some(self.reply(|replies| &replies.needs_smtputf8)),
                    false => self
                        .bad_parameter(&path, &RCPT_PARAMETERS, true)
                        .or_else(|| {
                            let sender = &transaction.from.address;
                            self.objection(Stage::Rcpt, sender, &path.address)
                        }),
                }
            }
        };
        let reply = refusal.unwrap_or_else(|| {
            self.filled(
                |replies| &replies.rcpt,
                |facts| facts.address = &path.address,
            )
        });
        let reply = self
            .answer(Stage::Rcpt, std::slice::from_ref(&line), reply)
            .await?;
        if let (true, Some(transaction)) = (reply.is_positive(), &mut self.transaction) {
            transaction.to.push(path);
            transaction.lines.push(line);
        }
        Ok(())
    }

    pub(super) async fn data(&mut self, line: String) -> Result<(), Lost> {
        let refusal = match &self.transaction {
            None => Some(self.reply(|replies| &replies.mail_first)),
            Some(transaction) if transaction.chunked => {
                Some(self.reply(|replies| &replies.mixed_chunks))
            }
            Some(transaction) if transaction.to.is_empty() => {
                Some(self.reply(|replies| &replies.rcpt_first))
            }
            Some(_) => None,
        };
        let reply = refusal.unwrap_or_else(|| self.reply(|replies| &replies.data));
        let mut lines = self.envelope_lines();
        lines.push(line);
        let reply = self.answer(Stage::Data, &lines, reply).await?;
        // 3yz asks for content; without a transaction a fault asked for it, and it is read too.
        if reply.code / 100 != 3 {
            return Ok(());
        }
        let mut transaction = self.transaction.take().unwrap_or_else(Transaction::nobody);
        self.content(&mut transaction).await?;
        self.finish(transaction).await
    }

    /// RFC 3030 §2.
    pub(super) async fn bdat(&mut self, line: String, size: usize, last: bool) -> Result<(), Lost> {
        let refusal = if !self.offers("CHUNKING") {
            Some(self.reply(|replies| &replies.not_offered))
        } else {
            match &self.transaction {
                None => Some(self.reply(|replies| &replies.mail_first)),
                Some(transaction) if transaction.to.is_empty() => {
                    Some(self.reply(|replies| &replies.rcpt_first))
                }
                Some(_) => None,
            }
        };
        // The octets follow whatever the answer will be; without reading them they would be
        // taken for commands.
        let mut transaction = match refusal {
            None => self.transaction.take().unwrap_or_else(Transaction::nobody),
            Some(_) => Transaction::nobody(),
        };
        transaction.chunked = true;
        self.chunk(&mut transaction, size).await?;
        match refusal {
            Some(reply) => self.mistake(reply).await,
            None if last => self.finish(transaction).await,
            None => self.more(line, size, transaction).await,
        }
    }

    /// Answers a chunk that is not the last.
    async fn more(&mut self, line: String, size: usize, kept: Transaction) -> Result<(), Lost> {
        let reply = self.filled(|replies| &replies.chunk, |facts| facts.size = size);
        let mut lines = kept.lines.clone();
        lines.push(line);
        self.transaction = Some(kept);
        let reply = self.answer(Stage::Chunk, &lines, reply).await?;
        if !reply.is_positive() {
            // RFC 3030 §2: after a chunk was refused the transaction is over.
            self.transaction = None;
        }
        Ok(())
    }

    /// Reads the content behind DATA.
    async fn content(&mut self, transaction: &mut Transaction) -> Result<(), Lost> {
        let mut dots = Dots::until(std::mem::take(&mut self.loose_ends));
        let result = loop {
            let most = match self.next_cut(transaction).await {
                Ok(most) => most,
                Err(lost) => break Err(lost),
            };
            let keep = transaction.octets <= self.house.persona.limits.message;
            let octets = match self.wire.some(most).await {
                Ok(octets) => octets,
                Err(lost) => break Err(lost),
            };
            let before = transaction.content.len();
            let (taken, end) = dots.take(octets, &mut transaction.content);
            self.wire.consume(taken);
            // A loose end takes back what it let in.
            transaction.octets += transaction.content.len().saturating_sub(before);
            if !keep {
                transaction.content.truncate(before);
            }
            if end {
                break Ok(());
            }
        };
        self.note_content(transaction.octets);
        result
    }

    /// Reads the octets of one chunk.
    async fn chunk(&mut self, transaction: &mut Transaction, size: usize) -> Result<(), Lost> {
        let mut left = size;
        let mut result = Ok(());
        while left > 0 && result.is_ok() {
            result = match self.next_cut(transaction).await {
                Err(lost) => Err(lost),
                Ok(most) => match self.wire.some(most.min(left)).await {
                    Err(lost) => Err(lost),
                    Ok(octets) => {
                        let count = octets.len();
                        if transaction.octets <= self.house.persona.limits.message {
                            transaction.content.extend_from_slice(octets);
                        }
                        transaction.octets += count;
                        self.wire.consume(count);
                        left -= count;
                        Ok(())
                    }
                },
            };
        }
        self.note_content(size - left);
        result
    }

    /// Plays the faults that wait for so many octets of content; says how many may be read
    /// before the next.
    async fn next_cut(&mut self, transaction: &mut Transaction) -> Result<usize, Lost> {
        let read = transaction.octets as u64;
        if read > 0 {
            let decision = self.ask(Stage::Body, &transaction.lines, Some(read));
            self.delay(&decision).await?;
            match decision.instead {
                None => {}
                Some(action @ (Action::Raw(_) | Action::Reply(_))) => {
                    let usual = self.accepted(transaction);
                    let early = self.say_early(usual, action).await?;
                    transaction.early = Some(early);
                }
                Some(action) => self.cut_content(&action).await?,
            }
        }
        let moment = self.moment(Stage::Body, &transaction.lines, None);
        let next = self.house.ledger.state().plan.next_cut(moment, read);
        Ok(next.map_or(usize::MAX, |at| {
            usize::try_from(at - read).unwrap_or(usize::MAX)
        }))
    }

    /// Answers the content. What is taken is remembered before the client can know.
    async fn finish(&mut self, transaction: Transaction) -> Result<(), Lost> {
        if let Some(early) = &transaction.early {
            if early.is_positive() {
                self.keep(transaction);
            }
            return Ok(());
        }
        let limit = self.house.persona.limits.message;
        let for_nobody = transaction.to.is_empty();
        let reply = if for_nobody {
            // RFC 2920 §3.1: a fault has asked for content that has no recipient.
            self.reply(|replies| &replies.rcpt_first)
        } else if transaction.octets > limit {
            self.filled(|replies| &replies.too_big, |facts| facts.limit = limit)
        } else {
            let sender = &transaction.from.address;
            self.objection_to(Stage::Body, sender, "", &transaction.content)
                .unwrap_or_else(|| self.accepted(&transaction))
        };
        let planned = self.plan(Stage::Body, &transaction.lines, reply).await?;
        if planned.reply.is_positive() && !for_nobody {
            self.keep(transaction);
        }
        self.say(Stage::Body, planned).await?;
        Ok(())
    }

    fn accepted(&self, transaction: &Transaction) -> Reply {
        let number = self.house.ledger.state().taken + 1;
        let message_id = header(&transaction.content, "Message-ID");
        let message_id = match &message_id {
            Some(id) => id.trim_matches(['<', '>']).to_owned(),
            None => format!("{number}@{}", self.house.persona.host),
        };
        self.filled(
            |replies| &replies.accepted,
            |facts| {
                facts.message_id = &message_id;
                facts.internal_id = number;
                facts.size = transaction.octets;
            },
        )
    }

    fn keep(&self, transaction: Transaction) {
        let inside_tls = self.wire.is_tls();
        self.wire.recorder.change(|session| match inside_tls {
            true => session.seen.accepted_inside_tls = true,
            false => session.seen.accepted_in_clear = true,
        });
        let (to, recipient_parameters) = transaction
            .to
            .into_iter()
            .map(|path| (path.address, path.parameters))
            .unzip();
        let mail = Mail {
            // The ledger counts.
            number: 0,
            session: self.wire.recorder.number(),
            from: transaction.from.address,
            to,
            parameters: transaction.from.parameters,
            recipient_parameters,
            user: self.user.clone(),
            inside_tls,
            content: transaction.content,
        };
        self.house.ledger.keep(mail, |mail| {
            if let Some(keeper) = &self.house.keeper {
                keeper(mail, &self.question(Stage::Body, &mail.from, ""));
            }
        });
    }

    /// What is wrong with the parameters of MAIL, if anything.
    fn bad_mail(&self, path: &Path) -> Option<Reply> {
        if let Some(refusal) = self.bad_parameter(path, &MAIL_PARAMETERS, false) {
            return Some(refusal);
        }
        if !path.address.is_ascii() && path.parameter("SMTPUTF8").is_none() {
            return Some(self.reply(|replies| &replies.needs_smtputf8));
        }
        let body = path
            .parameter("BODY")
            .unwrap_or("7BIT")
            .to_ascii_uppercase();
        let known = match body.as_str() {
            "7BIT" | "8BITMIME" => true,
            "BINARYMIME" => self.offers("BINARYMIME"),
            _ => false,
        };
        if !known {
            return Some(self.reply(|replies| &replies.syntax));
        }
        let limit = self.house.persona.limits.message;
        match path.parameter("SIZE").map(str::parse::<usize>) {
            Some(Err(_)) => Some(self.reply(|replies| &replies.syntax)),
            Some(Ok(size)) if size > limit => {
                Some(self.filled(|replies| &replies.too_big, |facts| facts.limit = limit))
            }
            _ => None,
        }
    }

    /// RFC 5321 §4.1.1.11: a parameter of an extension that was not offered, or one whose value
    /// makes no sense.
    fn bad_parameter(&self, path: &Path, known: &[(&str, &str)], recipient: bool) -> Option<Reply> {
        let foreign = path.parameters.iter().find_map(|parameter| {
            let key = parameter
                .split('=')
                .next()
                .unwrap_or_default()
                .to_ascii_uppercase();
            let extension = known.iter().find(|(name, _)| *name == key);
            let offered = match extension {
                Some((_, extension)) => self.offers(extension),
                // RFC 5321 §4.1.5: X- parameters are a matter between the two sides; a server
                // that lists private extensions takes them.
                None => key.starts_with('X') && self.lists_private_extensions(),
            };
            (!offered).then_some(key)
        });
        let Some(foreign) = foreign else {
            let sound = path.is_sound(recipient);
            return (!sound).then(|| self.reply(|replies| &replies.syntax));
        };
        Some(self.filled(
            |replies| &replies.bad_parameter,
            |facts| facts.verb = &foreign,
        ))
    }

    fn lists_private_extensions(&self) -> bool {
        self.house
            .persona
            .ehlo_tls
            .iter()
            .any(|line| line.starts_with('X'))
    }

    fn envelope_lines(&self) -> Vec<String> {
        self.transaction
            .as_ref()
            .map(|transaction| transaction.lines.clone())
            .unwrap_or_default()
    }

    pub(super) fn note_envelope(&self, line: &str) {
        self.wire
            .recorder
            .change(|session| session.seen.went_on = true);
        if !self.wire.is_tls() {
            self.wire
                .recorder
                .in_clear(Leak::Envelope, Self::shown(line));
        }
    }

    fn note_content(&self, octets: usize) {
        self.wire.recorder.record(What::Content(octets as u64));
        if !self.wire.is_tls() {
            let text = format!("{octets} octets of content");
            self.wire.recorder.in_clear(Leak::Content, text);
        }
    }
}

impl Transaction {
    /// Content that nobody asked for; it goes nowhere.
    fn nobody() -> Self {
        Self {
            from: Path {
                address: String::new(),
                parameters: Vec::new(),
            },
            to: Vec::new(),
            lines: Vec::new(),
            content: Vec::new(),
            octets: 0,
            chunked: false,
            early: None,
        }
    }

    /// The line of MAIL.
    pub(super) fn sender(&self) -> &str {
        self.lines.first().map_or("", String::as_str)
    }
}

/// The content behind DATA, for a conversation that is written by hand.
pub(crate) async fn read_content(wire: &mut Wire) -> Result<Vec<u8>, Lost> {
    let (mut dots, mut content) = (Dots::default(), Vec::new());
    loop {
        let octets = wire.some(usize::MAX).await?;
        let (taken, end) = dots.take(octets, &mut content);
        wire.consume(taken);
        if end {
            wire.recorder.record(What::Content(content.len() as u64));
            return Ok(content);
        }
    }
}

/// The parameters of MAIL, and the extension that brings each.
const MAIL_PARAMETERS: [(&str, &str); 6] = [
    ("AUTH", "AUTH"),         // RFC 4954 §5
    ("BODY", "8BITMIME"),     // RFC 6152
    ("ENVID", "DSN"),         // RFC 3461 §4.4
    ("RET", "DSN"),           // RFC 3461 §4.3
    ("SIZE", "SIZE"),         // RFC 1870
    ("SMTPUTF8", "SMTPUTF8"), // RFC 6531
];

/// The parameters of RCPT, and the extension that brings each.
const RCPT_PARAMETERS: [(&str, &str); 2] = [
    ("NOTIFY", "DSN"), // RFC 3461 §4.1
    ("ORCPT", "DSN"),  // RFC 3461 §4.2
];
