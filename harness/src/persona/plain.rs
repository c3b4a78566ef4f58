//! A server of no product in particular: RFC 5321 and its extensions, and nothing else.

use super::{Limits, Persona, Replies};
use crate::smtp::Reply;

impl Persona {
    /// A server of no product in particular: RFC 5321, PIPELINING, 8BITMIME, SMTPUTF8, CHUNKING,
    /// DSN, SIZE and ENHANCEDSTATUSCODES; AUTH PLAIN and LOGIN inside TLS, as RFC 8314 §4.1 asks.
    #[must_use]
    pub fn plain() -> Self {
        const BEFORE_TLS: [&str; 8] = [
            "PIPELINING",
            "8BITMIME",
            "SMTPUTF8",
            "CHUNKING",
            "DSN",
            "ENHANCEDSTATUSCODES",
            "SIZE {max-size}",
            "STARTTLS",
        ];
        let mut inside_tls = BEFORE_TLS.map(str::to_owned).to_vec();
        inside_tls[7] = "AUTH PLAIN LOGIN".to_owned();
        Self {
            name: "plain".to_owned(),
            summary: "a server of no product in particular, by the RFCs".to_owned(),
            host: "mx.test".to_owned(),
            banner: Reply::from("220 {host} ESMTP mailfault, for tests only"),
            hello: "{host} greets {client}".to_owned(),
            ehlo: BEFORE_TLS.map(str::to_owned).to_vec(),
            ehlo_tls: inside_tls,
            replies: Replies::default(),
            limits: Limits::default(),
            accepts_bare_lf: false,
            uncertain: Vec::new(),
        }
    }
}
