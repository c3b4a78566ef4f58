//! The wish for an audit.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use super::glob::means;
use super::{Case, ClientKind, ClientSaid, Limbo, ReportCard, RevocationCheck, revocation, run};
use crate::error::Error;
use crate::scenario::{Kind, Pace, Scenario, TlsWish};

/// The wish for an audit; [`run`](Self::run) takes a client through it.
///
/// ```
/// use mailfault::audit::Audit;
///
/// # mod my_client { pub fn send(_: std::net::SocketAddr, _: &str, _: &str) -> Result<(), String> { Err("no".into()) } }
/// let card = Audit::of_verifying_client()
///     .only("tls/expired*")
///     .run(|case| my_client::send(case.addr(), case.name(), case.roots().as_str()));
/// println!("{card}");
/// # assert!(card.stopped.is_some());
/// ```
#[must_use = "an audit does nothing until `run`"]
#[derive(Clone)]
pub struct Audit {
    pub(super) kind: ClientKind,
    pub(super) client: String,
    pub(super) jobs: usize,
    pub(super) time_out: Duration,
    pub(super) implicit_tls: bool,
    revocation: Vec<RevocationCheck>,
    pub(super) progress: Option<Arc<Progress>>,
    only: Vec<String>,
    skip: Vec<(String, String)>,
    more: Vec<Scenario>,
    /// Those of them that cannot be played, and why.
    unserved: BTreeMap<String, String>,
}

type Progress = dyn Fn(usize, usize, &str) + Send + Sync;

/// What an audit plays, in order.
pub(super) struct Chosen {
    /// The controls without which nothing else is worth judging.
    pub(super) controls: Vec<Scenario>,
    pub(super) cases: Vec<Choice>,
}

/// A scenario to play, or why it is not.
#[derive(Clone)]
pub(super) enum Choice {
    Play(Box<Scenario>),
    Skip(Box<Scenario>, String),
}

impl Choice {
    /// How long the client is kept waiting, if it is played.
    pub(super) fn pace(&self) -> Pace {
        match self {
            Self::Play(scenario) => scenario.pace(),
            Self::Skip(..) => Pace::Prompt,
        }
    }
}

impl Audit {
    /// Of a client that demands TLS and verifies the server (RFC 8314 §5).
    pub fn of_verifying_client() -> Self {
        Self::of(ClientKind::Verifying)
    }

    /// Of a client that takes the TLS that it can get (RFC 7435).
    pub fn of_opportunistic_client() -> Self {
        Self::of(ClientKind::Opportunistic)
    }

    /// Of a client of this kind.
    pub fn of(kind: ClientKind) -> Self {
        Self {
            kind,
            client: "the client".to_owned(),
            jobs: std::thread::available_parallelism().map_or(1, usize::from) * PER_CORE,
            time_out: Duration::from_secs(30),
            implicit_tls: false,
            revocation: Vec::new(),
            progress: None,
            only: Vec::new(),
            skip: Vec::new(),
            more: Vec::new(),
            unserved: BTreeMap::new(),
        }
    }

    /// What the client is called in the report.
    pub fn client(mut self, name: impl Into<String>) -> Self {
        self.client = name.into();
        self
    }

    /// How many cases run at a time; eight for each core, if nothing is said, since clients mostly
    /// wait.
    ///
    /// # Panics
    ///
    /// If it is 0.
    #[track_caller]
    pub fn jobs(mut self, jobs: usize) -> Self {
        assert!(jobs > 0, "without a job there is no audit");
        self.jobs = jobs;
        self
    }

    /// How long a case may take; 30 s if nothing is said. RFC 5321 §4.5.3.2 allows a client to
    /// wait for minutes: tell it to wait less than this, or it is said to hang.
    pub fn time_out(mut self, time_out: Duration) -> Self {
        self.time_out = time_out;
        self
    }

