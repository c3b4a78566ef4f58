//! Where a judge is known to differ from what its client was observed to do or say, and why.

/// A difference that is known.
pub(super) struct Difference {
    pub(super) judges: &'static [&'static str],
    pub(super) faults: &'static [&'static str],
    pub(super) part: Part,
    pub(super) why: &'static str,
}

/// In what they differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// Whether it is accepted.
    Verdict,
    /// What is said of it.
    Words,
}

pub(super) const DIFFERENCES: &[Difference] = &[
    Difference {
        judges: &[
            "dotnet-core-3.1",
            "gnutls",
            "java",
            "openssl",
            "python",
            "node",
        ],
        faults: &["tls/p521", "tls/ed448", "tls/rsa-pss-key"],
        part: Part::Verdict,
        why: "the server has no such key and signs with another, which is what the judge sees",
    },
    Difference {
        judges: &["go"],
        faults: &["tls/p521"],
        part: Part::Verdict,
        why: "the server has no such key and signs with another, which is what the judge sees",
    },
    Difference {
        judges: &["go"],
        faults: &["tls/ed448", "tls/rsa-pss-key"],
        part: Part::Words,
        why: "the server has no such key and signs with another, which is what the judge sees",
    },
    Difference {
        judges: &["rustls"],
        faults: &["tls/p521", "tls/ed448", "tls/rsa-pss-key", "tls/rsa-512"],
        part: Part::Words,
        why: "the server has no such key and signs with another, which is what the judge sees",
    },
    Difference {
        judges: &[
            "dotnet-core-3.1",
            "gnutls",
            "go",
            "openssl",
            "python",
            "node",
        ],
        faults: &["tls/time-fractional"],
        part: Part::Verdict,
        why: "the judges take a time with a fraction of a second",
    },
    Difference {
        judges: &["dotnet-core-3.1", "gnutls", "openssl", "python", "node"],
        faults: &["tls/chain-over-64k"],
        part: Part::Verdict,
        why: "the probe takes no handshake message of more than 64 KiB",
    },
    Difference {
        judges: &["gnutls"],
        faults: &["tls/san-5000"],
        part: Part::Verdict,
        why: "the probe takes no handshake message of more than 64 KiB",
    },
    Difference {
        judges: &["dotnet-core-3.1", "go", "openssl", "python", "node"],
        faults: &["tls/serial-nonminimal"],
        part: Part::Verdict,
        why: "the judges take a serial number that is written longer than need be",
    },
    Difference {
        judges: &["dotnet-core-3.1", "java", "openssl", "python", "node"],
        faults: &["tls/ber-indefinite"],
        part: Part::Verdict,
        why: "the judges read DER and no other BER",
    },
    Difference {
        judges: &["gnutls", "java"],
        faults: &["tls/v1-with-extensions"],
        part: Part::Verdict,
        why: "the judges take a certificate of version 1 with extensions",
    },
    Difference {
        judges: &["go"],
        faults: &["tls/boolean-not-der"],
        part: Part::Verdict,
        why: "the judges take a BOOLEAN that is neither 0 nor 255",
    },
    Difference {
        judges: &["java"],
        faults: &["tls/subject-empty-san-noncritical"],
        part: Part::Verdict,
        why: "the judges take an empty subject with a subjectAltName that is not critical",
    },
    Difference {
        judges: &["java"],
        faults: &["tls/der-trailing-garbage"],
        part: Part::Verdict,
        why: "the judges take nothing behind a certificate",
    },
    Difference {
        judges: &["gnutls"],
        faults: &["tls/signature-empty"],
        part: Part::Words,
        why: "GnuTLS words a signature without octets as another cause",
    },
    Difference {
        judges: &["gnutls"],
        faults: &["tls/sigalg-unknown", "tls/sigalg-wrong-family"],
        part: Part::Words,
        why: "the judge links no certificate to an issuer whose key cannot have signed it",
    },
    Difference {
        judges: &["go"],
        faults: &["tls/sigalg-wrong-family"],
        part: Part::Words,
        why: "the judge has the words for a signature that is wrong",
    },
    Difference {
        judges: &["gnutls"],
        faults: &["tls/der-empty", "tls/der-garbage", "tls/time-garbage"],
        part: Part::Words,
        why: "of what cannot be read the judge does not tell what in it",
    },
    Difference {
        judges: &["go"],
        faults: &["tls/der-trailing-garbage"],
        part: Part::Words,
        why: "of what cannot be read the judge does not tell what in it",
    },
    Difference {
        judges: &["node", "openssl"],
        faults: &[
            "tls/der-trailing-garbage",
            "tls/der-truncated",
            "tls/der-empty",
            "tls/der-garbage",
            "tls/time-garbage",
        ],
        part: Part::Words,
        why: "of what cannot be read the judge does not tell what in it",
    },
    Difference {
        judges: &["python"],
        faults: &["tls/der-trailing-garbage", "tls/time-garbage"],
        part: Part::Words,
        why: "of what cannot be read the judge does not tell what in it",
    },
    Difference {
        judges: &["node"],
        faults: &["tls/san-email-only", "tls/san-uri-only"],
        part: Part::Words,
        why: "the common name is another here than where it was measured",
    },
    Difference {
        judges: &["node"],
        faults: &["tls/san-non-ascii", "tls/san-nul-byte"],
        part: Part::Words,
        why: "Node quotes and escapes such names",
    },
    Difference {
        judges: &["node", "openssl"],
        faults: &["tls/key-mismatch-rsa"],
        part: Part::Words,
        why: "what a foreign RSA key makes of a signature is chance",
    },
    Difference {
        judges: &["gnutls"],
        faults: &["tls/leaf-issued-by-leaf"],
        part: Part::Words,
        why: "of an issuer that is no CA and may not sign GnuTLS names both causes, but here only the second; why is not known",
    },
];

/// Rows on which a judge agrees or not by chance, with the reason; they are not counted.
pub(super) const BY_CHANCE: &[(&str, &str, &str)] = &[(
    "rustls",
    "tls/rsa-2047",
    "the provider of this build verifies with some keys of 2047 bits and not with others",
)];
