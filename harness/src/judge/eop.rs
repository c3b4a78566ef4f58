//! EOP, as it sends: an outbound connector, and what its trace and its reports of failure say.

use std::time::SystemTime;

use super::domain::{is_for, not_for, of_chain};
use super::evidence::Trouble;
use super::finding::{Finding, Wrong};
use super::findings::Findings;
use super::openssl::stopped;
use super::settings::{MtaStsMode, SmtpDaneMode, TlsSettings};
use super::verdict::{Decision, Verdict};
use crate::fault::Stage;

/// An outbound connector, with Microsoft's property names, and when it lives.
///
/// A pure function judges, so that a sender with a queue can ask it at each attempt:
///
/// ```
/// use mailfault::judge::{EopOutbound, OnlineEra, Expectation, Findings, Probe, TlsSettings};
/// use mailfault::{Ca, Leaf, MockServer};
///
/// let ca = Ca::new();
/// let server = MockServer::builder()
///     .starttls(ca.issue(Leaf::new("ex01.contoso.test").only_names()))
///     .start();
/// let evidence = Probe::new(server.addr()).name("hybrid.contoso.test").run();
/// let expectation = Expectation::new("hybrid.contoso.test").trusting(&[ca.der().clone()]);
///
/// let mut eop = EopOutbound::new();
/// eop.tls_settings = Some(TlsSettings::DomainValidation);
/// eop.tls_domain = Some("hybrid.contoso.test".to_owned());
/// eop.era = OnlineEra::Late2017;
/// let verdict = eop.judge(&Findings::of(&evidence, &expectation));
///
/// assert!(!verdict.would_deliver());
/// assert_eq!(verdict.code.as_deref(), Some("450 4.7.320"));
/// assert_eq!(verdict.message, "450 4.7.320 Certificate validation failed");
/// assert_eq!(verdict.told("MSG"), Some("SubjectMismatch"));
/// assert!(verdict.told("LED").unwrap().contains("[Message=SubjectMismatch]"));
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct EopOutbound {
    /// `TlsSettings`; `None` is opportunistic TLS, as to the whole Internet.
    pub tls_settings: Option<TlsSettings>,
    /// `TlsDomain`: only looked at with `DomainValidation`. Without it the name is held against
    /// the recipient's domain, or if that is not known the expected name.
    pub tls_domain: Option<String>,
    /// `SmtpDaneMode`: what it makes of the TLSA records that an
    /// [`Expectation`](super::Expectation) has. Before 2020 nothing, as of MTA-STS.
    pub smtp_dane_mode: SmtpDaneMode,
    /// `MtaStsMode`.
    pub mta_sts_mode: MtaStsMode,
    /// Whether it minds that a certificate has expired for which a TLSA record of usage 3 stands.
    /// Microsoft's list of errors makes no exception; RFC 7672 §3.1.1 says that the date is not to
    /// be looked at.
    pub expiry_beside_dane_ee: bool,
    /// Whose words it has.
    pub era: OnlineEra,
    /// Whether a chain that is bad is told before a name that is wrong. Which comes first is not
    /// documented; what administrators report of foreign self-signed certificates is the name.
    pub chain_first: bool,
    /// The host in the data centre that sends.
    pub front_end: String,
}

/// How Exchange Online told of an error, by the earliest report of each form.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum OnlineEra {
    /// Spring of 2017: `[{LED=…};{MSG=…};{FQDN=…};{IP=…};{LRT=…}]`.
    Early2017,
    /// November 2017: `[Message=…] [LastAttemptedServerName=…]`.
    Late2017,
    /// 2018: the cause stands once more in parentheses at the end.
    From2018,
    /// 2020 to 2022.
    From2020,
    /// From 2023: the subjects, the thumbprint, `SmtpSecurity`, time and session.
    #[default]
    From2023,
}

impl OnlineEra {
    /// Every one, the oldest first.
    pub const ALL: [Self; 5] = [
        Self::Early2017,
        Self::Late2017,
        Self::From2018,
        Self::From2020,
        Self::From2023,
    ];
}

impl Default for EopOutbound {
    fn default() -> Self {
        Self::new()
    }
}

/// A cause: the code and its words, what stands in `MSG`, and what is not known for sure.
pub(super) struct Cause {
    code: &'static str,
    words: String,
    message: String,
    uncertain: Vec<&'static str>,
}

