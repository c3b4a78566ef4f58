//! The pool of threads, and the bound on each case.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::time::{Duration, Instant};

use super::grade::{Demand, Judgement, grade};
use super::seen::Seen;
use super::wish::{Choice, Chosen};
use super::{Audit, Audited, Case, ReportCard, Said};
use crate::report::{Outcome, Report};
use crate::scenario::Scenario;

type Client = dyn Fn(&Case) -> Said + Send + Sync;

pub(super) fn run(audit: &Audit, chosen: Chosen, client: Arc<Client>) -> ReportCard {
    let began = Instant::now();
    let pool = Pool {
        audit,
        client,
        done: AtomicUsize::new(0),
        total: chosen.controls.len() + chosen.cases.len(),
    };
    let controls = chosen.controls.into_iter();
    let controls: Vec<_> = controls.map(|one| Choice::Play(Box::new(one))).collect();
    let controls = pool.play(&controls);
    let stopped = controls.iter().find_map(failed);
    let cases = match &stopped {
        Some(_) => Vec::new(),
        None => pool.play(&chosen.cases),
    };
    ReportCard {
        client: audit.client.clone(),
        kind: audit.kind,
        controls,
        cases,
        stopped,
        took: began.elapsed(),
    }
}

/// Why a control forbids to go on.
fn failed(control: &Audited) -> Option<String> {
    let delivered = control.report.mail.iter().any(|mail| mail.inside_tls);
    let why = match control.outcome {
        _ if delivered => return None,
        Outcome::NeverCame => "nobody connected",
        Outcome::DeliveredInClear | Outcome::LeakedCredentials => "it went on in clear",
        Outcome::Hung => "the session was still open when the time was up",
        _ => "no message was taken inside TLS",
    };
    Some(format!(
        "{} could not deliver to a healthy server ({}): {why}",
        "the client", control.id
    ))
}

struct Pool<'a> {
    audit: &'a Audit,
    client: Arc<Client>,
    done: AtomicUsize,
    total: usize,
}

impl Pool<'_> {
    /// Plays them all; what comes back is in the same order.
    fn play(&self, all: &[Choice]) -> Vec<Audited> {
        // Whoever waits longest begins first, so that nobody waits for it alone at the end.
        let mut order: Vec<usize> = (0..all.len()).collect();
        order.sort_by_key(|number| std::cmp::Reverse(all[*number].pace()));
        let next = AtomicUsize::new(0);
        let played: Mutex<Vec<(usize, Audited)>> = Mutex::default();
        std::thread::scope(|threads| {
            let work = || {
                while let Some((number, choice)) = {
                    let turn = next.fetch_add(1, Ordering::Relaxed);
                    order.get(turn).map(|number| (*number, &all[*number]))
                } {
                    let audited = self.one(choice);
                    let done = self.done.fetch_add(1, Ordering::Relaxed) + 1;
                    if let Some(tell) = &self.audit.progress {
                        tell(done, self.total, &audited.id);
                    }
                    let mut played = played.lock().unwrap_or_else(PoisonError::into_inner);
                    played.push((number, audited));
                }
            };
            for _ in 0..self.audit.jobs.min(all.len()) {
                threads.spawn(work);
            }
        });
        let mut played = played.into_inner().unwrap_or_else(PoisonError::into_inner);
        played.sort_by_key(|(number, _)| *number);
        played.into_iter().map(|(_, audited)| audited).collect()
    }

    fn one(&self, choice: &Choice) -> Audited {
        match choice {
            Choice::Play(scenario) => self.case(scenario),
            Choice::Skip(scenario, why) => {
                let demand = Demand::of(self.audit.kind, scenario);
                let judged = Judgement::not_judged(why.clone());
                Audited::new(
                    scenario,
                    &demand,
                    judged,
                    Report::default(),
                    Said::default(),
                )
            }
        }
    }

    /// One server, one call of the client, one grade.
    fn case(&self, scenario: &Scenario) -> Audited {
        let began = Instant::now();
        let demand = Demand::of(self.audit.kind, scenario);
        let (builder, identity) = scenario.builder();
        let server = match builder.try_start() {
            Ok(server) => server,
            Err(error) => {
                let judged = Judgement::not_judged(format!("cannot be served here: {error}"));
                let (report, said) = (Report::default(), Said::default());
                return Audited::new(scenario, &demand, judged, report, said);
            }
        };
        let case = Case::new(scenario, &demand.words(), &server, &identity);
        let answer = call(&self.client, &case);
        let (report, said, left_behind) = match answer.recv_timeout(self.audit.time_out) {
            Ok(said) => (server.stop(), said, false),
            Err(_) => {
                // What the client does when its time is up, or its connection is cut, is not its
                // doing: the verdict is on what was seen until now.
                let report = server.report();
                case.end();
                drop(server.stop());
                match answer.recv_timeout(GRACE) {
                    Ok(said) => (report, Said { sent: None, ..said }, false),
                    Err(_) => (report, Said::default(), true),
                }
            }
        };
        let took = began.elapsed();
        let over = took >= self.audit.time_out;
        let seen = Seen::of(scenario, &report);
        let mut audited = Audited::new(scenario, &demand, grade(&demand, &seen), report, said);
        if over && !left_behind {
            let after = self.audit.time_out;
            audited
                .remarks
                .push(format!("was still running after {after:?}"));
        } else if left_behind {
            let after = self.audit.time_out;
            let remark = format!("was still running after {after:?}; its thread was left behind");
            audited.remarks.push(remark);
        }
        audited.took = took;
        audited
    }
}

/// How long a client may take to notice that its time is up.
const GRACE: Duration = Duration::from_secs(2);

/// Calls the client on a thread of its own, which nobody waits for.
fn call(client: &Arc<Client>, case: &Case) -> mpsc::Receiver<Said> {
    let (tell, answer) = mpsc::channel();
    let (client, case) = (Arc::clone(client), case.clone());
    let call = move || {
        let said = catch_unwind(AssertUnwindSafe(|| client(&case)));
        let said = said.unwrap_or_else(|panic| Said::panicked(&*panic));
        // Nobody listens to a client that was left behind.
        let _ = tell.send(said);
    };
    let thread = std::thread::Builder::new().name("mailfault client".to_owned());
    if let Err(error) = thread.spawn(call) {
        // No thread, no client: the case never came.
        let (tell, answer) = mpsc::channel();
        let _ = tell.send(Said {
            text: format!("cannot be called: {error}"),
            ..Said::default()
        });
        return answer;
    }
    answer
}
