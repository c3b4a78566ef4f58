//! The catalogue of mailfault: each fault of a mail server as a TOML file, embedded as text.
//!
//! This crate only carries the files, so that anything may read them; `mailfault::scenario` of the
//! crate `mailfault` understands and plays them.
//!
//! ```
//! let (id, text) = mailfault_scenarios::all()[0];
//! assert_eq!(id, "control/p256");
//! assert!(text.starts_with("summary"));
//! ```

/// A scenario file that explains every key and can be played itself.
pub const EXAMPLE: &str = include_str!("../example.toml");

/// What real clients did with each fault and what they said: tab-separated, explained by the
/// comments at its top. `mailfault::wordings` reads it.
pub const VERDICTS: &str = include_str!("../verdicts.tsv");

/// What clients say that nobody observed, each with the document that tells it, in the same manner.
pub const DOCUMENTED: &str = include_str!("../documented.tsv");

/// Every scenario, as its id and its text: controls first, those that an audit plays first before
/// the others; then folder by folder in alphabetical order.
#[must_use]
pub fn all() -> &'static [(&'static str, &'static str)] {
    ALL
}

macro_rules! embed {
    ($($id:literal,)*) => {
        const ALL: &[(&str, &str)] = &[
            $(($id, include_str!(concat!("../", $id, ".toml"))),)*
        ];
    };
}

