//! STARTTLS, and the TLS handshake with its faults.

use super::conversation::Conversation;
use crate::error::Error;
use crate::fault::{Action, After, Edit, End, HandshakeFault, Offer, Records, Stage};
use crate::persona::mix;
use crate::report::{Alert, ClientHello, Ended, Session, What};
use crate::server::{Serving, bad_tls};
use crate::wire::records::TLS12;
use crate::wire::{Engine, Flight, Lost, Progress, forged, records};

impl Conversation {
    pub(super) async fn starttls(&mut self, line: String) -> Result<(), Lost> {
        if self.wire.is_tls() {
            let reply = self.reply(|replies| &replies.tls_twice);
            return self.mistake(reply).await;
        }
        let keyword = super::command::verb(&line);
        if self.house.starttls.is_none() || !self.offers(&keyword) {
            // What is hidden is also refused: some clients send STARTTLS unasked, and a server
            // that only hid it would go on to a handshake.
            let reply = self.reply(|replies| &replies.not_offered);
            return self.mistake(reply).await;
        }
        let reply = self.reply(|replies| &replies.starttls);
        let reply = self.answer(Stage::StartTls, &[line], reply).await?;
        // RFC 3207 §4 knows 220 alone; a fault may say 250 and begin TLS all the same.
        if !matches!(reply.code, 220 | 250) {
            return Ok(());
        }
        self.wire.flush().await?;
        let ahead = self.wire.take_received();
        let honours = std::mem::take(&mut self.honours_pipelined);
        if !ahead.is_empty() {
            // RFC 3207 §4.2; honouring them is CVE-2011-0411.
            let fate = match honours {
                true => "obeyed inside TLS",
                false => "thrown away",
            };
            let octets = ahead.len();
            let note = format!("{octets} octets that were sent behind STARTTLS are {fate}");
            self.wire.recorder.note(note);
        }
        self.handshake().await?;
        self.forget();
        if honours {
            self.wire.put_back(ahead);
        }
        Ok(())
    }

    /// Reads the ClientHello, asks the plan, and does the handshake or breaks it.
    pub(super) async fn handshake(&mut self) -> Result<(), Lost> {
        let hello = match self.wire.client_hello().await? {
            Progress::Complete(hello) => Some(hello),
            _ => None,
        };
        let sni: Vec<String> = hello.iter().filter_map(|hello| hello.sni.clone()).collect();
        let offered = hello.clone();
        self.wire.recorder.change(|session| {
            session.seen.reached_tls = true;
            session.client_hello = offered;
        });
        let decision = self.ask(Stage::Handshake, &sni, None);
        self.delay(&decision).await?;
        let hello = hello.unwrap_or_default();
        match decision.instead {
            None => self.negotiate(&hello, Serving::Right, None).await,
            Some(Action::Handshake(fault)) => self.break_handshake(fault, hello).await,
            Some(Action::Raw(bytes)) => {
                // The session goes on in clear, without what the client had said to TLS.
                self.wire.discard_received();
                self.wire.send(&bytes);
                Ok(())
            }
            Some(action) => self.cut(&action).await,
        }
    }

    async fn negotiate(
        &mut self,
        hello: &ClientHello,
        serving: Serving,
        flight: Option<Flight>,
    ) -> Result<(), Lost> {
        match self.connection(hello, serving) {
            Ok(connection) => self.shake_hands(connection, flight).await,
            Err(why) => {
                self.wire.recorder.note(why.to_string());
                Err(Ended::ByServer)
            }
        }
    }

    fn connection(&self, hello: &ClientHello, serving: Serving) -> Result<Engine, Error> {
        let tls = match self.implicit_tls {
            true => self.house.implicit.as_ref(),
            false => self.house.starttls.as_ref(),
        };
        let missing = || bad_tls("there is no certificate for this port");
        let tls = tls.ok_or_else(missing)?;
        tls.connection(serving, hello.sni.as_deref(), self.wire.received())
    }

    async fn shake_hands(
        &mut self,
        connection: Engine,
        flight: Option<Flight>,
    ) -> Result<(), Lost> {
        self.wire.start_tls(connection, flight).await?;
        let tls = self.wire.tls().and_then(Engine::describe);
        let sni = tls.as_ref().and_then(|tls| tls.sni.clone());
        if let Some(tls) = tls {
            let mut text = format!("{} with {}", tls.version, tls.cipher_suite);
            if !tls.group.is_empty() {
                text += &format!(", {}", tls.group);
            }
            self.wire
                .recorder
                .change(|session: &mut Session| session.tls = Some(tls));
            self.wire.recorder.record(What::Tls(text));
        }
        self.begin_inside_tls(sni).await
    }

    /// The handshake is over, and nothing has been said inside TLS.
    async fn begin_inside_tls(&mut self, sni: Option<String>) -> Result<(), Lost> {
        let sni: Vec<String> = sni.into_iter().collect();
        let decision = self.ask(Stage::Tls, &sni, None);
        self.delay(&decision).await?;
        match decision.instead {
            None => Ok(()),
            Some(Action::Raw(bytes)) => {
                self.wire.send(&bytes);
                Ok(())
            }
            Some(action) => self.cut(&action).await,
        }
    }

