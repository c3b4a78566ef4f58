//! What the library costs, side by side with others in one run. See README.md.

use std::process::ExitCode;

use figures::Sheet;

mod bare;
mod child;
mod client;
mod figures;
mod handshakes;
mod idle;
mod mailin;
mod messages;
mod start;

const USAGE: &str =
    "usage: mailfault-benches [--json] [--only=TEXT] [start] [messages] [handshakes] [idle]";

type Bench = fn(&Sheet);

fn main() -> ExitCode {
    let mut arguments: Vec<String> = std::env::args().skip(1).collect();
    if let Some("serve") = arguments.first().map(String::as_str) {
        return match arguments.get(1).and_then(|name| child::Kind::by_name(name)) {
            Some(kind) => child::serve(kind),
            None => ExitCode::from(2),
        };
    }
    let json = arguments.iter().any(|argument| argument == "--json");
    let only = arguments
        .iter()
        .find_map(|argument| argument.strip_prefix("--only=").map(str::to_owned));
    arguments.retain(|argument| argument != "--json" && !argument.starts_with("--only="));
    let known: [(&str, Bench); 4] = [
        ("start", start::run),
        ("messages", messages::run),
        ("handshakes", handshakes::run),
        ("idle", idle::run),
    ];
    let is_known = |argument: &String| known.iter().any(|(name, _)| name == argument);
    if !arguments.iter().all(is_known) {
        eprintln!("{USAGE}");
        return ExitCode::from(2);
    }
    let sheet = Sheet::new(json, only);
    for (name, run) in known {
        if arguments.is_empty() || arguments.iter().any(|argument| argument == name) {
            run(&sheet);
        }
    }
    ExitCode::SUCCESS
}