// A file that is not in this list fails the test below; one that is not there, the build.
embed! {
    "control/p256",
    "control/rsa-2048",
    "control/tls12-only",
    "control/starttls",
    "control/ed25519",
    "control/idn",
    "control/ip-san",
    "control/no-intermediate",
    "control/p384",
    "control/root-sent",
    "control/san-underscore",
    "control/san-uppercase",
    "control/tls13-only",
    "control/wildcard",
    "tls/cn-only",
    "tls/duplicate-leaf",
    "tls/eku-client-only",
    "tls/expired",
    "tls/expired-and-missing-intermediate",
    "tls/expired-and-untrusted",
    "tls/expired-and-wrong-name",
    "tls/expired-intermediate",
    "tls/expired-root",
    "tls/expired-self-signed",
    "tls/extra-unrelated",
    "tls/intermediate-not-ca",
    "tls/ip-no-ip-san",
    "tls/ip-other",
    "tls/key-mismatch",
    "tls/missing-intermediate",
    "tls/not-yet-valid",
    "tls/pathlen-exceeded",
    "tls/reversed-chain",
    "tls/san-ip-only",
    "tls/san-short-name-only",
    "tls/self-signed",
    "tls/untrusted-root",
    "tls/wildcard-for-parent",
    "tls/wildcard-other-domain",
    "tls/wildcard-tld",
    "tls/wildcard-too-deep",
    "tls/wrong-name",
    "tls/wrong-name-and-untrusted",
    "starttls/220-bare-lf",
    "starttls/220-before-command",
    "starttls/220-delayed",
    "starttls/220-multiline",
    "starttls/220-no-text",
    "starttls/220-then-alert-40",
    "starttls/220-then-close",
    "starttls/220-then-plaintext-250",
    "starttls/220-then-plaintext-500",
    "starttls/220-then-reset",
    "starttls/220-then-stall",
    "starttls/454-once",
    "starttls/auth-before-tls",
    "starttls/auth-only-before-tls",
    "starttls/close-instead-of-reply",
    "starttls/ehlo-refused",
    "starttls/extensions-shrink",
    "starttls/hidden-but-works",
    "starttls/junk-injection",
    "starttls/keyword-with-text",
    "starttls/mail-530",
    "starttls/masked",
    "starttls/offered-again",
    "starttls/offered-lowercase",
    "starttls/offered-then-221",
    "starttls/offered-then-250",
    "starttls/offered-then-354",
    "starttls/offered-then-421",
    "starttls/offered-then-454",
    "starttls/offered-then-501",
    "starttls/offered-then-502",
    "starttls/offered-then-530",
    "starttls/offered-then-554",
    "starttls/response-injection",
    "starttls/second-banner",
    "starttls/stall-instead-of-reply",
    "starttls/stripped",
    "starttls/tls-ehlo-421",
    "starttls/tls-ehlo-500",
    "starttls/tls-ehlo-close",
    "handshake/alert-112-after-client-hello",
    "handshake/alert-40-after-client-hello",
    "handshake/alert-70-after-client-hello",
    "handshake/alert-71-after-client-hello",
    "handshake/alert-80-after-client-hello",
    "handshake/alert-then-plaintext-454",
    "handshake/anon-cipher-only",
    "handshake/application-data-first",
    "handshake/ccs-first",
    "handshake/client-cert-rejected",
    "handshake/client-cert-requested",
    "handshake/client-cert-required-12",
    "handshake/client-cert-required-13",
    "handshake/close-after-client-hello",
    "handshake/close-on-connect",
    "handshake/junk",
    "handshake/null-cipher-only",
    "handshake/plaintext-454",
    "handshake/plaintext-500",
    "handshake/plaintext-http",
    "handshake/record-too-long",
    "handshake/record-type-99",
    "handshake/record-version-0909",
    "handshake/reset-after-client-hello",
    "handshake/reset-on-connect",
    "handshake/server-hello-malformed",
    "handshake/server-hello-ssl3",
    "handshake/server-hello-tls10",
    "handshake/server-hello-tls11",
    "handshake/silence-on-connect",
    "handshake/stall-after-client-hello",
    "handshake/tls10-only",
    "handshake/tls11-only",
    "handshake/zeros",
    "mail/auth-454-4.7.0",
    "mail/auth-504",
    "mail/auth-530-5.7.0",
    "mail/auth-534-5.7.9",
    "mail/auth-535-5.7.8",
    "mail/body-200",
    "mail/body-451-4.7.1",
    "mail/body-452-4.3.1",
    "mail/body-554-5.7.1",
    "mail/body-bare-lf",
    "mail/body-code-only",
    "mail/body-delay",
    "mail/body-junk",
    "mail/body-mixed-codes",
    "mail/body-non-ascii",
    "mail/body-two-replies",
    "mail/data-250",
    "mail/data-354-delay",
    "mail/data-451-4.3.1",
    "mail/data-554-5.5.1",
    "mail/ehlo-421",
    "mail/ehlo-550",
    "mail/ehlo-bare-lf",
    "mail/ehlo-early-end",
    "mail/ehlo-mixed-codes",
    "mail/ehlo-no-auth",
    "mail/ehlo-no-end",
    "mail/greeting-250",
    "mail/greeting-421",
    "mail/greeting-554",
    "mail/greeting-bare-lf",
    "mail/greeting-delay",
    "mail/greeting-junk",
    "mail/greeting-multiline",
    "mail/greeting-no-text",
    "mail/greeting-slow-lines",
    "mail/mail-421",
    "mail/mail-451-4.3.0",
    "mail/mail-530-5.7.0",
    "mail/mail-550-5.7.1",
    "mail/mail-552-5.3.4",
    "mail/mail-555-5.5.4",
    "mail/no-8bitmime",
    "mail/no-pipelining",
    "mail/no-smtputf8",
    "mail/quit-500",
    "mail/rcpt-251",
    "mail/rcpt-354",
    "mail/rcpt-421-close",
    "mail/rcpt-450-4.7.1",
    "mail/rcpt-452-4.2.2",
    "mail/rcpt-452-4.5.3",
    "mail/rcpt-550-5.1.1",
    "mail/rcpt-550-5.7.1-relay",
    "mail/rcpt-551-5.1.6",
    "mail/rcpt-552-too-many",
    "mail/rcpt-one-of-three",
    "mail/recipient-chooses",
    "mail/size-exceeded",
    "net/close-after-final-dot",
    "net/close-at-data",
    "net/close-at-mail",
    "net/close-at-quit",
    "net/close-before-greeting",
    "net/close-mid-body",
    "net/delay-each-reply",
    "net/reply-byte-by-byte",
    "net/reset-after-final-dot",
    "net/reset-at-quit",
    "net/reset-at-rcpt",
    "net/reset-before-greeting",
    "net/reset-mid-body",
    "net/silence-before-greeting",
    "net/stall-after-final-dot",
    "net/stall-at-quit",
    "net/stall-at-rcpt",
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    #[test]
    fn every_file_is_embedded_once() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut files = BTreeSet::new();
        for folder in ["control", "tls", "starttls", "handshake", "mail", "net"] {
            for entry in root.join(folder).read_dir().unwrap() {
                let name = entry.unwrap().file_name().into_string().unwrap();
                let name = name.strip_suffix(".toml").expect(&name);
                files.insert(format!("{folder}/{name}"));
            }
        }
        let ids: BTreeSet<String> = super::all().iter().map(|(id, _)| id.to_string()).collect();
        assert_eq!(ids, files);
        assert_eq!(super::all().len(), files.len(), "an id stands twice");
    }
}
