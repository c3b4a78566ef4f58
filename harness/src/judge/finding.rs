//! What can be wrong with what was seen.

use std::fmt;
use std::time::SystemTime;

use super::evidence::Trouble;

/// Something that is wrong, or worth knowing, and where.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Finding {
    /// What it is.
    pub wrong: Wrong,
    /// Of what certificate: its place in the path, from the leaf, which is 0, and its subject.
    pub certificate: Option<(usize, String)>,
}

/// What can be wrong, or worth knowing.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Wrong {
    /// The conversation came to no TLS, or broke.
    Stopped(Trouble),
    /// TLS was established, and no certificate was shown.
    NoCertificate,
    /// It is no certificate that can be read.
    Unreadable,
    /// The key in it did not sign the handshake.
    OtherKey(String),
    /// It is not for the name that was to be verified.
    WrongName {
        /// The name.
        wanted: String,
        /// Those in the subjectAltName, else the common name.
        presented: Vec<String>,
        /// Whether the common name is right, for those who look at it.
        by_common_name: bool,
    },
    /// It signed itself, and is not trusted: nobody vouches for it.
    SelfSigned,
    /// It is a root, was sent, and is not trusted.
    UntrustedRoot,
    /// Its issuer was not sent and is not trusted.
    IssuerMissing {
        /// Who that is.
        issuer: String,
        /// Whether it is the server's own certificate that lacks its issuer: then an intermediate
        /// certificate is missing more often than not.
        of_leaf: bool,
    },
    /// It is trusted, but is no root, and nobody has its issuer.
    TrustedHalfway,
    /// It is no longer valid.
    Expired(SystemTime),
    /// It is not valid yet.
    NotYetValid(SystemTime),
    /// The issuer's key did not sign it.
    BadSignature,
    /// Its signature names one algorithm outside of what is signed and another one inside.
    AlgorithmsDiffer,
    /// Its signature is of an algorithm that nobody knows.
    UnknownAlgorithm,
    /// Nobody here can verify its signature.
    UnverifiedSignature,
    /// Its signature hashes with MD5 or SHA-1.
    WeakSignature(&'static str),
    /// Its key is short.
    WeakKey {
        /// `RSA` or `EC`.
        kind: &'static str,
        /// Its length.
        bits: usize,
    },
    /// The curve of its key is written out, which RFC 5480 forbids.
    ExplicitCurve,
    /// It signs others and is no CA.
    NotCa {
        /// It has no basicConstraints at all.
        unsaid: bool,
    },
    /// It signs others, and its keyUsage is not for that.
    MayNotSign,
    /// More certificates are below it than its pathLenConstraint allows.
    PathTooLong(u32),
    /// Its extKeyUsage is not for servers.
    WrongPurpose {
        /// It allows `anyExtendedKeyUsage`, or lists none.
        any_or_none: bool,
    },
    /// Its keyUsage does not allow to sign the handshake.
    NoDigitalSignature,
    /// The server's own certificate is a CA's.
    CaAsServer,
    /// It has a critical extension that nobody knows.
    UnknownCritical(String),
    /// An extension cannot be read, or stands twice.
    BadExtension(String),
    /// It demands a policy.
    DemandsPolicy,
    /// The CA may not sign for this name.
    NameConstraint {
        /// The name is excluded, not only not permitted.
        excluded: bool,
    },
    /// It is not of version 3.
    OldVersion(u32),
    /// Its issuer has revoked it, says this source.
    Revoked(&'static str),
    /// Whether it is revoked cannot be told, and why.
    RevocationUnknown(String),
    /// It must come with a staple (RFC 7633), and does not.
    StapleMissing,
    /// More certificates are sent than a client takes.
    TooManyCertificates(usize),
    /// The answers of DNS about the server fail DNSSEC.
    DnssecBogus,
    /// There is no TLSA record, where one is demanded.
    NoTlsa,
    /// No TLSA record stands for what the server presents.
    TlsaMismatch {
        /// The server, by its name in DNS.
        host: String,
        /// The record `3 1 1` that would; `None` if the certificate cannot be read.
        right: Option<String>,
    },
    /// The MTA-STS policy of the domain does not name the server.
    MxNotInPolicy {
        /// The server, by its name in the MX record.
        host: String,
        /// Whom the policy names.
        policy: Vec<String>,
    },
    /// What rustls-webpki finds beside all that.
    Webpki(String),
    /// The server asks for a client certificate. Nothing is wrong with that.
    ClientCertificateAsked,
}

impl Finding {
    pub(super) fn general(wrong: Wrong) -> Self {
        Self {
            wrong,
            certificate: None,
        }
    }

    /// Its place in the path; the leaf, if it is of none.
    pub(super) fn depth(&self) -> usize {
        self.certificate.as_ref().map_or(0, |(depth, _)| *depth)
    }

    /// Whether it is only worth knowing.
    #[must_use]
    pub fn is_harmless(&self) -> bool {
        matches!(
            self.wrong,
            Wrong::ClientCertificateAsked
                | Wrong::UnverifiedSignature
                | Wrong::RevocationUnknown(_)
        )
    }

    /// What to change, for whoever runs the server.
    #[must_use]
    pub fn advice(&self) -> Option<String> {
        Some(match &self.wrong {
            Wrong::Stopped(trouble) => return of_trouble(trouble).map(str::to_owned),
            Wrong::NoCertificate => "give the server a certificate".to_owned(),
            Wrong::Unreadable | Wrong::BadExtension(_) | Wrong::OldVersion(_) | Wrong::AlgorithmsDiffer | Wrong::UnknownAlgorithm => {
                "have the certificate issued again, by a CA that follows RFC 5280".to_owned()
            }
            Wrong::OtherKey(_) => {
                "install the private key that belongs to the certificate".to_owned()
            }
            Wrong::WrongName { wanted, presented, by_common_name: false } => format!(
                "get a certificate with `{wanted}` in its subjectAltName, or let clients verify {}",
                match presented.first() {
                    Some(first) => format!("`{first}`"),
                    None => "a name that is in it".to_owned(),
                }
            ),
            Wrong::WrongName { wanted, .. } => {
                format!("put `{wanted}` into the subjectAltName as well: not every client looks at the common name")
            }
            Wrong::SelfSigned => {
                "install a certificate of a CA that clients trust, or let them trust this one"
                    .to_owned()
            }
            Wrong::UntrustedRoot => {
                "let clients trust this root, or get a certificate of a CA that they trust already"
                    .to_owned()
            }
            Wrong::IssuerMissing { issuer, of_leaf: true } => {
                format!("send the intermediate certificate `{issuer}` behind the server's own")
            }
            Wrong::IssuerMissing { issuer, of_leaf: false } => {
                format!("let clients trust `{issuer}`, or send it if it is no root")
            }
            Wrong::TrustedHalfway => "let clients trust the root, not an authority below it".to_owned(),
            Wrong::Expired(_) => "renew it, and see that the server presents the new one".to_owned(),
            Wrong::NotYetValid(_) => "see whether the clocks are right, or wait".to_owned(),
            Wrong::BadSignature => {
                "send the issuer that signed it, or have it issued again: it was altered, or another CA of the same name signed it".to_owned()
            }
            Wrong::WeakSignature(_) | Wrong::WeakKey { .. } | Wrong::ExplicitCurve => {
                "have it issued again with SHA-256 and a key of RSA-2048 or P-256".to_owned()
            }
            Wrong::NotCa { .. } | Wrong::MayNotSign | Wrong::PathTooLong(_)
            | Wrong::NameConstraint { .. } => {
                "get a certificate of a CA that may sign for this name".to_owned()
            }
            Wrong::WrongPurpose { .. } | Wrong::NoDigitalSignature | Wrong::CaAsServer => {
                "get a certificate that is for a TLS server".to_owned()
            }
            Wrong::UnknownCritical(_) | Wrong::DemandsPolicy | Wrong::Webpki(_) => {
                "get a certificate without it".to_owned()
            }
            Wrong::Revoked(_) => "get a new certificate, with a new key".to_owned(),
            Wrong::TooManyCertificates(_) => "send fewer certificates".to_owned(),
            Wrong::StapleMissing => "switch OCSP stapling on".to_owned(),
            Wrong::DnssecBogus => {
                "sign the zone again, and see that the DS records of the parent are those of its keys".to_owned()
            }
            Wrong::NoTlsa => "publish TLSA records in a zone with DNSSEC".to_owned(),
            Wrong::TlsaMismatch { host, right: Some(record) } => format!(
                "publish `_25._tcp.{host}. IN TLSA {record}` as well, and next time so long before the certificate changes that no resolver has the old records alone"
            ),
            Wrong::TlsaMismatch { host, right: None } => {
                format!("publish a TLSA record under `_25._tcp.{host}.` for the certificate that the server presents")
            }
            Wrong::MxNotInPolicy { host, .. } => format!(
                "put `mx: {host}` into the policy, and give it a new `id` in DNS; senders keep the old one until they see that, or its max_age is over"
            ),
            Wrong::UnverifiedSignature | Wrong::RevocationUnknown(_)
            | Wrong::ClientCertificateAsked => return None,
        })
    }
}

fn of_trouble(trouble: &Trouble) -> Option<&'static str> {
    Some(match trouble {
        Trouble::Unreachable(_) | Trouble::Silent(..) => {
            "see whether the server runs, and whether a firewall lets this port through"
        }
        Trouble::Closed(_) => {
            "look into the server's log, and for a device in between that ends connections"
        }
        Trouble::SpeaksHttp | Trouble::NotSmtp(..) => {
            "look at another port: this is no SMTP server"
        }
        Trouble::WantsTlsFirst => "use implicit TLS on this port, or STARTTLS on another",
        Trouble::NoStartTls => "switch STARTTLS on, or find the device in between that hides it",
        Trouble::Refused(crate::fault::Stage::StartTls, _) => {
            "give the server a certificate that it can use, or find the device in between that refuses STARTTLS"
        }
        Trouble::ClearInsteadOfTls => "find the device in between that speaks for the server",
        Trouble::Alert(_) | Trouble::BadHandshake(_) => {
            "see which versions and cipher suites the server allows"
        }
        Trouble::Refused(..) => return None,
    })
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.wrong)?;
        match &self.certificate {
            Some((depth, subject)) => write!(f, " (certificate {depth}, `{subject}`)"),
            None => Ok(()),
        }
    }
}

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Stopped(trouble) => write!(f, "{trouble}"),
            Self::NoCertificate => f.write_str("no certificate was shown"),
            Self::Unreadable => f.write_str("it is no certificate that can be read"),
            Self::OtherKey(why) => {
                write!(
                    f,
                    "the key in the certificate did not sign the handshake, which is signed with {why}"
                )
            }
            Self::WrongName {
                wanted,
                presented,
                by_common_name,
            } => {
                let names: Vec<_> = presented.iter().map(|name| format!("`{name}`")).collect();
                let names = match names.as_slice() {
                    [] => "no name".to_owned(),
                    names if names.len() > 10 => {
                        format!("{} and {} more", names[..10].join(", "), names.len() - 10)
                    }
                    names => names.join(", "),
                };
                write!(f, "it is not for `{wanted}`, but for {names}")?;
                match by_common_name {
                    true => f.write_str("; its common name is right, and some look at that"),
                    false => Ok(()),
                }
            }
            Self::SelfSigned => f.write_str("it is self-signed, and not trusted"),
            Self::UntrustedRoot => f.write_str("the chain leads to a root that is not trusted"),
            Self::IssuerMissing {
                issuer,
                of_leaf: true,
            } => {
                write!(
                    f,
                    "its issuer `{issuer}` was not sent: an intermediate certificate is missing"
                )
            }
            Self::IssuerMissing {
                issuer,
                of_leaf: false,
            } => {
                write!(
                    f,
                    "the chain ends below `{issuer}`, which was not sent and is not trusted"
                )
            }
            Self::TrustedHalfway => f.write_str("it is trusted, but is no root"),
            Self::Expired(at) => write!(f, "it expired on {}", moment(*at)),
            Self::NotYetValid(at) => write!(f, "it is not valid before {}", moment(*at)),
            Self::BadSignature => f.write_str("its signature is not the issuer's"),
            Self::AlgorithmsDiffer => f.write_str("its signature names two different algorithms"),
            Self::UnknownAlgorithm => {
                f.write_str("its signature is of an algorithm that nobody knows")
            }
            Self::UnverifiedSignature => f.write_str("its signature could not be verified here"),
            Self::WeakSignature(hash) => write!(f, "it is signed with {hash}"),
            Self::WeakKey { kind, bits } => write!(f, "its key is short: {kind} of {bits} bits"),
            Self::ExplicitCurve => f.write_str("the curve of its key is written out, not named"),
            Self::NotCa { .. } => f.write_str("it signed another certificate, and is no CA"),
            Self::MayNotSign => {
                f.write_str("it signed another certificate, which its keyUsage does not allow")
            }
            Self::PathTooLong(allowed) => {
                write!(f, "more than {allowed} authorities are below it")
            }
            Self::WrongPurpose { .. } => f.write_str("its extKeyUsage is not for servers"),
            Self::NoDigitalSignature => f.write_str("its keyUsage lacks digitalSignature"),
            Self::CaAsServer => f.write_str("a CA's certificate is used as a server's"),
            Self::UnknownCritical(oid) => {
                write!(f, "it has the critical extension {oid}, which nobody knows")
            }
            Self::BadExtension(why) => f.write_str(why),
            Self::DemandsPolicy => f.write_str("its policyConstraints demand a policy"),
            Self::NameConstraint { .. } => f.write_str("a CA above may not sign for this name"),
            Self::OldVersion(version) => write!(f, "it is of version {version}, not 3"),
            Self::Revoked(source) => write!(f, "it is revoked, says {source}"),
            Self::RevocationUnknown(why) => write!(f, "whether it is revoked is unknown: {why}"),
            Self::StapleMissing => f.write_str("it must come with an OCSP staple, and does not"),
            Self::TooManyCertificates(count) => write!(f, "{count} certificates are sent"),
            Self::DnssecBogus => {
                f.write_str("DNSSEC is broken: no answer of DNS about it can be believed")
            }
            Self::NoTlsa => f.write_str("DNS has no TLSA record of it"),
            Self::TlsaMismatch { host, .. } => {
                write!(f, "no TLSA record of `{host}` stands for what it presents")
            }
            Self::MxNotInPolicy { host, policy } => {
                let named: Vec<_> = policy.iter().map(|name| format!("`{name}`")).collect();
                write!(
                    f,
                    "the MTA-STS policy does not name `{host}`, but {}",
                    named.join(", ")
                )
            }
            Self::Webpki(why) => write!(f, "rustls-webpki: {why}"),
            Self::ClientCertificateAsked => f.write_str("the server asks for a client certificate"),
        }
    }
}

/// `2026-11-21 16:00:00 UTC`.
pub(crate) fn moment(at: SystemTime) -> String {
    let seconds = match at.duration_since(SystemTime::UNIX_EPOCH) {
        Ok(after) => i64::try_from(after.as_secs()).unwrap_or(i64::MAX),
        Err(before) => -i64::try_from(before.duration().as_secs()).unwrap_or(i64::MAX),
    };
    day(seconds, ' ', " UTC")
}

/// A second since 1970 as `2026-11-21 16:00:00 UTC`, with what stands between and behind.
pub(super) fn day(seconds: i64, between: char, behind: &str) -> String {
    match x509_parser::time::ASN1Time::from_timestamp(seconds) {
        Ok(time) => {
            let time = time.to_datetime();
            let (hour, minute, second) = time.to_hms();
            let date = time.date();
            format!("{date}{between}{hour:02}:{minute:02}:{second:02}{behind}")
        }
        Err(_) => format!("{seconds} s after 1970"),
    }
}
