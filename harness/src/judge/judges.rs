//! All judges, by name.

use std::fmt;
use std::str::FromStr;

use super::eop::EopOutbound;
use super::exchange::ExchangeSend;
use super::findings::Findings;
use super::mta::MatMode;
use super::settings::TlsSettings;
use super::verdict::Verdict;
use super::{checktls, dotnet, gnutls, go, java, mta, openssl, rustls, schannel};
use crate::error::Error;
use crate::near;

/// Somebody who judges a server: rules, and the words of a product.
///
/// ```
/// use mailfault::judge::{Expectation, Findings, Judge, Probe};
/// use mailfault::{Ca, Leaf, MockServer};
///
/// let ca = Ca::new();
/// let server = MockServer::builder()
///     .starttls(ca.issue(Leaf::new("mx.test").expired()))
///     .start();
/// let evidence = Probe::new(server.addr()).name("mx.test").run();
/// let expectation = Expectation::new("mx.test").trusting(&[ca.der().clone()]);
/// let findings = Findings::of(&evidence, &expectation);
///
/// let openssl = Judge::named("openssl")?.judge(&findings);
/// assert_eq!(openssl.message, "Verify return code: 10 (certificate has expired)");
/// let dotnet = Judge::named("dotnet")?.judge(&findings);
/// assert_eq!(
///     dotnet.message,
///     "The remote certificate is invalid because of errors in the certificate chain: NotTimeValid",
/// );
/// let opportunistic = Judge::named("opportunistic")?.judge(&findings);
/// assert!(opportunistic.would_deliver());
/// # Ok::<(), mailfault::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Judge {
    /// Any name, as long as the chain leads to a trusted root.
    CaOnly,
    /// A web tester of receivers, with a score of our own.
    CheckTls,
    /// .NET 5 and later.
    DotNet {
        /// Whether revocation is checked.
        checks_revocation: bool,
    },
    /// .NET Core 3.1.
    DotNetCore31 {
        /// Whether revocation is checked.
        checks_revocation: bool,
    },
    /// .NET Framework.
    DotNetFramework {
        /// Whether revocation is checked.
        checks_revocation: bool,
    },
    /// EOP, as it sends.
    Eop(EopOutbound),
    /// Exchange, as it sends.
    ExchangeSend(ExchangeSend),
    /// GnuTLS.
    Gnutls,
    /// Go's crypto/tls.
    Go,
    /// Java's JSSE.
    Java,
    /// The validation of "MAT".
    Mat(MatMode),
    /// Node.js.
    Node,
    /// `openssl s_client -verify_hostname`.
    OpenSsl,
    /// TLS where there is any.
    Opportunistic,
    /// A trusted chain and this name, whatever the expected one is; the expected one if none.
    PinnedName(Option<String>),
    /// Python's ssl.
    Python,
    /// A trusted chain, and the recipient's domain.
    RecipientDomain,
    /// A trusted chain up to the certificate of this thumbprint.
    RootPin(Option<String>),
    /// rustls.
    Rustls,
    /// Schannel of Windows.
    Schannel,
}

/// Where a judge's rules and words are from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Basis {
    /// It is the library itself.
    RealLibrary(&'static str),
    /// It imitates what was measured, or what a document says.
    Emulation(&'static str),
    /// It is a rule and has no words.
    Rule(&'static str),
}

impl fmt::Display for Basis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::RealLibrary(which) => write!(f, "the real library: {which}"),
            Self::Emulation(source) => write!(f, "an emulation, from {source}"),
            Self::Rule(source) => write!(f, "a rule without words of its own, from {source}"),
        }
    }
}

impl Judge {
    /// Every judge with its usual settings, in alphabetical order of their names.
    #[must_use]
    pub fn all() -> Vec<Self> {
        let eop = |settings| Self::Eop(EopOutbound::with(settings));
        let exchange = |settings| Self::ExchangeSend(ExchangeSend::with(settings));
        let mut all = vec![
            Self::CaOnly,
            Self::CheckTls,
            Self::DotNet {
                checks_revocation: false,
            },
            Self::DotNetCore31 {
                checks_revocation: false,
            },
            Self::DotNetFramework {
                checks_revocation: false,
            },
            Self::Eop(EopOutbound::new()),
            eop(TlsSettings::EncryptionOnly),
            eop(TlsSettings::CertificateValidation),
            eop(TlsSettings::DomainValidation),
            Self::ExchangeSend(ExchangeSend::new()),
            exchange(TlsSettings::EncryptionOnly),
            exchange(TlsSettings::CertificateValidation),
            exchange(TlsSettings::DomainValidation),
            Self::Gnutls,
            Self::Go,
            Self::Java,
            Self::Mat(MatMode::Exact),
            Self::Mat(MatMode::Suffix),
            Self::Mat(MatMode::San),
            Self::Node,
            Self::OpenSsl,
            Self::Opportunistic,
            Self::PinnedName(None),
            Self::Python,
            Self::RecipientDomain,
            Self::RootPin(None),
            Self::Rustls,
            Self::Schannel,
        ];
        all.sort_by_key(Self::name);
        all
    }