impl Cause {
    fn new(code: &'static str, words: &str, message: impl Into<String>) -> Self {
        Self {
            code,
            words: words.to_owned(),
            message: message.into(),
            uncertain: Vec::new(),
        }
    }

    /// One of Microsoft's list, of which no trace was found.
    pub(super) fn listed(code: &'static str, words: impl Into<String>) -> Self {
        Self {
            words: words.into(),
            ..Self::new(code, "", "")
        }
    }

    pub(super) fn cannot_connect(message: &str) -> Self {
        Self::new("450 4.4.317", "Cannot connect to remote server", message)
    }

    pub(super) fn uncertain(mut self, what: &'static str) -> Self {
        self.uncertain.push(what);
        self
    }
}

impl EopOutbound {
    /// Opportunistic TLS, today.
    #[must_use]
    pub fn new() -> Self {
        Self {
            tls_settings: None,
            tls_domain: None,
            smtp_dane_mode: SmtpDaneMode::Opportunistic,
            mta_sts_mode: MtaStsMode::Opportunistic,
            expiry_beside_dane_ee: true,
            era: OnlineEra::From2023,
            chain_first: false,
            front_end: "DM6NAM11FT035.eop-nam11.prod.protection.outlook.com".to_owned(),
        }
    }

    /// The same with these `TlsSettings`.
    #[must_use]
    pub fn with(tls_settings: TlsSettings) -> Self {
        Self {
            tls_settings: Some(tls_settings),
            ..Self::new()
        }
    }

    /// What it makes of a server. `LED` in the details is the whole text in the form of its era.
    #[must_use]
    pub fn judge(&self, findings: &Findings) -> Verdict {
        if let Some((cause, why)) = self.by_dns(findings) {
            return self.deferred(findings, cause, why);
        }
        let verdict = self.by_settings(findings);
        match self.note_by_dns(findings) {
            Some(note) if verdict.would_deliver() => verdict.uncertain(note),
            _ => verdict,
        }
    }

    /// What it makes of a server by `TlsSettings`.
    fn by_settings(&self, findings: &Findings) -> Verdict {
        let name = self.name();
        if let Some(trouble) = findings.stopped() {
            if self.tls_settings.is_none() && goes_on_in_clear(findings) {
                return Verdict::in_clear(name);
            }
            return self.deferred(
                findings,
                of_trouble(trouble, self.era),
                stopped(findings).cloned().collect(),
            );
        }
        let Some(settings) = self.tls_settings else {
            return Verdict::deliver(name, "");
        };
        let chain = match settings {
            TlsSettings::EncryptionOnly => return Verdict::deliver(name, ""),
            _ => of_chain(findings),
        };
        let domain = self.domain(findings);
        let wrong_name = match settings {
            TlsSettings::DomainValidation if !is_for(findings, &domain) => {
                Some(not_for(findings, &domain))
            }
            _ => None,
        };
        let of_chain = chain
            .first()
            .map(|finding| self.of_chain(finding, findings, &domain));
        let of_name = wrong_name.as_ref().map(|_| self.of_name(findings, &domain));
        let both = of_chain.is_some() && of_name.is_some();
        let cause = match self.chain_first {
            true => of_chain.or(of_name),
            false => of_name.or(of_chain),
        };
        let why: Vec<Finding> = wrong_name.into_iter().chain(chain).collect();
        match cause {
            None => Verdict::deliver(name, ""),
            Some(cause) => {
                let verdict = self.deferred(findings, cause, why);
                match both {
                    true => verdict
                        .uncertain("whether the name or the chain is told where both are bad"),
                    false => verdict,
                }
            }
        }
    }

