//! Exchange, as it sends: a send connector, and what the queue says.

use super::domain::{is_for, not_for, of_chain};
use super::eop::goes_on_in_clear;
use super::evidence::Trouble;
use super::finding::Finding;
use super::findings::Findings;
use super::openssl::stopped;
use super::settings::TlsSettings;
use super::verdict::{Decision, Verdict};
use crate::fault::Stage;

/// What of a send connector decides about TLS, with Microsoft's property names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ExchangeSend {
    /// `RequireTLS`.
    pub require_tls: bool,
    /// `IgnoreSTARTTLS`.
    pub ignore_starttls: bool,
    /// `TlsAuthLevel`.
    pub tls_auth_level: Option<TlsSettings>,
    /// `TlsDomain`; without it the recipient's domain counts.
    pub tls_domain: Option<String>,
}

impl ExchangeSend {
    /// TLS where it is offered, and no look at certificates.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// `RequireTLS` with this `TlsAuthLevel`.
    #[must_use]
    pub fn with(tls_auth_level: TlsSettings) -> Self {
        Self {
            require_tls: true,
            tls_auth_level: Some(tls_auth_level),
            ..Self::new()
        }
    }

    pub(super) fn name(&self) -> &'static str {
        match (self.require_tls, self.tls_auth_level) {
            (false, _) => "exchange-opportunistic",
            (true, None | Some(TlsSettings::EncryptionOnly)) => "exchange-encryption-only",
            (true, Some(TlsSettings::CertificateValidation)) => "exchange-certificate-validation",
            (true, Some(TlsSettings::DomainValidation)) => "exchange",
        }
    }

    /// What it makes of a server. The texts of a server that was reached are those of the queue's
    /// `LastError`, without the sentence about the alternate host.
    #[must_use]
    pub fn judge(&self, findings: &Findings) -> Verdict {
        let name = self.name();
        if self.ignore_starttls {
            return match findings.evidence.speaks_smtp() {
                true => Verdict::in_clear(name),
                false => self.no_tls(findings),
            };
        }
        if findings.stopped().is_some() {
            return match !self.require_tls && goes_on_in_clear(findings) {
                true => Verdict::in_clear(name),
                false => self.no_tls(findings),
            };
        }
        let why = self.objections(findings);
        match why.as_slice() {
            [] => Verdict::deliver(name, ""),
            why => defer(name, "454 4.7.5 Certificate validation failure", why)
                .uncertain("the words of the queue for this"),
        }
    }

    /// What it asks of certificates, if it asks for anything.
    pub(crate) fn asks(&self) -> Option<TlsSettings> {
        let level = self.tls_auth_level.filter(|_| self.require_tls);
        level.filter(|level| *level != TlsSettings::EncryptionOnly)
    }

    fn objections(&self, findings: &Findings) -> Vec<Finding> {
        let Some(level) = self.asks() else {
            return Vec::new();
        };
        let mut why = of_chain(findings);
        if level == TlsSettings::DomainValidation {
            let expected = &findings.expectation;
            let domain = self
                .tls_domain
                .as_ref()
                .or(expected.recipient_domain.as_ref());
            let domain = domain.unwrap_or(&expected.name);
            if !is_for(findings, domain) {
                why.push(not_for(findings, domain));
            }
        }
        why
    }

    fn no_tls(&self, findings: &Findings) -> Verdict {
        let why: Vec<Finding> = stopped(findings).cloned().collect();
        let name = self.name();
        let Some(trouble) = &findings.evidence.trouble else {
            return defer(
                name,
                "421 4.4.2 Connection dropped due to SocketError",
                &why,
            );
        };
        let text = match trouble {
            Trouble::Unreachable(_) | Trouble::Silent(Stage::Connect, _) => {
                "421 4.2.1 Unable to connect"
            }
            Trouble::Silent(..) => "421 4.4.2 Connection dropped due to TimedOut",
            Trouble::NoStartTls | Trouble::Refused(Stage::StartTls, _) => {
                "451 5.7.3 STARTTLS is required to send mail"
            }
            Trouble::Closed(Stage::Handshake) => {
                "451 4.4.0 TLS negotiation failed with error SocketError"
            }
            Trouble::Alert(_) | Trouble::BadHandshake(_) | Trouble::ClearInsteadOfTls => {
                return defer(
                    name,
                    "451 4.4.0 TLS negotiation failed with error ConnectionAborted",
                    &why,
                )
                .uncertain("which of `ConnectionAborted` and `SocketError` it is");
            }
            Trouble::Refused(_, reply) => {
                return defer(name, &super::evidence::one_line(reply), &why);
            }
            _ => "421 4.4.2 Connection dropped due to SocketError",
        };
        defer(name, text, &why)
    }
}

fn defer(name: &str, text: &str, why: &[Finding]) -> Verdict {
    let code: Vec<&str> = text.split(' ').take(2).collect();
    let mut verdict = Verdict::refuse(name, text, why).code(code.join(" "));
    verdict.decision = Decision::Defer;
    verdict
}

#[cfg(feature = "models")]
impl From<&crate::exchange::SendConnector> for ExchangeSend {
    fn from(connector: &crate::exchange::SendConnector) -> Self {
        Self {
            require_tls: connector.require_tls,
            ignore_starttls: connector.ignore_starttls,
            tls_auth_level: connector.tls_auth_level,
            tls_domain: connector.tls_domain.clone(),
        }
    }
}
