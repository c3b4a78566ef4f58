use super::*;

mod catalogue; // the rules that it keeps
mod faults; // a file and a builder that say the same
mod mistakes; // what cannot be understood
mod names; // ids and paths
mod neutral; // what is left of a scenario without its fault
mod wishes; // server and client

/// A file's beginning: two lines that every scenario needs.
const HEAD: &str = "summary = \"x\"\nexpect = \"delivered\"\n";

#[track_caller]
fn check_bad(text: &str, message: &str) {
    let text = match text.contains("expect") {
        true => text.to_owned(),
        false => format!("{HEAD}{text}"),
    };
    match Scenario::parse("case.toml", &text) {
        Err(error) => assert_eq!(error.to_string(), message),
        Ok(scenario) => panic!("{scenario:?} should have been refused"),
    }
}

#[track_caller]
fn check_fault(text: &str, expected: Fault) {
    let scenario = Scenario::parse("case.toml", &format!("{HEAD}[[fault]]\n{text}"));
    match scenario {
        Ok(scenario) => assert_eq!(scenario.faults, [expected]),
        Err(error) => panic!("{error}"),
    }
}

#[track_caller]
fn server(text: &str) -> ServerWish {
    match Scenario::parse("case.toml", &format!("{HEAD}[server]\n{text}")) {
        Ok(scenario) => scenario.server,
        Err(error) => panic!("{error}"),
    }
}
