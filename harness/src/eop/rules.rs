//! The rules, asked at each stage.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::received::Record;
use super::state::Shared;
use super::{Arrival, Attribution, IpRange, Profile, Refusal, Restriction, Tenant, message_trace};
use crate::fault::{Stage, TlsVersion};
use crate::report::Mail;
use crate::server::Question;
use crate::smtp::Reply;
use crate::trust::Trust;

/// The rules of one server.
#[derive(Debug)]
pub(super) struct Rules {
    pub(super) profile: Profile,
    pub(super) shared: Arc<Shared>,
    pub(super) trust: Trust,
    pub(super) banned: Vec<IpRange>,
    pub(super) throttled: Vec<IpRange>,
    pub(super) least_tls: TlsVersion,
    /// Only users send.
    pub(super) submission: bool,
    /// Other words than the usual ones.
    pub(super) words: BTreeMap<Refusal, Reply>,
}

impl Rules {
    /// What is said instead of the usual reply, if anything.
    pub(super) fn objection(&self, question: &Question<'_>) -> Option<Reply> {
        let refusal = self.judge(question).err()?;
        let own = self.words.get(&refusal).cloned();
        Some(own.unwrap_or_else(|| refusal.reply(self.profile)))
    }

    fn judge(&self, question: &Question<'_>) -> Result<(), Refusal> {
        match question.stage {
            Stage::Mail => self.judge_sender(question),
            Stage::Rcpt => self.judge_recipient(question),
            _ => Ok(()),
        }
    }

    fn judge_sender(&self, question: &Question<'_>) -> Result<(), Refusal> {
        if question.tls.is_some_and(|tls| tls.version < self.least_tls) {
            return Err(Refusal::OldTls);
        }
        if self.submission && question.user.is_none() {
            return Err(Refusal::NotAuthenticated);
        }
        match self.with_tenant(question, Tenant::attribute) {
            Attribution::Restricted {
                restriction: Restriction::Tls,
                ..
            } => Err(Refusal::TlsRequired),
            _ => Ok(()),
        }
    }

    fn judge_recipient(&self, question: &Question<'_>) -> Result<(), Refusal> {
        let among = |ranges: &[IpRange]| ranges.iter().any(|range| range.contains(question.ip));
        if among(&self.banned) && !self.shared.lock().is_delisted(question.ip) {
            return Err(Refusal::BannedIp);
        }
        if among(&self.throttled) {
            return Err(Refusal::ServerBusy);
        }
        self.with_tenant(question, |tenant, arrival| {
            let attribution = tenant.attribute(arrival);
            tenant.route(question.recipient, &attribution, self.profile)
        })
        .map(|_| ())
    }

    /// Writes down how a message came.
    pub(super) fn keep(&self, mail: &Mail, question: &Question<'_>) {
        let now = question.now;
        let arrival = self.arrival(question);
        let mut state = self.shared.lock();
        let tenant = state.tenant(now);
        let attribution = tenant.attribute(&arrival);
        let route = |to: &String| tenant.route(to, &attribution, self.profile);
        let routes: Vec<_> = mail.to.iter().map(route).collect();
        let rows = message_trace::rows(mail, &routes, arrival.ip, now);
        let record = Record::new(tenant, mail, attribution, routes);
        state.keep(record, rows);
    }

    fn with_tenant<T>(
        &self,
        question: &Question<'_>,
        ask: impl FnOnce(&Tenant, &Arrival) -> T,
    ) -> T {
        // Before the lock: signatures take their time.
        let arrival = self.arrival(question);
        ask(self.shared.lock().tenant(question.now), &arrival)
    }

    fn arrival(&self, question: &Question<'_>) -> Arrival {
        let chain = question.tls.map(|tls| tls.client_certificate.as_slice());
        Arrival {
            ip: question.ip.to_canonical(),
            tls: question.tls.map(|tls| tls.version),
            certificate: chain
                .and_then(|chain| super::trust::examine(&self.trust, chain, question.now)),
            user: question.user.map(str::to_owned),
            sender: question.sender.to_owned(),
        }
    }
}