    /// Does the handshake with its fault, or something else in its place.
    async fn break_handshake(
        &mut self,
        fault: HandshakeFault,
        hello: ClientHello,
    ) -> Result<(), Lost> {
        match fault {
            HandshakeFault::Edit(edit) => {
                let serving = match edit {
                    Edit::ByteByByte => Serving::Right,
                    _ => Serving::InPieces,
                };
                self.negotiate(&hello, serving, Some(Flight::edited(edit)))
                    .await
            }
            HandshakeFault::End {
                after: After::Finished,
                end,
            } => {
                self.negotiate(&hello, Serving::ToCut, None).await?;
                Err(self.wire.end_after_finished(end).await)
            }
            HandshakeFault::End { after, end } if after != After::ClientHello => {
                let flight = Flight::ending(after, end);
                self.negotiate(&hello, Serving::ToCut, Some(flight)).await
            }
            HandshakeFault::NoCloseNotify => {
                self.negotiate(&hello, Serving::Right, None).await?;
                self.wire.leave_without_close_notify();
                Ok(())
            }
            HandshakeFault::Requires(offer) => self.require(offer, &hello).await,
            HandshakeFault::VersionFloor(version) => {
                self.negotiate(&hello, Serving::From(version), None).await
            }
            HandshakeFault::WarningFirst(code) => {
                self.warn(code);
                self.negotiate(&hello, Serving::Right, None).await
            }
            fault => Err(self.answer_by_hand(fault, &hello).await),
        }
    }

    /// Has nothing but this, or acts as if.
    async fn require(&mut self, offer: Offer, hello: &ClientHello) -> Result<(), Lost> {
        #[cfg(feature = "legacy-tls")]
        match self.connection(hello, Serving::Only(offer)) {
            Ok(connection) => return self.shake_hands(connection, None).await,
            Err(why) => {
                let note = format!("what follows is imitated: {why}");
                self.wire.recorder.note(note);
            }
        }
        match offer {
            Offer::Version(version) if version < TLS12 => {
                Err(self.answer_by_hand(HandshakeFault::Alert(70), hello).await)
            }
            _ if hello.has(offer) => self.negotiate(hello, Serving::Right, None).await,
            _ => Err(self.answer_by_hand(HandshakeFault::Alert(40), hello).await),
        }
    }

    /// Answers the ClientHello with something else than the handshake.
    async fn answer_by_hand(&mut self, fault: HandshakeFault, hello: &ClientHello) -> Lost {
        // It may have found fault with what came before, as a greeting in clear.
        self.wire.note_alert();
        self.wire.discard_received();
        match fault {
            HandshakeFault::Alert(code)
            | HandshakeFault::End {
                end: End::Alert(code),
                ..
            } => self.alert(code),
            HandshakeFault::AlertThenPlaintext { code, line } => {
                self.alert(code);
                self.wire.send(format!("{line}\r\n").as_bytes());
            }
            HandshakeFault::Junk => self.wire.send(&junk()),
            HandshakeFault::Plaintext(line) => self.wire.send(format!("{line}\r\n").as_bytes()),
            HandshakeFault::Records(kind) => {
                self.send_by_hand(&forged::records(kind, hello));
                if kind == Records::HelloRetryTwice {
                    match self.wire.next_client_hello().await {
                        Ok(true) => self.send_by_hand(&forged::records(kind, hello)),
                        Ok(false) => {}
                        Err(lost) => return lost,
                    }
                }
            }
            HandshakeFault::Reset
            | HandshakeFault::End {
                end: End::Reset, ..
            } => {
                return Ended::ByServerReset;
            }
            HandshakeFault::ServerHello(fault) => {
                self.send_by_hand(&forged::server_hello(fault, hello));
            }
            HandshakeFault::Silence
            | HandshakeFault::End {
                end: End::Stall, ..
            } => {
                return self.wire.stall().await;
            }
            HandshakeFault::Warning(code) => self.warn(code),
            // The others are done with TLS itself.
            _ => {}
        }
        Ended::ByServer
    }

    fn alert(&mut self, code: u8) {
        let alert = What::AlertFromServer(Alert(code));
        self.wire.recorder.record(alert);
        self.wire.send_unrecorded(&records::fatal(code));
    }

    fn warn(&mut self, code: u8) {
        let alert = What::AlertFromServer(Alert(code));
        self.wire.recorder.record(alert);
        self.wire.recorder.note("the alert above is a warning");
        self.wire.send_unrecorded(&records::warning(code));
    }

    fn send_by_hand(&mut self, bytes: &[u8]) {
        let note = format!("{} octets of records by hand", bytes.len());
        self.wire.recorder.note(note);
        self.wire.send_unrecorded(bytes);
    }
}

/// 512 octets that are no TLS record, the same every time.
fn junk() -> Vec<u8> {
    let numbers = (0..64u64).flat_map(|n| mix(n).to_be_bytes());
    // The first octet of a record is its type, 20 to 24; this is none.
    std::iter::once(0xBA).chain(numbers.skip(1)).collect()
}
