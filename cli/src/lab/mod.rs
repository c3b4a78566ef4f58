//! `mailfault lab`: a broken mail flow to investigate and repair.

#![allow(dead_code)] // until the parts meet

mod json; // a lab's data as the page reads it
mod played; // what a lab can be asked
mod scrollback; // what the shell printed
mod seat; // a trainee's place
mod web; // the page

#[cfg(test)]
mod fake; // a lab made up for tests
#[cfg(test)]
mod tests; // the page over HTTP, and in a browser
