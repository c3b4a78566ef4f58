//! The command `mailfault`: thin glue between arguments, the library and the terminal.

mod arguments; // what can be typed, and its help
mod error; // messages, hints, exit codes
mod find; // a name or a file, to what it means
mod output; // data to stdout, notes to stderr; neither panics when its reader leaves

mod audit; // mailfault audit: a client through the catalogue, and its report card
mod certs; // mailfault certs: certificates as files
mod check; // mailfault check: scenario files, held to what they expect
mod lab; // mailfault lab: a broken mail flow to investigate and repair
mod list; // mailfault list: what there is, one line each
mod pages; // mailfault completions and mailfault man: what can be typed, for shells and for `man`
mod probe; // mailfault probe: a server, as others would judge it
mod run; // mailfault run: a client against a scenario, and the verdict
mod send; // mailfault send: the senders of a cast, played
mod serve; // mailfault serve: a scenario's server until it is told to end
mod show; // mailfault show: one of them in full

mod child; // a client that is run, bounded, and ended with all its children
mod json; // the shapes of `--json`
mod paste; // lines to paste into a shell
mod play; // a scenario made ready: authority, certificate, server
mod signals; // SIGINT, SIGTERM and SIGHUP, and the end of stdin
mod verdict; // what became of a client, in words
mod words; // what clients do with a fault and say of it

use std::process::ExitCode;

use clap::Parser as _;

use arguments::{Mailfault, Verb};

fn main() -> ExitCode {
    let done = match Mailfault::parse().verb {
        Verb::List(arguments) => list::list(&arguments),
        Verb::Show(arguments) => show::show(&arguments),
        Verb::Lab(arguments) => lab::lab(&arguments),
        Verb::Certs(arguments) => certs::certs(&arguments),
        Verb::Serve(arguments) => serve::serve(&arguments),
        Verb::Run(arguments) => run::run(&arguments),
        Verb::Send(arguments) => send::send(&arguments),
        Verb::Audit(arguments) => audit::audit(&arguments),
        Verb::Check(arguments) => check::check(&arguments),
        Verb::Probe(arguments) => probe::probe(&arguments),
        Verb::Completions(arguments) => pages::completions(&arguments),
        Verb::Man(arguments) => pages::man(&arguments),
    };
    error::exit_code(done)
}
