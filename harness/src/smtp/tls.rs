//! STARTTLS, and the TLS handshake with its faults.

use super::conversation::Conversation;
use crate::fault::{Action, HandshakeFault, Stage, TlsVersion};
use crate::persona::mix;
use crate::report::{Alert, Ended, Session, Tls, What};
use crate::server::suite_name;
use crate::wire::{Lost, Progress};
use mailfault_certs::Der;

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
        self.wire.recorder.change(|session| {
            session.seen.reached_tls = true;
            session.client_hello = hello;
        });
        let decision = self.ask(Stage::Handshake, &sni, None);
        self.delay(&decision).await?;
        let floor = match decision.instead {
            None => None,
            Some(Action::Handshake(HandshakeFault::VersionFloor(version))) => Some(version),
            Some(Action::Handshake(fault)) => return Err(self.break_handshake(fault).await),
            Some(Action::Raw(bytes)) => {
                // The session goes on in clear, without what the client had said to TLS.
                self.wire.discard_received();
                self.wire.send(&bytes);
                return Ok(());
            }
            Some(action) => return self.cut(&action).await,
        };
        self.negotiate(floor).await
    }

    async fn negotiate(&mut self, floor: Option<TlsVersion>) -> Result<(), Lost> {
        let tls = match self.implicit_tls {
            true => self.house.implicit.as_ref(),
            false => self.house.starttls.as_ref(),
        };
        let Some(Ok(connection)) = tls.map(|tls| tls.connection(floor)) else {
            return Err(Ended::ByServer);
        };
        self.wire.start_tls(connection).await?;
        if let Some(tls) = self.wire.tls().and_then(describe) {
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

    /// Answers the ClientHello with something else than a ServerHello.
    async fn break_handshake(&mut self, fault: HandshakeFault) -> Lost {
        self.wire.discard_received();
        let bytes = match fault {
            HandshakeFault::Alert(code) => {
                self.wire
                    .recorder
                    .record(What::AlertFromServer(Alert(code)));
                // RFC 8446 §6: level fatal, then the code; the record's version is TLS 1.2's.
                vec![21, 3, 3, 0, 2, 2, code]
            }
            HandshakeFault::Junk => junk(),
            HandshakeFault::Plaintext(line) => format!("{line}\r\n").into_bytes(),
            HandshakeFault::Reset => return Ended::ByServerReset,
            HandshakeFault::Silence => return self.wire.stall().await,
            HandshakeFault::Close | HandshakeFault::VersionFloor(_) => Vec::new(),
        };
        match bytes.first() {
            Some(21) => self.wire.send_unrecorded(&bytes),
            Some(_) => self.wire.send(&bytes),
            None => {}
        }
        Ended::ByServer
    }
}

/// 512 octets that are no TLS record, the same every time.
fn junk() -> Vec<u8> {
    let numbers = (0..64u64).flat_map(|n| mix(n).to_be_bytes());
    // The first octet of a record is its type, 20 to 24; this is none.
    std::iter::once(0xBA).chain(numbers.skip(1)).collect()
}

fn describe(tls: &rustls::ServerConnection) -> Option<Tls> {
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
        sni: tls.server_name().map(str::to_owned),
        alpn: tls
            .alpn_protocol()
            .map(|name| String::from_utf8_lossy(name).into_owned()),
        client_certificate: certificates
            .iter()
            .map(|one| Der::from(one.to_vec()))
            .collect(),
    })
}