    /// Plays the cases whose id this pattern means, and those of other patterns: `tls/*`,
    /// `expired`. Controls are played all the same.
    pub fn only(mut self, pattern: impl Into<String>) -> Self {
        self.only.push(pattern.into());
        self
    }

    /// Leaves out the cases whose id this pattern means; the report says why.
    pub fn skip(mut self, pattern: impl Into<String>, why: impl Into<String>) -> Self {
        self.skip.push((pattern.into(), why.into()));
        self
    }

    /// Plays a scenario of your own as well.
    pub fn scenario(mut self, scenario: Scenario) -> Self {
        self.more.push(scenario);
        self
    }

    /// Plays the test cases of x509-limbo as well: each certificate is served, and graded by the result
    /// that the suite expects. What cannot be served is in the report with the reason.
    ///
    /// ```no_run
    /// use mailfault::audit::{Audit, Limbo};
    ///
    /// # mod my_client { pub fn send(_: &mailfault::audit::Case) {} }
    /// let limbo = Limbo::read("limbo.json")?;
    /// let audit = Audit::of_verifying_client().limbo(limbo).only("limbo/*");
    /// audit.run(|case| my_client::send(case)).assert_clean();
    /// # Ok::<(), mailfault::Error>(())
    /// ```
    pub fn limbo(mut self, limbo: Limbo) -> Self {
        for (scenario, unserved) in limbo.into_scenarios() {
            if let Some(why) = unserved {
                self.unserved.insert(scenario.id.clone(), why);
            }
            self.more.push(scenario);
        }
        self
    }

    /// The client speaks TLS from the first octet (RFC 8314 §3.3): so do the servers, and what is
    /// about STARTTLS is left out.
    pub fn over_implicit_tls(mut self) -> Self {
        self.implicit_tls = true;
        self
    }

    /// The client checks in these ways whether a certificate was revoked: what is about them is judged, and otherwise
    /// not, since few clients check unless told. Where a case is about something else, all is well in these ways.
    ///
    /// What takes half a minute, `revocation/crl-slow` and `revocation/ocsp-slow`, is played only where
    /// [`only`](Self::only) names it.
    ///
    /// ```
    /// use mailfault::audit::{Audit, RevocationCheck};
    ///
    /// # mod my_client { pub fn send(_: std::net::SocketAddr, _: &str, _: &str, _: &str) -> Result<(), String> { Err("no".into()) } }
    /// let card = Audit::of_verifying_client()
    ///     .checks_revocation([RevocationCheck::Crl])
    ///     .only("revocation/*")
    ///     .run(|case| {
    ///         my_client::send(case.addr(), case.name(), case.roots().as_str(), case.crls().as_str())
    ///     });
    /// # assert!(card.stopped.is_some());
    /// ```
    pub fn checks_revocation(mut self, how: impl IntoIterator<Item = RevocationCheck>) -> Self {
        self.revocation.extend(how);
        self
    }

    /// Calls this when a case is over: how many are, of how many, and which.
    pub fn progress(mut self, tell: impl Fn(usize, usize, &str) + Send + Sync + 'static) -> Self {
        self.progress = Some(Arc::new(tell));
        self
    }

    /// Calls the client once for each case, on threads of their own, and grades what the servers
    /// saw. Controls come first; if the client does not deliver there, the audit ends.
    ///
    /// The client should try to send one message from [`Case::from`] to [`Case::to`], log in if
    /// it has credentials (any will do), and give up sooner than [`time_out`](Self::time_out). One
    /// that does not is left behind on its thread, since no thread can be ended.
    ///
    /// # Panics
    ///
    /// If a pattern means no case.
    #[track_caller]
    pub fn run<S: ClientSaid>(
        &self,
        client: impl Fn(&Case) -> S + Send + Sync + 'static,
    ) -> ReportCard {
        match self.try_run(client) {
            Ok(card) => card,
            Err(error) => panic!("{error}"),
        }
    }