    pub(super) fn name(&self) -> &'static str {
        match self.tls_settings {
            None => "eop-opportunistic",
            Some(TlsSettings::EncryptionOnly) => "eop-encryption-only",
            Some(TlsSettings::CertificateValidation) => "eop-certificate-validation",
            Some(TlsSettings::DomainValidation) => "eop",
        }
    }

    fn domain(&self, findings: &Findings) -> String {
        let expected = &findings.expectation;
        let domain = self
            .tls_domain
            .as_ref()
            .or(expected.recipient_domain.as_ref());
        domain.unwrap_or(&expected.name).clone()
    }

    fn of_name(&self, findings: &Findings, domain: &str) -> Cause {
        let message = self.with_subjects("SubjectMismatch", findings, domain);
        Cause::new("450 4.7.320", "Certificate validation failed", message)
    }

    fn of_chain(&self, finding: &Finding, findings: &Findings, domain: &str) -> Cause {
        let (word, uncertain) = match &finding.wrong {
            Wrong::Expired(_) | Wrong::NotYetValid(_) => ("CertificateExpired", None),
            Wrong::SelfSigned | Wrong::UntrustedRoot | Wrong::IssuerMissing { .. } => {
                ("UntrustedRoot", None)
            }
            Wrong::Revoked(_) => ("Revoked", Some("the word `Revoked` in the message")),
            _ => ("ChainError", Some("the word `ChainError` in the message")),
        };
        let recent = self.era >= OnlineEra::From2020;
        let (code, words, older) = match word {
            // Microsoft's article on it, and what administrators report.
            "UntrustedRoot" | "CertificateExpired" if recent => {
                ("450 4.4.317", "Cannot connect to remote server", None)
            }
            _ if recent => ("450 4.7.320", "Certificate validation failed", None),
            _ => (
                "450 4.7.320",
                "Certificate validation failed",
                Some("the code, in the words of before 2020"),
            ),
        };
        let uncertain = uncertain.or(older);
        let message = match word {
            "CertificateExpired" | "UntrustedRoot" => self.with_subjects(word, findings, domain),
            word => word.to_owned(),
        };
        Cause {
            uncertain: uncertain.into_iter().collect(),
            ..Cause::new(code, words, message)
        }
    }

    /// Since 2023 the message tells the subjects.
    fn with_subjects(&self, word: &str, findings: &Findings, domain: &str) -> String {
        match (self.era, findings.leaf(), word) {
            (OnlineEra::From2023, Some(leaf), "SubjectMismatch" | "CertificateExpired") => format!(
                "{word} Expected Subject: {domain}. Presented Subject: {}. Thumbprint: {}.",
                leaf.facts.subject, leaf.facts.thumbprint
            ),
            _ => word.to_owned(),
        }
    }

    fn deferred(&self, findings: &Findings, cause: Cause, why: Vec<Finding>) -> Verdict {
        let Cause {
            code,
            words,
            message,
            uncertain,
        } = cause;
        let text = format!("{code} {words}");
        let mut verdict = Verdict::refuse(self.name(), &text, &why);
        verdict.decision = Decision::Defer;
        // The first word is what older forms have in MSG.
        let led = self.led(findings, &text, &message);
        let mut verdict = verdict.code(code);
        match message.is_empty() {
            true => verdict = verdict.uncertain(AROUND),
            false => verdict = verdict.detail("MSG", message),
        }
        let verdict = verdict.detail("LED", led);
        uncertain.into_iter().fold(verdict, Verdict::uncertain)
    }

    /// The text in the trace, or in the report of failure.
    fn led(&self, findings: &Findings, text: &str, message: &str) -> String {
        if message.is_empty() {
            return text.to_owned();
        }
        let address = findings.evidence.address;
        let ip = address.ip();
        let expected = &findings.expectation;
        let host = expected.host();
        let now = expected.now;
        let front_end = &self.front_end;
        let last = format!("[LastAttemptedServerName={host}] [LastAttemptedIP={address}]");
        match self.era {
            OnlineEra::Early2017 => format!(
                "[{{LED={text}}};{{MSG={message}}};{{FQDN={host}}};{{IP={ip}}};{{LRT={}}}]. OutboundProxyTargetIP: {ip}. OutboundProxyTargetHostName: {host}",
                us_time(now)
            ),
            OnlineEra::Late2017 => format!("{text} [Message={message}] {last} [{front_end}]"),
            OnlineEra::From2018 | OnlineEra::From2020 => {
                format!("{text} [Message={message}] {last} [{front_end}]({message})")
            }
            OnlineEra::From2023 => {
                // Seen beside each other: -1 where a certificate was judged, -2 where TLS failed.
                let security = match findings.evidence.is_encrypted() {
                    true => "-1;-1",
                    false => "-2;-2",
                };
                format!(
                    "{text} [Message={message}] {last} [SmtpSecurity={security}] [{front_end} {} {}]",
                    iso_time(now),
                    SESSION
                )
            }
        }
    }
}

const AROUND: &str = "the first number, and what stands around the words in a trace: Microsoft's list has the code and the words alone";

/// A session of EOP as its logs count them; any will do.
const SESSION: &str = "08DD2CB85E2FE9DB";

