//! What a healthy Exchange server refuses, connector by connector.
//!
//! The texts of the refusals stand in Microsoft's documentation and support articles; the stage at
//! which some of them come is inferred and said so below.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use super::capabilities;
use super::event_log::{EventLog, TransportEvent};
use super::receive_connector::{AuthMechanism, PermissionGroup, ReceiveConnector, TransportRole};
use super::version::Version;
use crate::certificate_facts::CertificateFacts;
use crate::fault::Stage;
use crate::server::{Policy, Question};
use crate::smtp::Reply;
use crate::trust::Trust;

/// What all connectors of a server share while it runs. Nothing that waits for a listener may
/// hold it: sessions ask it.
#[derive(Debug, Default)]
pub(super) struct Shared(Mutex<Known>);

/// What the rules look at.
#[derive(Debug, Default)]
pub(super) struct Known {
    pub(super) accepted_domains: BTreeSet<String>,
    /// The addresses of hosts, in lower case. Nothing else is looked up.
    pub(super) hosts: BTreeMap<String, SocketAddr>,
    /// The mail exchangers of domains, in lower case, the most preferred first.
    pub(super) mx: BTreeMap<String, Vec<String>>,
    /// `None` where recipients are not looked up.
    pub(super) mailboxes: Option<BTreeSet<String>>,
    pub(super) back_pressure: bool,
    /// The components that are not active.
    pub(super) inactive: BTreeSet<TransportRole>,
    pub(super) events: EventLog,
    /// When each source sent its last messages, for the rate.
    sent: BTreeMap<(String, IpAddr), VecDeque<SystemTime>>,
}

impl Shared {
    pub(super) fn known(&self) -> MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The rules of one connector.
pub(super) fn policy(
    version: Version,
    connector: &ReceiveConnector,
    shared: &Arc<Shared>,
    trust: &Arc<Trust>,
) -> Policy {
    let trust = Arc::clone(trust);
    let (connector, shared) = (connector.clone(), Arc::clone(shared));
    Arc::new(move |question| {
        let mut known = shared.known();
        let refusal = match question.stage {
            Stage::Greeting => greeting(version, &connector, question, &mut known),
            Stage::Mail => {
                confirm_capabilities(&connector, question, &trust, &mut known);
                mail(version, &connector, question, &mut known)
            }
            Stage::Rcpt => recipient(version, &connector, question, &known),
            Stage::Body => content(&connector, question),
            _ => None,
        };
        refusal.map(Reply::from)
    })
}

fn greeting(
    version: Version,
    connector: &ReceiveConnector,
    question: &Question<'_>,
    known: &mut Known,
) -> Option<&'static str> {
    if known.inactive.contains(&connector.transport_role) {
        return Some("421 4.3.2 Service not active");
    }
    // That a client outside of the ranges is told this is inferred.
    if !connector.takes_from(question.ip) {
        return Some("421 4.3.2 Service not available");
    }
    let limit = connector.max_inbound_connection_per_source?;
    if question.connections <= limit {
        return None;
    }
    let (connector_name, ip) = (connector.name.clone(), question.ip);
    let event = TransportEvent::TooManyFromSource {
        connector: connector_name,
        ip,
        limit,
    };
    known
        .events
        .write(question.now, connector.transport_role, event);
    Some(match version.has_front_end() {
        true => {
            "421 4.3.2 The maximum number of concurrent server connections has exceeded a per-source limit, closing transmission channel"
        }
        false => {
            "421 4.3.2 The maximum number of concurrent connections has exceeded a limit, closing transmission channel"
        }
    })
}

fn mail(
    version: Version,
    connector: &ReceiveConnector,
    question: &Question<'_>,
    known: &mut Known,
) -> Option<&'static str> {
    if known.back_pressure {
        return Some("452 4.3.1 Insufficient system resources");
    }
    if !may_send(connector, question) {
        return Some(match version.has_front_end() {
            true => {
                "530 5.7.57 SMTP; Client was not authenticated to send anonymous mail during MAIL FROM"
            }
            false => "530 5.7.1 Client was not authenticated",
        });
    }
    let limit = connector.message_rate_limit?;
    let over = known.is_over(&connector.name, limit, question);
    over.then_some(
        "421 4.4.2 Message submission rate for this client has exceeded the configured limit",
    )
}

