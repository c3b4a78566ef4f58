//! TLS on a connection: driven by hand, so that every alert is seen and a handshake can be broken.

use super::engine::{Broken, Engine, State};
use super::flight::Flight;
use super::records::{self, CHANGE_CIPHER_SPEC};
use super::sealed::{Wish, wishing};
use super::{Lost, Progress, Wire, client_hello};
use crate::fault::End;
use crate::report::{Alert, Ended, What};

impl Wire {
    /// Takes TLS up: all that follows is inside it. The handshake is driven to its end, or to
    /// the one that `flight` gives it.
    pub(crate) async fn start_tls(
        &mut self,
        connection: Engine,
        flight: Option<Flight>,
    ) -> Result<(), Lost> {
        self.tls = Some(connection);
        self.flight = flight;
        let done = self.shake_hands().await;
        self.flight = None;
        done
    }

    async fn shake_hands(&mut self) -> Result<(), Lost> {
        let first = std::mem::take(&mut self.received);
        self.decrypt(&first)?;
        loop {
            self.flush().await?;
            if !self.tls.as_ref().is_some_and(|tls| tls.is_handshaking()) {
                return Ok(());
            }
            self.fill().await?;
        }
    }

    /// The TLS connection, while there is one.
    pub(crate) fn tls(&self) -> Option<&Engine> {
        self.tls.as_ref()
    }

    /// At the end of the connection FIN comes without close_notify.
    pub(crate) fn leave_without_close_notify(&mut self) {
        self.no_close_notify = true;
    }

    /// Sends records of the handshake as the fault wants them.
    pub(super) async fn fly(&mut self, records: Vec<u8>) -> Result<(), Lost> {
        let Some(flight) = &mut self.flight else {
            return self.write(&records).await;
        };
        let tls13 = self.tls.as_ref().is_some_and(Engine::is_tls13);
        let going = flight.edit(records, tls13);
        let pieces = match flight.bytewise() {
            true => 1,
            false => going.bytes.len().max(1),
        };
        if let Some(End::Alert(code)) = going.end {
            let alert = What::AlertFromServer(Alert(code));
            self.recorder.record(alert);
        }
        for piece in going.bytes.chunks(pieces) {
            self.write(piece).await?;
        }
        match going.end {
            None => Ok(()),
            Some(end) => Err(self.end(end).await),
        }
    }

    /// Ends the connection right behind a complete handshake.
    pub(crate) async fn end_after_finished(&mut self, end: End) -> Lost {
        if let (End::Alert(code), Some(tls)) = (end, &mut self.tls) {
            let alert = What::AlertFromServer(Alert(code));
            self.recorder.record(alert);
            let mut wish = Some(Wish::instead_of_alert(code));
            wishing(&mut wish, || tls.send_close_notify());
        }
        match self.flush().await {
            Ok(()) => self.end(end).await,
            Err(lost) => lost,
        }
    }

    /// Says no more, and ends. What TLS would answer is of no use to the client; what the client
    /// says is still decrypted.
    async fn end(&mut self, end: End) -> Lost {
        self.muted = true;
        match end {
            End::Alert(_) | End::Close => Ended::ByServer,
            End::Reset => Ended::ByServerReset,
            End::Stall => self.stall().await,
        }
    }

    /// Reads up to the end of a second ClientHello (RFC 8446 §4.1.2), or up to what comes in its
    /// place; says whether it was one.
    pub(crate) async fn next_client_hello(&mut self) -> Result<bool, Lost> {
        self.received.clear();
        loop {
            // Clients that fear middleboxes send a ChangeCipherSpec first (RFC 8446 §D.4).
            if let [CHANGE_CIPHER_SPEC, _, _, 0, 1, _, ..] = self.received[..] {
                self.consume(6);
            }
            let progress = match self.received.first() {
                Some(&CHANGE_CIPHER_SPEC) if self.received.len() < 6 => Progress::Partial,
                _ => client_hello::read(&self.received),
            };
            if progress != Progress::Partial {
                self.note_alert();
                return Ok(progress != Progress::Foreign);
            }
            self.fill().await?;
        }
    }

    /// Where the server answered with records by hand, the client's alert comes in clear.
    pub(crate) fn note_alert(&mut self) {
        if let (None, Some(alert)) = (&self.tls, records::alert_in(&self.received)) {
            self.recorder.alert_from_client(alert);
        }
    }

    /// Feeds records to TLS; the plaintext is put in line.
    pub(super) fn decrypt(&mut self, records: &[u8]) -> Result<(), Lost> {
        let Some(tls) = self.tls.as_mut().filter(|_| !self.broken) else {
            return Ok(());
        };
        let received = &mut self.received;
        let state = match &mut self.flight {
            Some(flight) => wishing(&mut flight.wish, || tls.read(records, received)),
            None => tls.read(records, received),
        };
        match state {
            State::Open | State::Closed => Ok(()),
            State::Broken(broken) => self.tls_broke(broken),
        }
    }

    fn tls_broke(&mut self, broken: Broken) -> Result<(), Lost> {
        self.broken = true;
        match broken {
            Broken::GoodBye => {}
            Broken::Alert(alert) => self.recorder.alert_from_client(alert),
            // The client answers what it got, and TLS does not know that it was cut.
            Broken::Here(_) if self.muted => return Ok(()),
            Broken::Here(why) => {
                self.recorder.record(What::TlsFailed(why));
                if let Some(alert) = self.own_alert() {
                    self.recorder.record(What::AlertFromServer(alert));
                }
            }
        }
        Err(Ended::ByTls)
    }

    /// The alert that TLS is about to send, if it can be seen: before keys are agreed on it is
    /// in clear.
    fn own_alert(&mut self) -> Option<Alert> {
        let tls = self.tls.as_mut()?;
        let begin = self.records.len();
        tls.take_records(&mut self.records);
        match &mut self.records[begin..] {
            [.., 21, 3, _, 0, 2, 2, code] => {
                // Alert 116 is TLS 1.3's, where it is sealed. For a certificate that was not
                // sent TLS 1.2 has 40 (RFC 5246 §7.4.6); rustls says 116 in both.
                if *code == 116 {
                    *code = 40;
                }
                Some(Alert(*code))
            }
            _ => None,
        }
    }
}