    /// The judge of this name: `eop`, `openssl`, `pinned-name=mail.contoso.com`,
    /// `root-pin=THUMBPRINT`.
    ///
    /// # Errors
    ///
    /// [`Error::UnknownName`] with the nearest that is known.
    pub fn named(name: &str) -> Result<Self, Error> {
        match name.split_once('=') {
            Some(("pinned-name", pinned)) if !pinned.is_empty() => {
                return Ok(Self::PinnedName(Some(pinned.to_owned())));
            }
            Some(("root-pin", pinned)) if !pinned.is_empty() => {
                return Ok(Self::RootPin(Some(pinned.to_owned())));
            }
            _ => {}
        }
        let all = Self::all();
        let names: Vec<&str> = all.iter().map(Self::name).collect();
        let near = near::nearest(name, &names);
        let found = all.into_iter().find(|judge| judge.name() == name);
        found.ok_or_else(|| Error::UnknownName {
            kind: "judge",
            given: name.to_owned(),
            near,
        })
    }

    /// Its name: `eop`.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::CaOnly => "ca-only",
            Self::CheckTls => "checktls",
            Self::DotNet { .. } => "dotnet",
            Self::DotNetCore31 { .. } => "dotnet-core-3.1",
            Self::DotNetFramework { .. } => "dotnet-framework",
            Self::Eop(connector) => connector.name(),
            Self::ExchangeSend(connector) => connector.name(),
            Self::Gnutls => "gnutls",
            Self::Go => "go",
            Self::Java => "java",
            Self::Mat(MatMode::Exact) => "mat-exact",
            Self::Mat(MatMode::Suffix) => "mat-suffix",
            Self::Mat(MatMode::San) => "mat-san",
            Self::Node => "node",
            Self::OpenSsl => "openssl",
            Self::Opportunistic => "opportunistic",
            Self::PinnedName(_) => "pinned-name",
            Self::Python => "python",
            Self::RecipientDomain => "recipient-domain",
            Self::RootPin(_) => "root-pin",
            Self::Rustls => "rustls",
            Self::Schannel => "schannel",
        }
    }

    /// What it is, in a line.
    #[must_use]
    pub fn summary(&self) -> &'static str {
        match self {
            Self::CaOnly => "a sender that wants a trusted chain, and takes any name",
            Self::CheckTls => {
                "a tester of receivers in the manner of CheckTLS: stages, matrix, a score of our own"
            }
            Self::DotNet { .. } => "SslStream and SmtpClient of .NET 5 and later",
            Self::DotNetCore31 { .. } => "SmtpClient.Send of .NET Core 3.1 on Linux",
            Self::DotNetFramework { .. } => {
                "SmtpClient.Send of .NET Framework, as Database Mail has it"
            }
            Self::Eop(connector) => match connector.tls_settings {
                None => {
                    "EOP to the Internet: TLS where there is any, DANE and MTA-STS where DNS has them"
                }
                Some(TlsSettings::EncryptionOnly) => {
                    "EOP by an outbound connector with TlsSettings EncryptionOnly"
                }
                Some(TlsSettings::CertificateValidation) => {
                    "EOP by an outbound connector with TlsSettings CertificateValidation"
                }
                Some(TlsSettings::DomainValidation) => {
                    "EOP by an outbound connector with TlsSettings DomainValidation, as hybrid has it"
                }
            },
            Self::ExchangeSend(connector) => {
                match (connector.require_tls, connector.tls_auth_level) {
                    (false, _) => "Exchange by a send connector: TLS where there is any",
                    (true, None | Some(TlsSettings::EncryptionOnly)) => {
                        "Exchange by a send connector with RequireTLS"
                    }
                    (true, Some(TlsSettings::CertificateValidation)) => {
                        "Exchange by a send connector with TlsAuthLevel CertificateValidation"
                    }
                    (true, Some(TlsSettings::DomainValidation)) => {
                        "Exchange by a send connector with TlsAuthLevel DomainValidation"
                    }
                }
            }
            Self::Gnutls => "gnutls-cli 3.7 and what is built on GnuTLS",
            Self::Go => "crypto/tls of Go 1.19",
            Self::Java => "JSSE of Java 17",
            Self::Mat(MatMode::Exact) => {
                "a gateway whose common name must be its banner or reverse DNS"
            }
            Self::Mat(MatMode::Suffix) => "the same, where the end of the banner's host is enough",
            Self::Mat(MatMode::San) => "the same, where a name of the subjectAltName is enough",
            Self::Node => "tls.connect of Node.js 20",
            Self::OpenSsl => "openssl s_client 3.0 with -verify_hostname",
            Self::Opportunistic => "a sender that takes any certificate, or none",
            Self::PinnedName(_) => "a sender that wants a trusted chain and this one name",
            Self::Python => "ssl.create_default_context of Python 3.11",
            Self::RecipientDomain => {
                "a sender that wants the recipient's domain in the certificate"
            }
            Self::RootPin(_) => "a sender that wants a trusted chain up to one certain root",
            Self::Rustls => "rustls 0.23 with webpki",
            Self::Schannel => "Schannel of Windows",
        }
    }

    /// Where its rules and words are from.
    #[must_use]
    pub fn basis(&self) -> Basis {
        const MEASURED: &str = "what was measured, `verdicts.tsv`";
        match self {
            Self::Rustls => Basis::RealLibrary("rustls-webpki, with the provider of this build"),
            Self::OpenSsl => Basis::Emulation(
                "the order of checks in `x509_vfy.c` of OpenSSL 3.0, and what was measured, `verdicts.tsv`",
            ),
            Self::Python | Self::Node => Basis::Emulation(
                "the same order of OpenSSL's checks, and what was measured, `verdicts.tsv`",
            ),
            Self::Gnutls | Self::Go | Self::Java => Basis::Emulation(MEASURED),
            Self::DotNetCore31 { .. } => {
                Basis::Emulation("what was measured on .NET Core 3.1.23, `verdicts.tsv`")
            }
            Self::DotNetFramework { .. } => {
                Basis::Emulation("a support report of 2016, and what was measured on .NET Core 3.1")
            }
            Self::DotNet { .. } => Basis::Emulation(
                "Strings.resx of dotnet/runtime, with the chain statuses of .NET Core 3.1",
            ),
            Self::Schannel => Basis::Emulation(
                "learn.microsoft.com: SSPI Status Codes, Schannel Error Codes for TLS and SSL Alerts; `documented.tsv`",
            ),
            Self::Eop(_) => Basis::Emulation(
                "traces and reports of failure that administrators published from 2017 to 2025, and Microsoft's articles on the codes",
            ),
            Self::ExchangeSend(_) => {
                Basis::Emulation("Microsoft's Set-SendConnector, and published queues")
            }
            Self::CheckTls => {
                Basis::Emulation("published output of the tester; weights are our own")
            }
            Self::Mat(_) => Basis::Emulation("a partner's report of 2014; the product is unknown"),
            Self::Opportunistic => Basis::Rule("RFC 7435 and RFC 3207 §6"),
            Self::CaOnly | Self::PinnedName(_) | Self::RecipientDomain | Self::RootPin(_) => {
                Basis::Rule("the policies that mail servers offer")
            }
        }
    }

    /// What it makes of a server. A pure function.
    #[must_use]
    pub fn judge(&self, findings: &Findings) -> Verdict {
        let name = self.name();
        match self {
            Self::CaOnly => mta::ca_only(name, findings),
            Self::CheckTls => checktls::checktls(name, findings),
            Self::DotNet { checks_revocation } => {
                dotnet::since_5(name, findings, *checks_revocation)
            }
            Self::DotNetCore31 { checks_revocation } => {
                dotnet::core_3_1(name, findings, *checks_revocation)
            }
            Self::DotNetFramework { checks_revocation } => {
                dotnet::framework(name, findings, *checks_revocation)
            }
            Self::Eop(connector) => connector.judge(findings),
            Self::ExchangeSend(connector) => connector.judge(findings),
            Self::Gnutls => gnutls::gnutls(name, findings),
            Self::Go => go::go(name, findings),
            Self::Java => java::java(name, findings),
            Self::Mat(mode) => mta::mat(name, findings, *mode),
            Self::Node => openssl::node(name, findings),
            Self::OpenSsl => openssl::s_client(name, findings),
            Self::Opportunistic => mta::opportunistic(name, findings),
            Self::PinnedName(pinned) => {
                let wanted = pinned.as_ref().unwrap_or(&findings.expectation.name);
                mta::pinned_name(name, findings, wanted)
            }
            Self::Python => openssl::python(name, findings),
            Self::RecipientDomain => mta::recipient_domain(name, findings),
            Self::RootPin(pinned) => mta::root_pin(name, findings, pinned.as_deref()),
            Self::Rustls => rustls::rustls(name, findings),
            Self::Schannel => schannel::schannel(name, findings),
        }
    }
}

impl FromStr for Judge {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self, Error> {
        Self::named(name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_judge_is_known_by_its_name_and_stands_once() {
        let all = Judge::all();
        for judge in &all {
            assert_eq!(Judge::named(judge.name()).as_ref(), Ok(judge));
        }
        let mut names: Vec<_> = all.iter().map(Judge::name).collect();
        let sorted = names.clone();
        names.dedup();
        assert_eq!(names, sorted);
        assert_eq!(
            Judge::named("pinned-name=mx.test"),
            Ok(Judge::PinnedName(Some("mx.test".to_owned())))
        );
        let error = Judge::named("opensll").unwrap_err();
        assert!(error.to_string().contains("openssl"), "{error}");
    }
}