/// Tells of a client certificate that asks for the capabilities of its domain and cannot be
/// trusted. The mail is taken all the same, as anybody's.
fn confirm_capabilities(
    connector: &ReceiveConnector,
    question: &Question<'_>,
    trust: &Trust,
    known: &mut Known,
) {
    let chain = question.tls.map(|tls| tls.client_certificate.as_slice());
    let chain = chain.unwrap_or_default();
    let leaf = chain.first().and_then(CertificateFacts::read);
    let wanted = leaf.and_then(|leaf| capabilities::wanted(connector, &leaf));
    if let Some((domain, capability)) = wanted
        && !trust.has_either(chain, question.now)
    {
        let event = TransportEvent::DomainCapabilitiesNotConfirmed {
            capabilities: format!("{domain}:{capability}"),
            connector: connector.name.clone(),
            status: capabilities::UNTRUSTED.to_owned(),
        };
        known
            .events
            .write(question.now, connector.transport_role, event);
    }
}

fn recipient(
    version: Version,
    connector: &ReceiveConnector,
    question: &Question<'_>,
    known: &Known,
) -> Option<&'static str> {
    let (_, domain) = question.recipient.rsplit_once('@')?;
    let domain = domain.to_ascii_lowercase();
    if known.accepts(&domain) {
        // In which stage an unknown mailbox is refused depends on what looks it up; inferred.
        let boxes = known.mailboxes.as_ref()?;
        let known = boxes.contains(&question.recipient.to_ascii_lowercase());
        return (!known).then_some(
            "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup",
        );
    }
    if may_relay(connector, question) {
        return None;
    }
    Some(match version.has_front_end() {
        true => "550 5.7.54 SMTP; Unable to relay recipient in non-accepted domain",
        false => "550 5.7.1 Unable to relay",
    })
}

fn content(connector: &ReceiveConnector, question: &Question<'_>) -> Option<&'static str> {
    let hops = headers(question.content)
        .filter(|line| {
            let name = line.get(..9);
            name.is_some_and(|name| name.eq_ignore_ascii_case(b"received:"))
        })
        .count();
    (hops > connector.max_hop_count).then_some("554 5.4.6 Hop count exceeded - possible mail loop")
}

/// The lines of the header, folded ones apart.
fn headers(content: &[u8]) -> impl Iterator<Item = &[u8]> {
    let lines = content.split(|octet| *octet == b'\n');
    lines.take_while(|line| !line.is_empty() && **line != *b"\r")
}

/// A user who is logged in, an Exchange server by X-ANONYMOUSTLS, or everybody where that is
/// allowed.
fn may_send(connector: &ReceiveConnector, question: &Question<'_>) -> bool {
    let anonymous = connector.is_for(PermissionGroup::AnonymousUsers)
        || connector.authenticates_by(AuthMechanism::ExternalAuthoritative);
    anonymous || is_known(connector, question)
}

fn may_relay(connector: &ReceiveConnector, question: &Question<'_>) -> bool {
    connector.anonymous_relay
        || connector.authenticates_by(AuthMechanism::ExternalAuthoritative)
        || is_known(connector, question)
}

fn is_known(connector: &ReceiveConnector, question: &Question<'_>) -> bool {
    let user = question.user.is_some() && connector.is_for(PermissionGroup::ExchangeUsers);
    let server = question.anonymous_tls && connector.is_for(PermissionGroup::ExchangeServers);
    user || server
}

impl Known {
    /// An accepted domain, or one below `*.domain`.
    pub(super) fn accepts(&self, domain: &str) -> bool {
        self.accepted_domains
            .iter()
            .any(|accepted| match accepted.strip_prefix("*.") {
                Some(parent) => domain == parent || domain.ends_with(&format!(".{parent}")),
                None => domain == accepted,
            })
    }

    /// Counts a message; says whether it is one more than `limit` within a minute.
    fn is_over(&mut self, connector: &str, limit: usize, question: &Question<'_>) -> bool {
        const MINUTE: Duration = Duration::from_secs(60);
        const SOURCES: usize = 10_000;
        if self.sent.len() > SOURCES {
            self.sent.clear();
        }
        let sent = self
            .sent
            .entry((connector.to_owned(), question.ip))
            .or_default();
        let recent = |at: &SystemTime| {
            question
                .now
                .duration_since(*at)
                .is_ok_and(|age| age < MINUTE)
        };
        sent.retain(recent);
        let over = sent.len() >= limit;
        if !over {
            sent.push_back(question.now);
        }
        over
    }
}
