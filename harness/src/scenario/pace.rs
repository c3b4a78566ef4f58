//! How long a client is kept waiting.

use std::time::Duration;

use super::Scenario;
use crate::fault::{Action, End, Fault, HandshakeFault};
use crate::report::Report;
#[cfg(feature = "audit")]
use crate::server::ResponderWish;

/// How long a server keeps a client waiting, from the shortest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Pace {
    /// It answers at once.
    Prompt,
    /// It answers in words that some clients do not take for an answer.
    Odd,
    /// It answers late.
    Slow,
    /// It says nothing more, until the client leaves.
    Silent,
}

impl Scenario {
    /// The slowest that its server can be, or a responder for revocation that its certificate names.
    #[cfg(feature = "audit")]
    pub(crate) fn pace(&self) -> Pace {
        let revocation = &self.server.revocation;
        let responders = [revocation.crl_server, revocation.ocsp_server];
        let slow = |wish: &ResponderWish| matches!(wish, ResponderWish::Slow(_));
        let least = match responders.iter().any(slow) {
            true => Pace::Slow,
            false => Pace::Prompt,
        };
        self.faults.iter().map(pace_of).fold(least, Pace::max)
    }

    /// Whether its server answers late, and should not be left.
    pub(crate) fn is_slow(&self) -> bool {
        self.faults.iter().any(|fault| pace_of(fault) == Pace::Slow)
    }
}

/// Whether a fault took no time that must take some. That it fired is the plan's word, which the
/// clock confirms.
pub(super) fn took_no_time((fault, times): &(Fault, u64), report: &Report) -> bool {
    let ends = report.sessions.iter().filter_map(|session| {
        let last = session.transcript.events().last()?;
        Some(last.at)
    });
    ends.sum::<Duration>() < least(fault, *times, report)
}

/// What a fault costs that fired so often: half of what it should, since a client may leave before
/// a wait is over. `Jitter` may be next to nothing.
pub(super) fn least(fault: &Fault, times: u64, report: &Report) -> Duration {
    // No reply is shorter than a code and its CRLF.
    const SHORTEST: usize = 5;
    // No client that plays scenarios waits longer for anything.
    const LONGEST: Duration = Duration::from_secs(10);
    let times = usize::try_from(times).unwrap_or(usize::MAX);
    let longer_than = |octets: usize| report.mail.iter().any(|mail| mail.content.len() > octets);
    let (wait, count) = match *fault.action() {
        Action::Delay(wait) | Action::SplitCrlf(wait) => (wait, times),
        Action::Drip { octets, every } => {
            let pieces = SHORTEST.div_ceil(octets);
            (every, times.saturating_mul(pieces))
        }
        Action::Throttle { octets, per } if longer_than(octets) => (per, 1),
        _ => (Duration::ZERO, 0),
    };
    let count = u32::try_from(count).unwrap_or(u32::MAX);
    wait.min(LONGEST).saturating_mul(count) / 2
}

fn pace_of(fault: &Fault) -> Pace {
    match fault.action() {
        Action::Delay(_)
        | Action::Drip { .. }
        | Action::Jitter(_)
        | Action::SplitCrlf(_)
        | Action::Throttle { .. } => Pace::Slow,
        Action::Endless(_)
        | Action::Stall
        | Action::StopReading
        | Action::Handshake(
            HandshakeFault::Silence
            | HandshakeFault::End {
                end: End::Stall, ..
            },
        ) => Pace::Silent,
        Action::HalfClose | Action::Handshake(_) | Action::Raw(_) => Pace::Odd,
        _ => Pace::Prompt,
    }
}

#[cfg(all(test, feature = "audit"))]
mod tests {
    use super::*;

    #[test]
    fn the_slowest_part_of_a_server_says_how_slow_it_is() {
        #[track_caller]
        fn check(id: &str, expected: Pace) {
            assert_eq!(Scenario::named(id).unwrap().pace(), expected);
        }
        check("control/p256", Pace::Prompt);
        check("net/reply-split-crlf", Pace::Slow);
        check("net/stall-at-rcpt", Pace::Silent);
        check("revocation/crl-404", Pace::Prompt);
        check("revocation/crl-slow", Pace::Slow);
        check("revocation/ocsp-slow", Pace::Slow);
    }
}
