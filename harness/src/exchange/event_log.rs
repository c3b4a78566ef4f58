//! The Application log of a server, as far as the transport services write to it.
//!
//! The texts stand in Microsoft's documentation of each event and in its support articles. Where
//! none was found, the text is ours and [`EventEntry::uncertain`] says so.

use std::fmt;
use std::net::IpAddr;
use std::time::SystemTime;

use super::receive_connector::TransportRole;
use crate::persona::timestamp;

/// How grave an event is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Level {
    /// `Error`.
    Error,
    /// `Warning`.
    Warning,
    /// `Information`.
    Information,
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Error => "Error",
            Self::Warning => "Warning",
            Self::Information => "Information",
        })
    }
}

/// Something that the transport services tell the administrator.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TransportEvent {
    /// 1009: the connections of a receive connector have reached their limit.
    TooManyConnections {
        /// The connector.
        connector: String,
    },
    /// 1021: the connections of one source have reached their limit.
    TooManyFromSource {
        /// The connector.
        connector: String,
        /// The source.
        ip: IpAddr,
        /// `MaxInboundConnectionPerSource`.
        limit: usize,
    },
    /// 1035: somebody could not log in.
    InboundAuthenticationFailed {
        /// `LogonDenied`.
        error: String,
        /// The connector.
        connector: String,
        /// `Login`.
        mechanism: String,
        /// The client.
        ip: IpAddr,
    },
    /// 2017: another server did not let this one log in.
    OutboundAuthenticationFailed {
        /// The send connector.
        connector: String,
    },
    /// 11022: a client certificate was not good enough for what a connector gives to its domain.
    DomainCapabilitiesNotConfirmed {
        /// `mail.protection.outlook.com:AcceptCloudServicesMail`.
        capabilities: String,
        /// The connector.
        connector: String,
        /// What is wrong with the certificate.
        status: String,
    },
    /// 12012: no certificate is set for TLS between servers.
    InternalCertificateNotSet,
    /// 12013: the certificate that is set for TLS between servers is not in the store.
    InternalCertificateMissing {
        /// The one that is set.
        thumbprint: String,
    },
    /// 12014: no certificate for STARTTLS.
    NoCertificate {
        /// What was looked for: a host name or `<I>…<S>…`.
        name: String,
        /// The connector.
        connector: String,
        /// The connector's FQDN, or again `<I>…<S>…`.
        fqdn: String,
    },
    /// 12015: the certificate for TLS between servers has expired.
    InternalCertificateExpired {
        /// That certificate.
        thumbprint: String,
    },
    /// 12016: the certificate for STARTTLS has expired.
    CertificateExpired {
        /// Whom it was looked for.
        fqdn: String,
    },
    /// 12017: the certificate for TLS between servers will expire soon.
    InternalCertificateExpiresSoon {
        /// That certificate.
        thumbprint: String,
        /// What is left.
        hours: u64,
    },
    /// 12018: the certificate for STARTTLS will expire soon.
    CertificateExpiresSoon {
        /// Whom it is for.
        subject: String,
        /// That certificate.
        thumbprint: String,
        /// What is left.
        hours: u64,
    },
    /// 12024: a certificate made on the spot stands in for the one between servers.
    EphemeralCertificate,
}

impl TransportEvent {
    /// The event's number.
    #[must_use]
    pub fn id(&self) -> u32 {
        match self {
            Self::TooManyConnections { .. } => 1009,
            Self::TooManyFromSource { .. } => 1021,
            Self::InboundAuthenticationFailed { .. } => 1035,
            Self::OutboundAuthenticationFailed { .. } => 2017,
            Self::DomainCapabilitiesNotConfirmed { .. } => 11022,
            Self::InternalCertificateNotSet => 12012,
            Self::InternalCertificateMissing { .. } => 12013,
            Self::NoCertificate { .. } => 12014,
            Self::InternalCertificateExpired { .. } => 12015,
            Self::CertificateExpired { .. } => 12016,
            Self::InternalCertificateExpiresSoon { .. } => 12017,
            Self::CertificateExpiresSoon { .. } => 12018,
            Self::EphemeralCertificate => 12024,
        }
    }

    /// How grave it is. That 12016 is an error is documented; the others are inferred.
    #[must_use]
    pub fn level(&self) -> Level {
        match self {
            Self::NoCertificate { .. }
            | Self::CertificateExpired { .. }
            | Self::InternalCertificateNotSet
            | Self::InternalCertificateMissing { .. }
            | Self::InternalCertificateExpired { .. } => Level::Error,
            _ => Level::Warning,
        }
    }

    /// Whether the text is ours, because Microsoft's was not found, or is known in part.
    #[must_use]
    pub fn is_uncertain(&self) -> bool {
        matches!(
            self,
            Self::TooManyConnections { .. }
                | Self::OutboundAuthenticationFailed { .. }
                | Self::DomainCapabilitiesNotConfirmed { .. }
                | Self::InternalCertificateNotSet
                | Self::InternalCertificateMissing { .. }
                | Self::EphemeralCertificate
        )
    }
}

