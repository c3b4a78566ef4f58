//! What the rules and the test share.

use std::collections::{BTreeSet, VecDeque};
use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use super::received::Record;
use super::{AcceptedDomain, InboundConnector, MessageTrace, Received, Recipients, Tenant};
use crate::report::Mail;

/// What the rules and the test share. Whoever holds it must not ask the server anything: the
/// server's ledger may be waiting for it.
#[derive(Debug)]
pub(super) struct Shared(Mutex<State>);

#[derive(Debug)]
pub(super) struct State {
    tenant: Tenant,
    /// What is to become of the tenant, and when.
    changes: Vec<(SystemTime, Change)>,
    /// Addresses that are banned no more.
    delisted: BTreeSet<IpAddr>,
    records: VecDeque<Record>,
    trace: VecDeque<MessageTrace>,
}

/// A change of the tenant.
#[derive(Debug)]
pub(super) enum Change {
    AcceptedDomain(AcceptedDomain),
    Recipients(Recipients),
    Remove(String),
    Set(Box<InboundConnector>),
}

/// How many messages and how many rows of the trace are remembered: clients decide how many there
/// are.
const KEPT: usize = 10_000;

impl Shared {
    pub(super) fn new(tenant: Tenant) -> Self {
        Self(Mutex::new(State {
            tenant,
            changes: Vec::new(),
            delisted: BTreeSet::new(),
            records: VecDeque::new(),
            trace: VecDeque::new(),
        }))
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// The tenant as it is at this time.
    pub(super) fn tenant(&mut self, now: SystemTime) -> &Tenant {
        let due = self.changes.iter().take_while(|(at, _)| *at <= now).count();
        for (_, change) in self.changes.drain(..due) {
            match change {
                Change::AcceptedDomain(domain) => self.tenant.set_accepted_domain(domain),
                Change::Recipients(recipients) => self.tenant.recipients = recipients,
                Change::Remove(name) => {
                    self.tenant.remove_inbound_connector(&name);
                }
                Change::Set(connector) => self.tenant.set_inbound_connector(*connector),
            }
        }
        &self.tenant
    }

    /// Plans a change. None overtakes another.
    pub(super) fn plan(&mut self, at: SystemTime, change: Change) {
        let after = self.changes.last().map_or(at, |(last, _)| at.max(*last));
        self.changes.push((after, change));
    }

    pub(super) fn delist(&mut self, address: IpAddr) {
        self.delisted.insert(address.to_canonical());
    }

    pub(super) fn is_delisted(&self, address: IpAddr) -> bool {
        self.delisted.contains(&address.to_canonical())
    }

    pub(super) fn keep(&mut self, record: Record, rows: Vec<MessageTrace>) {
        self.records.push_back(record);
        self.trace.extend(rows);
        let too_many = self.records.len().saturating_sub(KEPT);
        self.records.drain(..too_many);
        let too_many = self.trace.len().saturating_sub(KEPT);
        self.trace.drain(..too_many);
    }

    pub(super) fn trace(&self) -> Vec<MessageTrace> {
        self.trace.iter().cloned().collect()
    }

    /// How each of these messages came, as far as it is remembered.
    pub(super) fn received(&self, mail: Vec<Mail>) -> Vec<Received> {
        let how = |mail: Mail| {
            let at = self
                .records
                .binary_search_by_key(&mail.number, |record| record.number)
                .ok()?;
            Some(self.records[at].with(mail))
        };
        mail.into_iter().filter_map(how).collect()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::super::{Attribution, DomainType, Route, message_trace};
    use super::*;

    #[test]
    fn changes_come_in_order_and_in_their_time() {
        let shared = Shared::new(Tenant::default());
        let mut state = shared.lock();
        let at = |seconds| SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
        let connector = |domain: &str| {
            Change::Set(Box::new(InboundConnector {
                sender_domains: vec![domain.to_owned()],
                ..InboundConnector::partner("P")
            }))
        };
        state.plan(at(10), connector("first.test"));
        // Asked for later with less patience: still not before the first.
        state.plan(at(5), connector("second.test"));
        state.plan(at(20), Change::Remove("P".to_owned()));
        assert!(state.tenant(at(9)).inbound_connectors.is_empty());
        let now = &state.tenant(at(10)).inbound_connectors;
        assert_eq!(now[0].sender_domains, ["second.test"]);
        assert!(state.tenant(at(20)).inbound_connectors.is_empty());
    }

    #[test]
    fn domains_and_recipients_change_in_their_time_as_well() {
        let shared = Shared::new(Tenant {
            accepted_domains: vec![AcceptedDomain::authoritative("contoso.test")],
            recipients: Recipients::known(["bob@contoso.test"]),
            ..Tenant::default()
        });
        let mut state = shared.lock();
        let at = |seconds| SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
        let relay = AcceptedDomain::internal_relay("Contoso.test");
        state.plan(at(10), Change::AcceptedDomain(relay.clone()));
        let both = Recipients::known(["bob@contoso.test", "carol@contoso.test"]);
        state.plan(at(20), Change::Recipients(both.clone()));
        let before = &state.tenant(at(9)).accepted_domains[0];
        assert_eq!(before.domain_type, DomainType::Authoritative);
        assert_eq!(state.tenant(at(10)).accepted_domains, [relay]);
        assert_ne!(state.tenant(at(19)).recipients, both);
        assert_eq!(state.tenant(at(20)).recipients, both);
    }

    #[test]
    fn an_address_is_delisted_in_either_form() {
        let shared = Shared::new(Tenant::default());
        let mut state = shared.lock();
        let ip = |text: &str| text.parse::<IpAddr>().unwrap();
        state.delist(ip("::ffff:192.0.2.7"));
        assert!(state.is_delisted(ip("192.0.2.7")));
        assert!(!state.is_delisted(ip("192.0.2.8")));
    }

    #[test]
    fn of_very_many_messages_the_oldest_are_forgotten() {
        let mail = |number| Mail {
            number,
            session: 1,
            from: "alice@fabrikam.test".to_owned(),
            to: vec!["bob@contoso.test".to_owned(); 2],
            parameters: Vec::new(),
            recipient_parameters: Vec::new(),
            user: None,
            inside_tls: false,
            content: Vec::new(),
        };
        let tenant = Tenant::default();
        let shared = Shared::new(tenant.clone());
        let mut state = shared.lock();
        let all = KEPT as u64 + 5;
        let routes = vec![Ok(Route::Mailbox); 2];
        for number in 1..=all {
            let mail = mail(number);
            let ip = std::net::Ipv4Addr::LOCALHOST.into();
            let rows = message_trace::rows(&mail, &routes, ip, SystemTime::UNIX_EPOCH);
            let record = Record::new(&tenant, &mail, Attribution::Internet, routes.clone());
            state.keep(record, rows);
        }
        assert_eq!(state.trace().len(), KEPT);
        let received = state.received([1, 5, 6, all].map(mail).to_vec());
        let numbers: Vec<u64> = received.iter().map(|one| one.mail.number).collect();
        assert_eq!(numbers, [6, all]);
    }
}