fn of_trouble(trouble: &Trouble, era: OnlineEra) -> Cause {
    let cannot = |message: &str, uncertain: Option<&'static str>| Cause {
        uncertain: uncertain.into_iter().collect(),
        ..Cause::cannot_connect(message)
    };
    let refused = |message| Cause::new("450 4.4.316", "Connection refused", message);
    match trouble {
        Trouble::Unreachable(_) => match era {
            OnlineEra::From2023 => {
                refused("Failed to connect. Winsock error code: 10061, Win32 error code: 10061.")
                    .uncertain("the message, which is that of other Winsock errors")
            }
            _ => refused("Socket error code 10061"),
        },
        Trouble::Silent(..) => Cause::new(
            "450 4.4.315",
            "Connection timed out",
            "Socket error code 10060",
        )
        .uncertain("the message of a time-out"),
        Trouble::Closed(Stage::Handshake) => cannot(
            "451 4.4.0 TLS negotiation failed with error SocketError",
            None,
        ),
        Trouble::Closed(_) => Cause::new(
            "450 4.4.318",
            "Connection was closed abruptly",
            "421 4.4.2 Connection dropped due to SocketError",
        )
        .uncertain("the message of a close"),
        Trouble::NoStartTls | Trouble::Refused(Stage::StartTls | Stage::Ehlo, _) => {
            cannot("451 5.7.3 STARTTLS is required to send mail", None)
        }
        Trouble::Alert(_) | Trouble::BadHandshake(_) | Trouble::ClearInsteadOfTls => cannot(
            "451 4.4.0 TLS negotiation failed with error ConnectionAborted",
            Some("which of `ConnectionAborted` and `SocketError` it is"),
        ),
        Trouble::Refused(_, reply) => cannot(
            &super::evidence::one_line(reply),
            Some("that the server's reply stands in the message"),
        ),
        _ => cannot(
            "421 4.4.2 Connection dropped due to SocketError",
            Some("the message"),
        ),
    }
}

/// Whether a sender who does not insist on TLS could go on.
pub(super) fn goes_on_in_clear(findings: &Findings) -> bool {
    matches!(
        findings.stopped(),
        Some(
            Trouble::NoStartTls
                | Trouble::Refused(Stage::StartTls, _)
                // On a new connection.
                | Trouble::Alert(_)
                | Trouble::BadHandshake(_)
                | Trouble::ClearInsteadOfTls
                | Trouble::Closed(Stage::Handshake)
        )
    ) && findings.evidence.speaks_smtp()
}

/// `4/14/2017 1:07:17 PM`.
fn us_time(at: SystemTime) -> String {
    let text = plain_time(at);
    let number = |from: usize, to: usize| text[from..to].parse::<u32>().unwrap_or_default();
    let (year, month, day) = (number(0, 4), number(5, 7), number(8, 10));
    let (hour, half) = match number(11, 13) {
        0 => (12, "AM"),
        hour @ 1..12 => (hour, "AM"),
        12 => (12, "PM"),
        hour => (hour - 12, "PM"),
    };
    format!("{month}/{day}/{year} {hour}:{} {half}", &text[14..19])
}

/// `2025-01-04T16:37:07.429Z`.
fn iso_time(at: SystemTime) -> String {
    let milliseconds = at
        .duration_since(SystemTime::UNIX_EPOCH)
        .map_or(0, |since| since.subsec_millis());
    format!("{}.{milliseconds:03}Z", plain_time(at))
}

/// `2025-01-04T16:37:07`; the beginning of time for what has no such text.
fn plain_time(at: SystemTime) -> String {
    let seconds = at
        .duration_since(SystemTime::UNIX_EPOCH)
        .map_or(0, |since| i64::try_from(since.as_secs()).unwrap_or(0));
    match super::finding::day(seconds, 'T', "") {
        text if text.len() == 19 => text,
        _ => super::finding::day(0, 'T', ""),
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use super::*;

    #[test]
    fn times_are_those_of_the_traces() {
        let at = UNIX_EPOCH + Duration::from_millis(1_492_175_237_429);
        assert_eq!(us_time(at), "4/14/2017 1:07:17 PM");
        assert_eq!(iso_time(at), "2017-04-14T13:07:17.429Z");
        let midnight = UNIX_EPOCH + Duration::from_secs(1_492_128_000);
        assert_eq!(us_time(midnight), "4/14/2017 12:00:00 AM");
        assert_eq!(
            us_time(midnight + Duration::from_secs(43_200)),
            "4/14/2017 12:00:00 PM"
        );
    }
}
