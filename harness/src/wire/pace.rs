//! How fast a connection is read, how much may cross, and ways to go on only half.

use std::io;
use std::pin::pin;
use std::time::{Duration, Instant};

use tokio::io::{AsyncWriteExt as _, Interest};
use tokio::time::timeout;

use super::{Lost, Wire};
use crate::first::first;
use crate::report::Ended;

/// How fast a connection is read, and how much may cross.
#[derive(Debug, Default)]
pub(super) struct Pace {
    throttle: Option<Throttle>,
    /// How many octets may still cross.
    budget: Option<u64>,
}

#[derive(Debug)]
struct Throttle {
    octets: usize,
    per: Duration,
    /// How much may be read before the next wait.
    left: usize,
    /// When reading may go on, once nothing is left.
    again: Instant,
}

impl Pace {
    /// Whether nothing may cross any more.
    pub(super) fn is_spent(&self) -> bool {
        self.budget == Some(0)
    }

    pub(super) fn has_read(&mut self, count: usize) {
        if let Some(throttle) = &mut self.throttle {
            throttle.left = throttle.left.saturating_sub(count);
            if throttle.left == 0 {
                throttle.left = throttle.octets;
                throttle.again = Instant::now() + throttle.per;
            }
        }
        self.spend(count);
    }

    /// As much of this as may still be written, which is then spent.
    pub(super) fn allowed<'a>(&mut self, piece: &'a [u8]) -> &'a [u8] {
        let most = self.budget.map_or(piece.len(), clamped);
        let allowed = &piece[..most.min(piece.len())];
        self.spend(allowed.len());
        allowed
    }

    fn spend(&mut self, count: usize) {
        if let Some(budget) = &mut self.budget {
            *budget = budget.saturating_sub(count as u64);
        }
    }
}

impl Wire {
    /// From here on reads so many octets at a time, and waits behind them.
    pub(crate) fn set_throttle(&mut self, octets: usize, per: Duration) {
        self.pace.throttle = Some(Throttle {
            octets,
            per,
            left: octets,
            again: Instant::now(),
        });
    }

    /// From here on so many octets may cross; what waits goes out before.
    pub(crate) async fn set_budget(&mut self, octets: u64) -> Result<(), Lost> {
        self.flush().await?;
        self.pace.budget = Some(octets);
        Ok(())
    }

    /// Waits as long as the throttle says; says how much may be read then.
    pub(super) async fn pace_reading(&self, until: Instant) -> Result<usize, Lost> {
        let mut most = self.pace.budget.map_or(usize::MAX, clamped);
        if most == 0 {
            return Err(Ended::ByServer);
        }
        if let Some(throttle) = &self.pace.throttle {
            most = most.min(throttle.left);
            if throttle.again > Instant::now() {
                tokio::time::sleep_until(throttle.again.min(until).into()).await;
            }
            if throttle.again > until {
                return Err(Ended::Idle);
            }
        }
        Ok(most)
    }

    /// The budget is spent: what waits is not sent, and what still comes is read by nobody.
    pub(super) fn fall_silent(&mut self) {
        self.pace = Pace::default();
        self.broken = true;
        self.waiting.clear();
        self.records.clear();
    }

    /// Shuts the sending side in good order, behind everything that waits.
    pub(crate) async fn half_close(&mut self) -> Result<(), Lost> {
        self.flush().await?;
        if let (Some(tls), false) = (&mut self.tls, self.broken) {
            tls.send_close_notify();
        }
        self.flush().await?;
        let shut = self.stream.shutdown().await;
        shut.map_err(|_| Ended::ByClientReset)
    }

    /// Reads nothing until the client leaves, or the server is being ended: a client that leaves
    /// behind more than the operating system holds is not seen to go, so that what is there should
    /// be read then after all.
    pub(crate) async fn stop_reading(&mut self) -> Result<(), Lost> {
        self.flush().await?;
        let mut closing = self.closing.clone();
        loop {
            let left = self.until.saturating_duration_since(Instant::now());
            let ready = {
                let ready = pin!(timeout(left, self.stream.ready(LEAVES)));
                let closing = pin!(closing.wait_for(|closing| *closing));
                first(ready, closing).await
            };
            match ready {
                None => {
                    self.pace.throttle = None;
                    return Ok(());
                }
                Some(Err(_)) => return Err(Ended::TooLong),
                Some(Ok(Err(_))) => return Err(Ended::ByClientReset),
                Some(Ok(Ok(ready))) if ready.is_read_closed() || ready.is_error() => {
                    return Err(match self.stream.take_error() {
                        Ok(None) => Ended::ByClient,
                        _ => Ended::ByClientReset,
                    });
                }
                // Nothing that matters: only the next event wakes this up again.
                Some(Ok(Ok(_))) => {
                    let nothing = || Err::<(), _>(io::ErrorKind::WouldBlock.into());
                    let _ = self.stream.try_io(LEAVES, nothing);
                }
            }
        }
    }
}

/// What to wait for to see a client leave, whatever else it has sent: on Linux this is a FIN or an
/// RST, elsewhere an RST alone.
#[cfg(any(target_os = "linux", target_os = "android"))]
const LEAVES: Interest = Interest::PRIORITY;
#[cfg(not(any(target_os = "linux", target_os = "android")))]
const LEAVES: Interest = Interest::ERROR;

fn clamped(octets: u64) -> usize {
    usize::try_from(octets).unwrap_or(usize::MAX)
}
