//! Every scenario ends as its file says, and every fault in it can be seen.
#![cfg(feature = "scenario")]

use std::sync::Mutex;

use mailfault::scenario::Scenario;

#[test]
fn every_scenario_ends_as_its_file_says() {
    let example = Scenario::parse("example.toml", mailfault_scenarios::EXAMPLE);
    let mut waiting = Scenario::all();
    waiting.push(example.expect("the example can be understood"));
    let waiting = Mutex::new(waiting);
    let failures = Mutex::new(Vec::new());
    let work = || {
        loop {
            let next = waiting.lock().unwrap().pop();
            let Some(scenario) = next else { return };
            let failure = match scenario.check() {
                Ok(checked) if checked.is_as_expected() => continue,
                Ok(checked) => checked.to_string(),
                Err(error) => format!("{}: {error}\n", scenario.id),
            };
            failures.lock().unwrap().push(failure);
        }
    };
    // Most of them wait for a client to lose its patience, which costs nothing.
    std::thread::scope(|threads| (0..16).for_each(|_| drop(threads.spawn(work))));
    let mut failures = failures.into_inner().unwrap();
    failures.sort();
    let count = failures.len();
    assert!(count == 0, "{count} failures\n\n{}", failures.join("\n"));
}
