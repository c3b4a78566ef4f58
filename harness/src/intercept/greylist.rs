//! Greylisting: who comes for the first time is told to come again.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use crate::smtp::Reply;

/// How a box greylists: a triplet of the client's network, sender and recipient that it does not
/// know is put off, and taken when it comes again after a while.
///
/// ```
/// use std::time::Duration;
/// use mailfault::intercept::{Greylist, Interceptor, Tampering};
/// use mailfault::MockServer;
///
/// let server = MockServer::start();
/// let greylist = Greylist::new("451 4.3.2 Please try again later", Duration::from_secs(600));
/// let gateway = Interceptor::before(server.addr())
///     .greylist(greylist.exempting(["contoso.test"]))
///     .start();
/// // … later an administrator turns it off …
/// gateway.set_tampering(|all| all.retain(|one| one.name() != "greylist"))?;
/// # Ok::<(), mailfault::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Greylist {
    /// What is said to RCPT.
    pub reply: Reply,
    /// For how long, from the first time on.
    pub wait: Duration,
    /// The domains of senders that are not greylisted; case does not matter.
    pub exempt: Vec<String>,
}

impl Greylist {
    /// One without exemptions.
    pub fn new(reply: impl Into<Reply>, wait: Duration) -> Self {
        Self {
            reply: reply.into(),
            wait,
            exempt: Vec::new(),
        }
    }

    /// Lets the mail of these domains pass.
    #[must_use]
    pub fn exempting<S: Into<String>>(mut self, domains: impl IntoIterator<Item = S>) -> Self {
        self.exempt.extend(domains.into_iter().map(Into::into));
        self
    }

    fn exempts(&self, sender: &str) -> bool {
        let domain = sender.rsplit_once('@').map_or("", |(_, domain)| domain);
        let mut all = self.exempt.iter();
        all.any(|one| one.eq_ignore_ascii_case(domain))
    }
}

/// The triplets that a box has seen, and when each came first.
#[derive(Debug, Default)]
pub(super) struct Triplets(Mutex<BTreeMap<Triplet, SystemTime>>);

type Triplet = (IpAddr, String, String);

/// How many are remembered; clients decide how many there are.
const KEPT: usize = 10_000;

impl Triplets {
    /// Whether this one has to come again.
    pub(super) fn puts_off(
        &self,
        rule: &Greylist,
        (ip, sender, recipient): (IpAddr, &str, &str),
        now: SystemTime,
    ) -> bool {
        if rule.exempts(sender) {
            return false;
        }
        let triplet = (
            network(ip),
            sender.to_ascii_lowercase(),
            recipient.to_ascii_lowercase(),
        );
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= KEPT && !known.contains_key(&triplet) {
            let oldest = known.iter().min_by_key(|(_, first)| **first);
            if let Some(oldest) = oldest.map(|(oldest, _)| oldest.clone()) {
                known.remove(&oldest);
            }
        }
        let first = *known.entry(triplet).or_insert(now);
        now.duration_since(first).unwrap_or_default() < rule.wait
    }
}

/// Large senders come from another address each time: FortiMail looks at the first 24 bits, by
/// Fortinet's description of the process. The 64 of IPv6 are ours.
fn network(ip: IpAddr) -> IpAddr {
    match ip.to_canonical() {
        IpAddr::V4(ip) => Ipv4Addr::from_bits(ip.to_bits() & !0xff).into(),
        IpAddr::V6(ip) => Ipv6Addr::from_bits(ip.to_bits() & !u128::from(u64::MAX)).into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: Duration = Duration::from_secs(60);

    #[test]
    fn a_triplet_is_put_off_until_its_time_has_come() {
        let (rule, triplets) = (Greylist::new("451 later", 10 * MINUTE), Triplets::default());
        let begin = SystemTime::UNIX_EPOCH;
        #[track_caller]
        fn check(puts_off: bool, expected: bool) {
            assert_eq!(puts_off, expected);
        }
        let asked = |ip: &str, from, to, minutes: u32| {
            let ip = ip.parse().unwrap();
            triplets.puts_off(&rule, (ip, from, to), begin + minutes * MINUTE)
        };
        check(asked("192.0.2.7", "a@x.test", "b@y.test", 0), true);
        check(asked("192.0.2.7", "a@x.test", "b@y.test", 9), true);
        check(asked("192.0.2.9", "A@x.test", "b@Y.test", 10), false);
        check(asked("192.0.3.7", "a@x.test", "b@y.test", 10), true);
        check(asked("192.0.2.7", "c@x.test", "b@y.test", 10), true);
        check(asked("192.0.2.7", "a@x.test", "d@y.test", 10), true);
    }

    #[test]
    fn exempt_domains_pass_and_their_like_do_not() {
        let rule = Greylist::new("451 later", MINUTE).exempting(["Contoso.test"]);
        let triplets = Triplets::default();
        let asked = |from| {
            let ip = IpAddr::V4(Ipv4Addr::LOCALHOST);
            triplets.puts_off(&rule, (ip, from, "b@y.test"), SystemTime::UNIX_EPOCH)
        };
        assert!(!asked("a@contoso.TEST"));
        assert!(asked("a@sub.contoso.test"));
        assert!(asked(""));
    }

    #[test]
    fn of_very_many_triplets_the_oldest_are_forgotten() {
        let rule = Greylist::new("451 later", MINUTE);
        let triplets = Triplets::default();
        let asked = |number: usize, seconds: u64| {
            let from = format!("{number}@x.test");
            let at = SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
            let ip = IpAddr::V4(Ipv4Addr::LOCALHOST);
            triplets.puts_off(&rule, (ip, &from, "b@y.test"), at)
        };
        asked(0, 0);
        for number in 1..=KEPT {
            asked(number, 1);
        }
        assert!(asked(0, 90), "it is new again");
        assert!(!asked(5, 90));
    }
}