impl fmt::Display for TransportEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            // The text of this one was not found.
            Self::TooManyConnections { connector } => write!(
                f,
                "the maximum number of connections for the Receive connector '{connector}' has been reached"
            ),
            Self::TooManyFromSource { connector, ip, limit } => write!(
                f,
                "Receive connector '{connector}' rejected an incoming connection from IP address '{ip}'. The maximum number of connections per source ('{limit}') for this connector has been reached by this source IP address."
            ),
            Self::InboundAuthenticationFailed { error, connector, mechanism, ip } => write!(
                f,
                "Inbound authentication failed with error {error} for Receive connector {connector}. The authentication mechanism is {mechanism}. The source IP address of the client who tried to authenticate to Microsoft Exchange is [{ip}]."
            ),
            // Known as far as the connector.
            Self::OutboundAuthenticationFailed { connector } => write!(
                f,
                "Outbound authentication failed with error LogonDenied for Send connector {connector}."
            ),
            // Known as far as the status.
            Self::DomainCapabilitiesNotConfirmed { capabilities, connector, status } => write!(
                f,
                "Failed to confirm domain capabilities '{capabilities}' on connector '{connector}' because validation of the Transport Layer Security (TLS) certificate failed with status '{status}'."
            ),
            // The texts of these two were not found.
            Self::InternalCertificateNotSet => {
                f.write_str("no internal transport certificate is set for this server")
            }
            Self::InternalCertificateMissing { thumbprint } => write!(
                f,
                "the internal transport certificate is not in the personal store of the computer. Thumbprint:{thumbprint}"
            ),
            Self::NoCertificate { name, connector, fqdn } => write!(
                f,
                "Microsoft Exchange could not find a certificate that contains the domain name {name} in the personal store on the local computer. Therefore, it is unable to support the STARTTLS SMTP verb for the connector {connector} with a FQDN parameter of {fqdn}. If the connector's FQDN is not specified, the computer's FQDN is used. Verify the connector configuration and the installed certificates to make sure that there is a certificate with a domain name for that FQDN. If this certificate exists, run Enable-ExchangeCertificate -Services SMTP to make sure that the Microsoft Exchange Transport service has access to the certificate key."
            ),
            Self::InternalCertificateExpired { thumbprint } => write!(
                f,
                "An internal transport certificate expired. Thumbprint:{thumbprint}"
            ),
            Self::CertificateExpired { fqdn } => write!(
                f,
                "There is no valid SMTP Transport Layer Security (TLS) certificate for the FQDN of {fqdn}. The existing certificate for that FQDN has expired. The continued use of that FQDN will cause mail flow problems. A new certificate that contains the FQDN of {fqdn} should be installed on this server as soon as possible. You can create a new certificate by using the New-ExchangeCertificate task."
            ),
            Self::InternalCertificateExpiresSoon { thumbprint, hours } => write!(
                f,
                "An internal transport certificate will expire soon. Thumbprint:{thumbprint}, hours remaining: {hours}"
            ),
            Self::CertificateExpiresSoon { subject, thumbprint, hours } => write!(
                f,
                "The STARTTLS certificate will expire soon: subject: {subject}, thumbprint: {thumbprint}, hours remaining: {hours}. Run the New-ExchangeCertificate cmdlet to create a new certificate."
            ),
            // The text of this one was not found.
            Self::EphemeralCertificate => f.write_str(
                "a self-signed certificate that was made on the spot is used for TLS between servers",
            ),
        }
    }
}

/// A line of the Application log.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct EventEntry {
    /// When it was written.
    pub at: SystemTime,
    /// The service that wrote it.
    pub role: TransportRole,
    /// What it says.
    pub event: TransportEvent,
}

impl EventEntry {
    /// The event's source.
    #[must_use]
    pub fn source(&self) -> &'static str {
        match self.role {
            TransportRole::FrontendTransport => "MSExchangeFrontEndTransport",
            TransportRole::HubTransport => "MSExchangeTransport",
        }
    }

    /// The event's category.
    #[must_use]
    pub fn category(&self) -> &'static str {
        "TransportService"
    }
}

impl fmt::Display for EventEntry {
    /// One line: time, level, source, number, category, text.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let note = match self.event.is_uncertain() {
            true => " (the text is not Microsoft's, or not all of it)",
            false => "",
        };
        write!(
            f,
            "{} {} {} {} {} {}{note}",
            timestamp(self.at),
            self.event.level(),
            self.source(),
            self.event.id(),
            self.category(),
            self.event
        )
    }
}

/// The lines of the Application log, the oldest first; the oldest are forgotten when there are too
/// many.
#[derive(Clone, Debug, Default)]
pub(crate) struct EventLog {
    entries: std::collections::VecDeque<EventEntry>,
}

impl EventLog {
    /// As many as an administrator would ever look through.
    const KEPT: usize = 10_000;

    pub(crate) fn write(&mut self, at: SystemTime, role: TransportRole, event: TransportEvent) {
        if self.entries.len() == Self::KEPT {
            self.entries.pop_front();
        }
        self.entries.push_back(EventEntry { at, role, event });
    }

    pub(crate) fn entries(&self) -> Vec<EventEntry> {
        self.entries.iter().cloned().collect()
    }
}
