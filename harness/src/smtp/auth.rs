//! AUTH PLAIN and LOGIN (RFC 4954, RFC 4616).

use super::answer::Planned;
use super::base64;
use super::conversation::Conversation;
use super::reply::Reply;
use crate::fault::Stage;
use crate::report::Leak;
use crate::server::Auth;
use crate::wire::Lost;

/// What became of one step of the exchange.
enum Step {
    Response(String),
    /// The reply that ends the exchange without a decision.
    Over(Reply),
}

impl Conversation {
    /// Writes down that AUTH came, and whether credentials were in it.
    pub(super) fn note_auth(&self, line: &str, credentials: bool) {
        self.wire
            .recorder
            .change(|session| session.seen.went_on = true);
        if credentials {
            self.note_credentials(line);
        }
    }

    pub(super) async fn auth(
        &mut self,
        line: String,
        mechanism: &str,
        initial: Option<String>,
    ) -> Result<(), Lost> {
        self.note_auth(&line, initial.is_some());
        if let Some(refusal) = self.auth_out_of_place(mechanism) {
            return self.mistake_at_auth(line, refusal).await;
        }
        // A fault may answer the command itself; 334 lets the exchange go on.
        let lines = [line];
        let ready = Reply::new(334, "");
        let decided = match (mechanism, initial) {
            ("PLAIN", Some(initial)) => self.plain(&initial),
            ("PLAIN", None) => {
                let planned = self.plan(Stage::Auth, &lines, ready).await?;
                match self.challenge(planned).await? {
                    Some(Step::Response(response)) => self.plain(&response),
                    Some(Step::Over(reply)) => reply,
                    None => return Ok(()),
                }
            }
            (_, initial) => return self.login(&lines, initial).await,
        };
        self.decide(&lines, decided).await
    }

    /// LOGIN asks for the name and then the password, each in base64.
    async fn login(&mut self, lines: &[String], initial: Option<String>) -> Result<(), Lost> {
        let user = match initial {
            Some(initial) => Step::Response(initial),
            None => {
                let ask = Reply::new(334, "VXNlcm5hbWU6");
                let planned = self.plan(Stage::Auth, lines, ask).await?;
                match self.challenge(planned).await? {
                    Some(step) => step,
                    None => return Ok(()),
                }
            }
        };
        let user = match user {
            Step::Response(user) => user,
            Step::Over(reply) => return self.decide(lines, reply).await,
        };
        let ask = Reply::new(334, "UGFzc3dvcmQ6");
        let planned = self.plan(Stage::Auth, lines, ask).await?;
        let decided = match self.challenge(planned).await? {
            Some(Step::Response(password)) => {
                let texts = (text(&user), text(&password));
                match texts {
                    (Some(user), Some(password)) => self.judge(&user, &password),
                    _ => self.reply(|replies| &replies.auth_not_base64),
                }
            }
            Some(Step::Over(reply)) => reply,
            None => return Ok(()),
        };
        self.decide(lines, decided).await
    }

    /// Sends a challenge and reads the response; `None` if a fault answered something else.
    async fn challenge(&mut self, planned: Planned) -> Result<Option<Step>, Lost> {
        match self.say(Stage::Auth, planned).await?.code {
            334 => self.response().await.map(Some),
            _ => Ok(None),
        }
    }

    /// Reads the response to a challenge.
    async fn response(&mut self) -> Result<Step, Lost> {
        let limit = self.house.persona.limits.auth_line;
        let line = self.wire.line(limit).await?;
        let response = String::from_utf8_lossy(&line.raw);
        let response = response.trim_end_matches(['\r', '\n']).to_owned();
        Ok(if line.too_long {
            let fill = |facts: &mut crate::persona::Facts<'_>| facts.limit = limit;
            Step::Over(self.filled(|replies| &replies.line_too_long, fill))
        } else if response == "*" {
            Step::Over(self.reply(|replies| &replies.auth_cancelled))
        } else {
            // LOGIN sends name and password each on a line of its own, which tells nobody what it is.
            let decoded = text(&response).filter(|text| !text.contains(char::is_control));
            let decoded = decoded
                .map(|text| format!(" (`{text}`)"))
                .unwrap_or_default();
            self.note_credentials(&format!("response to AUTH: {response}{decoded}"));
            Step::Response(response)
        })
    }

