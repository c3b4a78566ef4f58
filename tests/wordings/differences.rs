//! Where a client is known to do or say something else than the table has, and why.

/// A difference that is known; it fails when it stops being one.
pub(super) struct Difference {
    pub(super) faults: &'static [&'static str],
    pub(super) clients: &'static [&'static str],
    /// Part of what it says here.
    pub(super) says: &'static str,
    pub(super) why: &'static str,
}

/// Faults of which the verdict is held to the table, and not the words, as chance is in them.
pub(super) const BY_CHANCE: &[(&str, &str)] = &[
    ("tls/der-garbage", "what a parser stumbles over first"),
    (
        "tls/key-mismatch-rsa",
        "what a foreign key makes of a signature",
    ),
    (
        "revocation/must-staple-malformed",
        "what a parser stumbles over first",
    ),
    (
        "revocation/ocsp-malformed",
        "what a parser stumbles over first",
    ),
];

pub(super) const DIFFERENCES: &[Difference] = &[
    #[cfg(not(feature = "legacy-tls"))]
    Difference {
        faults: &["tls/p521", "tls/ed448", "tls/rsa-pss-key"],
        clients: &[
            "openssl s_client",
            "openssl s_client -x509_strict",
            "curl",
            "python ssl",
            "node tls",
        ],
        says: "",
        why: "the server has no such key and signs with another",
    },
    // It offers nothing for such keys, and is shown them all the same.
    Difference {
        faults: &["tls/p521", "tls/ed448", "tls/rsa-pss-key"],
        clients: &["rustls (ring)"],
        says: "",
        why: "the server has no such key and signs with another",
    },
    #[cfg(not(feature = "legacy-tls"))]
    Difference {
        faults: &["tls/p521", "tls/ed448"],
        clients: &["gnutls-cli", "java jsse"],
        says: "",
        why: "the server has no such key and signs with another",
    },
    #[cfg(not(feature = "legacy-tls"))]
    Difference {
        faults: &["tls/rsa-pss-key"],
        clients: &["gnutls-cli"],
        says: "illegal parameter",
        why: "the server has no such key and signs with another",
    },
    Difference {
        faults: &["tls/rsa-512"],
        clients: &["rustls (ring)"],
        says: "BadSignature",
        why: "the server signs with another key here, and could not sign at all there",
    },
    Difference {
        faults: &["tls/san-email-only", "tls/san-uri-only"],
        clients: &["curl", "node tls"],
        says: "other.",
        why: "the common name is another",
    },
    Difference {
        faults: &["tls/leaf-issued-by-leaf"],
        clients: &["gnutls-cli"],
        says: "issuer is not a CA",
        why: "it names one thing more that is wrong with the issuer",
    },
    Difference {
        faults: &["revocation/ocsp-other-certificate"],
        clients: &["curl"],
        says: "Could not find certificate ID in OCSP response",
        why: "the answer here is signed by the right authority",
    },
    Difference {
        faults: &["revocation/ocsp-wrong-signer"],
        clients: &["java jsse"],
        says: "Unable to verify OCSP Response's signature",
        why: "the answer there had the certificate of its signer in it",
    },
    Difference {
        faults: &["tls/sigalg-unknown"],
        clients: &["rustls (ring)"],
        says: "UnsupportedSignatureAlgorithm",
        why: "another algorithm that nobody knows",
    },
];
