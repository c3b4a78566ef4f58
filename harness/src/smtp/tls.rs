//! STARTTLS, and the TLS handshake with its faults.

use super::conversation::Conversation;
use crate::fault::{Action, After, Edit, End, HandshakeFault, Records, Stage, TlsVersion};
use crate::persona::mix;
use crate::report::{Alert, ClientHello, Ended, Session, Tls, What};
use crate::server::{ServerTls, Serving, suite_name};
use crate::wire::{Flight, Lost, Progress, forged, records};
use mailfault_certs::Der;

impl Conversation {
    pub(super) async fn starttls(&mut self, line: String) -> Result<(), Lost> {
        if self.wire.is_tls() {
            let reply = self.reply(|replies| &replies.tls_twice);
            return self.mistake(reply).await;
        }
        let keyword = super::command::verb(&line);
        if self.house.tls_by(&keyword).is_none() || !self.offers(&keyword) {
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
        self.anonymous_tls = keyword == "X-ANONYMOUSTLS";
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
        let own = self.own_tls();
        let presented = own.and_then(|own| own.presents(sni.first().map(String::as_str)));
        self.wire.recorder.change(|session| {
            session.seen.reached_tls = true;
            session.client_hello = offered;
            session.presented = presented;
        });
        let decision = self.ask(Stage::Handshake, &sni, None);
        self.delay(&decision).await?;
        match decision.instead {
            None => self.negotiate(Serving::Right, None).await,
            Some(Action::Handshake(fault)) => {
                self.break_handshake(fault, hello.unwrap_or_default()).await
            }
            Some(Action::Raw(bytes)) => {
                // The session goes on in clear, without what the client had said to TLS.
                self.wire.discard_received();
                self.wire.send(&bytes);
                Ok(())
            }
            Some(action) => self.cut(&action).await,
        }
    }

    /// The server's side of TLS here.
    fn own_tls(&self) -> Option<&ServerTls> {
        match (self.implicit_tls, self.anonymous_tls) {
            (true, _) => self.house.implicit.as_ref(),
            (false, true) => self.house.tls_by("X-ANONYMOUSTLS"),
            (false, false) => self.house.tls_by("STARTTLS"),
        }
    }

    async fn negotiate(&mut self, serving: Serving, flight: Option<Flight>) -> Result<(), Lost> {
        let tls = self.own_tls();
        let Some(Ok(connection)) = tls.map(|tls| tls.connection(serving)) else {
            return Err(Ended::ByServer);
        };
        self.wire.start_tls(connection, flight).await?;
        if let Some(tls) = self.wire.tls().and_then(describe) {
            let asked = self.house.policy.is_some();
            self.tls = asked.then(|| Box::new(tls.clone()));
            let text = format!("{} with {}, {}", tls.version, tls.cipher_suite, tls.group);
            self.wire
                .recorder
                .change(|session: &mut Session| session.tls = Some(tls));
            self.wire.recorder.record(What::Tls(text));
        }
        self.begin_inside_tls().await
    }

    /// The handshake is over, and nothing has been said inside TLS.
    async fn begin_inside_tls(&mut self) -> Result<(), Lost> {
        let sni = self.wire.tls().and_then(|tls| tls.server_name());
        let sni: Vec<String> = sni.map(str::to_owned).into_iter().collect();
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
                self.negotiate(serving, Some(Flight::edited(edit))).await
            }
            HandshakeFault::End {
                after: After::Finished,
                end,
            } => {
                self.negotiate(Serving::ToCut, None).await?;
                Err(self.wire.end_after_finished(end).await)
            }
            HandshakeFault::End { after, end } if after != After::ClientHello => {
                let flight = Flight::ending(after, end);
                self.negotiate(Serving::ToCut, Some(flight)).await
            }
            HandshakeFault::NoCloseNotify => {
                self.negotiate(Serving::Right, None).await?;
                self.wire.leave_without_close_notify();
                Ok(())
            }
            HandshakeFault::Requires(offer) if hello.has(offer) => {
                self.negotiate(Serving::Right, None).await
            }
            HandshakeFault::VersionFloor(version) => {
                self.negotiate(Serving::From(version), None).await
            }
            HandshakeFault::WarningFirst(code) => {
                self.warn(code);
                self.negotiate(Serving::Right, None).await
            }
            fault => Err(self.answer_by_hand(fault, &hello).await),
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
            // Nothing of it was offered.
            HandshakeFault::Requires(_) => self.alert(40),
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

fn describe(tls: &rustls::ServerConnection) -> Option<Tls> {
    agreed(tls, tls.server_name())
}

/// What both sides of a connection have agreed on.
pub(crate) fn agreed(tls: &rustls::CommonState, sni: Option<&str>) -> Option<Tls> {
    let version = match tls.protocol_version()? {
        rustls::ProtocolVersion::TLSv1_3 => TlsVersion::Tls13,
        _ => TlsVersion::Tls12,
    };
    let group = tls
        .negotiated_key_exchange_group()
        .map(|group| format!("{:?}", group.name()));
    let certificates = tls.peer_certificates().unwrap_or_default();
    Some(Tls {
        version,
        cipher_suite: suite_name(tls.negotiated_cipher_suite()?.suite()),
        group: group.unwrap_or_default(),
        sni: sni.map(str::to_owned),
        alpn: tls
            .alpn_protocol()
            .map(|name| String::from_utf8_lossy(name).into_owned()),
        client_certificate: certificates
            .iter()
            .map(|one| Der::from(one.to_vec()))
            .collect(),
    })
}