    /// Sends the decision, and keeps in mind who is logged in. Where a fault asks for more
    /// instead, the answer is heard and the decision tried again, until the client cancels
    /// (RFC 4954 §4).
    async fn decide(&mut self, lines: &[String], decided: Reply) -> Result<(), Lost> {
        let user = self.user.take();
        loop {
            let planned = self.plan(Stage::Auth, lines, decided.clone()).await?;
            let reply = self.say(Stage::Auth, planned).await?;
            if reply.is_positive() {
                self.user = user.clone().or_else(|| Some(String::new()));
            }
            if reply.code == 535 {
                return Box::pin(self.logon_failed()).await;
            }
            if reply.code != 334 {
                return Ok(());
            }
            if let Step::Over(reply) = self.response().await? {
                self.answer(Stage::Any, &[], reply).await?;
                return Ok(());
            }
        }
    }

    /// RFC 4616: authorization identity, NUL, user, NUL, password.
    fn plain(&mut self, response: &str) -> Reply {
        // RFC 4954 §4: a lone `=` is an empty response.
        let Some(octets) = base64::decode(response) else {
            return self.reply(|replies| &replies.auth_not_base64);
        };
        let parts: Vec<&[u8]> = octets.split(|octet| *octet == 0).collect();
        match parts.as_slice() {
            [_, user, password] => {
                let lossy = |part: &[u8]| String::from_utf8_lossy(part).into_owned();
                self.judge(&lossy(user), &lossy(password))
            }
            _ => self.reply(|replies| &replies.auth_not_base64),
        }
    }

    fn judge(&mut self, user: &str, password: &str) -> Reply {
        let known = match &self.house.auth {
            Auth::AcceptAny => true,
            Auth::Accept {
                user: known,
                password: secret,
            } => known == user && secret == password,
            Auth::Refuse => false,
        };
        if known {
            self.user = Some(user.to_owned());
            self.reply(|replies| &replies.auth_ok)
        } else {
            self.reply(|replies| &replies.auth_failed)
        }
    }

    /// Why AUTH cannot be had now, if it cannot.
    fn auth_out_of_place(&self, mechanism: &str) -> Option<Reply> {
        let listed = self.offered("AUTH");
        Some(if self.client.is_none() {
            self.reply(|replies| &replies.hello_first)
        } else if self.user.is_some() || self.transaction.is_some() {
            self.reply(|replies| &replies.auth_order)
        } else if listed.is_none() && self.waits_for_tls() {
            self.reply(|replies| &replies.auth_needs_tls)
        } else if listed.is_none() && !self.offers("AUTH") {
            self.reply(|replies| &replies.not_offered)
        } else if !matches!(mechanism, "PLAIN" | "LOGIN")
            || !listed.is_some_and(|list| {
                list.split(' ')
                    .any(|word| word.eq_ignore_ascii_case(mechanism))
            })
        {
            self.reply(|replies| &replies.auth_mechanism)
        } else {
            return None;
        })
    }

    /// Whether AUTH is to be had inside TLS, and TLS is.
    fn waits_for_tls(&self) -> bool {
        let inside = &self.house.persona.ehlo_tls;
        let has_auth = inside
            .iter()
            .any(|line| line.split(' ').next() == Some("AUTH"));
        has_auth && !self.wire.is_tls() && self.offers("STARTTLS")
    }

    async fn mistake_at_auth(&mut self, line: String, refusal: Reply) -> Result<(), Lost> {
        self.answer(Stage::Auth, &[line], refusal).await?;
        Ok(())
    }

    fn note_credentials(&self, line: &str) {
        if !self.wire.is_tls() {
            let text = Self::shown(line);
            self.wire.recorder.in_clear(Leak::Credentials, text);
        }
    }
}

fn text(response: &str) -> Option<String> {
    base64::decode(response).map(|octets| String::from_utf8_lossy(&octets).into_owned())
}
