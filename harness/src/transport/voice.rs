//! What a product says of a setback: in its queue, its traces and its notifications.

use std::time::SystemTime;

use super::product::Product;
use super::setback::Setback;
use super::times::shown;
use super::wording::{exchange, online};

/// A product on a machine, which tells of setbacks in its own words.
///
/// ```
/// use std::time::{Duration, SystemTime};
/// use mailfault::transport::{Cause, OnlineEra, Product, Setback, Voice};
///
/// let at = SystemTime::UNIX_EPOCH + Duration::from_secs(1_492_175_237);
/// let cause = Cause::Own {
///     text: "450 4.7.320 Certificate validation failed".into(),
///     message: "SubjectMismatch".into(),
/// };
/// let setback = Setback::new(cause).with("hybrid.contoso.test", "192.0.2.25:25".parse().ok());
/// let voice = Voice::new(Product::ExchangeOnline(OnlineEra::Early2017), "HT1.example.test");
/// assert_eq!(
///     voice.trace_detail(&setback, at),
///     "Reason: [{LED=450 4.7.320 Certificate validation failed};{MSG=SubjectMismatch};\
///      {FQDN=hybrid.contoso.test};{IP=192.0.2.25};{LRT=4/14/2017 1:07:17 PM}]. \
///      OutboundProxyTargetIP: 192.0.2.25. OutboundProxyTargetHostName: hybrid.contoso.test"
/// );
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Voice {
    /// The product.
    pub product: Product,
    /// The machine's own name.
    pub server: String,
    /// The machine of Exchange Online that connects for it:
    /// `DM6NAM11FT035.eop-nam11.prod.protection.outlook.com`. Its own name if nothing is said.
    pub front_end: String,
    /// The accepted domains, the default one first. Senders in them are told as members of the
    /// organisation are.
    pub domains: Vec<String>,
}

/// What becomes of a message that expired.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Expired {
    /// The text that the human reader gets.
    pub(super) text: String,
    /// What stands behind `Diagnostic-Code: smtp;`.
    pub(super) diagnostic: String,
}

impl Voice {
    /// A product on a machine of this name.
    #[must_use]
    pub fn new(product: Product, server: impl Into<String>) -> Self {
        let server = server.into();
        Self {
            product,
            front_end: server.clone(),
            server,
            domains: Vec::new(),
        }
    }

    /// The setback in a sentence: what stands in a notification behind `returned`, and in a queue
    /// or a trace as `LED`.
    #[must_use]
    pub fn description(&self, setback: &Setback, at: SystemTime) -> String {
        match self.product {
            Product::ExchangeOnline(era) => online::description(era, setback, &self.front_end, at),
            product => exchange::description(product, setback),
        }
    }

    /// The property `LastError` of a queue.
    #[must_use]
    pub fn last_error(&self, setback: &Setback, at: SystemTime) -> String {
        match self.product {
            Product::ExchangeOnline(_) | Product::Exchange2016 => self.record(setback, at),
            product => exchange::description(product, setback),
        }
    }

    /// The detail of a deferral in the message trace. Long ones were seen cut off in the middle,
    /// where is not known; these are whole.
    #[must_use]
    pub fn trace_detail(&self, setback: &Setback, at: SystemTime) -> String {
        let ip = ip(setback);
        format!(
            "Reason: {}. OutboundProxyTargetIP: {ip}. OutboundProxyTargetHostName: {}",
            self.record(setback, at),
            setback.host
        )
    }

    /// `[{LED=…};{MSG=…};{FQDN=…};{IP=…};{LRT=…}]`.
    fn record(&self, setback: &Setback, at: SystemTime) -> String {
        let (description, message) = match self.product {
            Product::ExchangeOnline(era) => online::apart(era, setback, &self.front_end, at),
            _ => (self.description(setback, at), String::new()),
        };
        format!(
            "[{{LED={description}}};{{MSG={message}}};{{FQDN={}}};{{IP={}}};{{LRT={}}}]",
            setback.host,
            ip(setback),
            shown(at)
        )
    }

    /// What the message's sender gets to read when its time is over.
    pub(super) fn expired(&self, last: Option<(&Setback, SystemTime)>) -> Expired {
        match self.product {
            Product::ExchangeOnline(era) => online::expired(era, last, &self.front_end),
            product => exchange::expired(product, last.map(|(setback, _)| setback)),
        }
    }

    /// Whether an address is in an accepted domain.
    pub(super) fn is_internal(&self, address: &str) -> bool {
        let domain = address.rsplit_once('@').map(|(_, domain)| domain);
        let is = |accepted: &String| {
            domain.is_some_and(|domain| crate::eop::domain::covers(accepted, domain))
        };
        self.domains.iter().any(is)
    }
}

fn ip(setback: &Setback) -> String {
    setback
        .address
        .map_or_else(String::new, |address| address.ip().to_string())
}