    /// As [`run`](Self::run), for patterns that a user typed.
    ///
    /// # Errors
    ///
    /// [`Error::UnknownName`] if a pattern means no case.
    pub fn try_run<S: ClientSaid>(
        &self,
        client: impl Fn(&Case) -> S + Send + Sync + 'static,
    ) -> Result<ReportCard, Error> {
        let chosen = self.choose()?;
        Ok(run::run(
            self,
            chosen,
            Arc::new(move |case: &Case| client(case).said()),
        ))
    }

    /// What is to be played.
    fn choose(&self) -> Result<Chosen, Error> {
        let mut all = Scenario::all();
        all.extend(self.more.iter().cloned());
        for pattern in self
            .only
            .iter()
            .chain(self.skip.iter().map(|(pattern, _)| pattern))
        {
            if !all.iter().any(|scenario| means(pattern, &scenario.id)) {
                let ids: Vec<&str> = all.iter().map(|scenario| &*scenario.id).collect();
                return Err(Error::UnknownName {
                    kind: "case",
                    given: pattern.clone(),
                    near: crate::near::nearest(pattern, &ids),
                });
            }
        }
        let is_first = |scenario: &Scenario| FIRST.contains(&&*scenario.id);
        let (first, rest): (Vec<_>, Vec<_>) = all.into_iter().partition(is_first);
        let controls = first.into_iter().map(|scenario| self.choice(scenario));
        let (controls, mut cases): (Vec<_>, Vec<_>) =
            controls.partition(|choice| matches!(choice, Choice::Play(_)));
        let wanted = rest.into_iter().filter(|scenario| {
            let mut only = self.only.iter();
            self.only.is_empty() || only.any(|pattern| means(pattern, &scenario.id))
        });
        cases.extend(wanted.map(|scenario| self.choice(scenario)));
        let controls = controls.into_iter().filter_map(|choice| match choice {
            Choice::Play(scenario) => Some(*scenario),
            Choice::Skip(..) => None,
        });
        Ok(Chosen {
            controls: controls.collect(),
            cases,
        })
    }

    /// Whether a scenario is played, and how.
    fn choice(&self, mut scenario: Scenario) -> Choice {
        let mut skips = self.skip.iter();
        if let Some((_, why)) = skips.find(|(pattern, _)| means(pattern, &scenario.id)) {
            let why = match &**why {
                "" => "skipped".to_owned(),
                why => format!("skipped: {why}"),
            };
            return Choice::Skip(Box::new(scenario), why);
        }
        if let Some(why) = self.unserved.get(&scenario.id) {
            return Choice::Skip(Box::new(scenario), why.clone());
        }
        if let Some(why) = revocation::why_not(&scenario, &self.revocation, &self.only) {
            return Choice::Skip(Box::new(scenario), why);
        }
        revocation::complete(&mut scenario, &self.revocation);
        let about_starttls = scenario.id.starts_with("starttls/") && scenario.kind == Kind::Fault;
        let skip = match (scenario.server.tls, self.implicit_tls) {
            (TlsWish::Implicit, false) => Some("is about the implicit-TLS port"),
            (_, true) if about_starttls => Some("is about STARTTLS"),
            (TlsWish::None, true) => Some("is about a server without TLS"),
            _ => None,
        };
        if let Some(why) = skip {
            return Choice::Skip(Box::new(scenario), why.to_owned());
        }
        if self.implicit_tls {
            scenario.server.tls = TlsWish::Implicit;
        }
        Choice::Play(Box::new(scenario))
    }
}

/// How many cases run at a time for each core.
const PER_CORE: usize = 8;

/// The controls that are played first, and without which nothing else is.
const FIRST: [&str; 4] = [
    "control/p256",
    "control/rsa-2048",
    "control/tls12-only",
    "control/starttls",
];

impl std::fmt::Debug for Audit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Audit")
            .field("kind", &self.kind)
            .field("client", &self.client)
            .field("only", &self.only)
            .field("skip", &self.skip)
            .finish_non_exhaustive()
    }
}
