//! The built command: its output, its messages, its exit codes.
//!
//! Nothing sleeps, polls, retries or fixes a port, and no command outlives its test.

mod browser; // a browser that a script drives
mod support; // running the command, bounded

mod audit; // a client through the catalogue, and its report card
mod certs; // certificates as files
mod check; // scenario files, held to what they expect
mod lab_page; // a lab on a page, over HTTP and in a browser
mod list; // what there is, and one of them in full
mod messages; // every kind of bad input: its message and its exit code
mod pages; // completions and manual pages
mod probe; // a server, as others would judge it
mod run; // real clients against scenarios
mod serve; // a server that a parent owns
mod writing; // the page about writing a lab, followed
