//! The ids of sessions, as Exchange counts them.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// The id of the session of this number, from 1, of a service that began then.
///
/// Inferred from public logs. Their ids are .NET ticks, 100 ns since year 1, of a time hours to
/// weeks before the session; and two sessions of one service, twelve minutes apart, have ids that
/// differ by 8. So the ticks are those of the service's start, and what is added is a count.
pub(crate) fn session_id(service_began: SystemTime, number: u64) -> u64 {
    const TICKS_TO_1970: u64 = 621_355_968_000_000_000;
    let since = service_began
        .duration_since(UNIX_EPOCH)
        .unwrap_or(Duration::ZERO);
    let ticks = since.as_secs().saturating_mul(10_000_000) + u64::from(since.subsec_nanos() / 100);
    TICKS_TO_1970.wrapping_add(ticks).wrapping_add(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Both stand in one public log: at 20:08:01 and at 20:20:31 on 23 December 2014.
    #[test]
    fn two_sessions_of_a_public_log_have_one_beginning() {
        let (failed, delivered) = (0x08D1_ECFA_4B38_037F, 0x08D1_ECFA_4B38_0387);
        // Tue, 23 Dec 2014 19:03:38 UTC
        let began = UNIX_EPOCH + Duration::new(1_419_361_418, 389_183_100);
        let first = session_id(began, 0);
        let number = |id: u64| id - first;
        assert!(number(failed) < 100, "{first:016X}");
        assert_eq!(number(delivered) - number(failed), 8);
        assert_eq!(session_id(began, number(failed)), failed);
    }
}
