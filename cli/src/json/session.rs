//! A session that is over.

use std::net::SocketAddr;

use mailfault::Session;
use mailfault::scenario::Scenario;
use serde::Serialize;

use super::Alert;
use crate::verdict;

/// A session, when it is over.
#[derive(Serialize)]
pub(crate) struct Over<'a> {
    session: u64,
    event: &'static str,
    peer: SocketAddr,
    implicit_tls: bool,
    client: Option<&'a str>,
    outcome: &'static str,
    as_expected: bool,
    ended: Option<String>,
    alert: Option<Alert>,
    tls: Option<Tls<'a>>,
    client_hello: Option<ClientHello<'a>>,
    in_clear: Vec<InClear<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    transcript: Option<String>,
}

#[derive(Serialize)]
struct Tls<'a> {
    version: String,
    cipher_suite: &'a str,
    group: &'a str,
    sni: Option<&'a str>,
    alpn: Option<&'a str>,
    client_certificates: usize,
}

#[derive(Serialize)]
struct ClientHello<'a> {
    sni: Option<&'a str>,
    alpn: &'a [String],
    versions: &'a [u16],
    cipher_suites: &'a [u16],
    groups: &'a [u16],
    signature_schemes: &'a [u16],
}

#[derive(Serialize)]
struct InClear<'a> {
    what: &'static str,
    text: &'a str,
}

impl<'a> Over<'a> {
    pub(crate) fn new(scenario: &Scenario, session: &'a Session) -> Self {
        let outcome = session.outcome();
        let tls = session.tls.as_ref().map(|tls| Tls {
            version: tls.version.to_string(),
            cipher_suite: &tls.cipher_suite,
            group: &tls.group,
            sni: tls.sni.as_deref(),
            alpn: tls.alpn.as_deref(),
            client_certificates: tls.client_certificate.len(),
        });
        let client_hello = session.client_hello.as_ref().map(|hello| ClientHello {
            sni: hello.sni.as_deref(),
            alpn: &hello.alpn,
            versions: &hello.versions,
            cipher_suites: &hello.cipher_suites,
            groups: &hello.groups,
            signature_schemes: &hello.signature_schemes,
        });
        let in_clear = session.in_clear().iter().map(|clear| InClear {
            what: verdict::leak(clear.what),
            text: clear.text.trim_end(),
        });
        Self {
            session: session.number,
            event: "session",
            peer: session.peer,
            implicit_tls: session.implicit_tls,
            client: session.client.as_deref(),
            outcome: outcome.name(),
            as_expected: scenario.expect.contains(&outcome),
            ended: session.ended.map(|ended| ended.to_string()),
            alert: session.alert.map(Alert::from),
            tls,
            client_hello,
            in_clear: in_clear.collect(),
            transcript: None,
        }
    }

    pub(super) fn with_transcript(mut self, session: &Session) -> Self {
        self.transcript = Some(session.transcript.to_string());
        self
    }
}
