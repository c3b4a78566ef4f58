//! A page of a lab whose every text is made to become markup.

use super::http::Server;
use crate::lab::fake::Fake;

// One way to drive a browser, for these tests and for those of the built command.
#[path = "../../../tests/command/browser.rs"]
mod driven;

#[test]
fn texts_of_others_stay_text() {
    let server = Server::with(Fake::new(
        "<img src=x onerror=alert(1)>\"'><script>alert(2)</script>",
    ));
    driven::browse("hostile.js", &[&server.url()]);
}
