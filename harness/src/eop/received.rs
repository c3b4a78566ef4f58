//! A message that was taken, and how it came.

use super::{Attribution, InboundConnector, MessageTrace, Refusal, Route, Tenant};
use crate::report::{Mail, Report};

/// A message that was taken, and how it came.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Received {
    /// The message.
    pub mail: Mail,
    /// Which connector it came by.
    pub attribution: Attribution,
    /// Whether headers are kept in which one half of a hybrid organization tells the other whom
    /// it trusts: `CloudServicesMailEnabled` of the connector.
    pub keeps_organization_headers: bool,
    /// Whose word the message is.
    pub auth_as: AuthAs,
    /// Where it goes, for each of its recipients in their order; an error where a fault let in
    /// what the rules refuse.
    pub routes: Vec<Result<Route, Refusal>>,
}

impl Received {
    /// The name of the connector that it came by, if there is one.
    #[must_use]
    pub fn connector(&self) -> Option<&str> {
        self.attribution.connector()
    }
}

/// What `X-MS-Exchange-Organization-AuthAs` says of a message once it is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum AuthAs {
    /// Somebody's.
    Anonymous,
    /// The organization's own: it goes around filters, and rules for internal mail are for it.
    Internal,
}

/// Everything that a model saw, once it has ended.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Reception {
    /// What happened, as every server tells it.
    pub report: Report,
    /// The messages that were taken, and how each came. Of very many the oldest are forgotten.
    pub received: Vec<Received>,
    /// The rows of the message trace, the oldest first. Of very many the oldest are forgotten.
    pub message_trace: Vec<MessageTrace>,
}

/// How a message came, without the message.
#[derive(Debug)]
pub(super) struct Record {
    pub(super) number: u64,
    attribution: Attribution,
    keeps_organization_headers: bool,
    auth_as: AuthAs,
    routes: Vec<Result<Route, Refusal>>,
}

impl Record {
    pub(super) fn new(
        tenant: &Tenant,
        mail: &Mail,
        attribution: Attribution,
        routes: Vec<Result<Route, Refusal>>,
    ) -> Self {
        let connector = match &attribution {
            Attribution::OnPremises { connector, .. } => {
                let mut all = tenant.inbound_connectors.iter();
                all.find(|one| one.name == *connector)
            }
            _ => None,
        };
        let keeps = connector.is_some_and(|connector| connector.cloud_services_mail_enabled);
        let logged_in = matches!(attribution, Attribution::Submission { .. });
        let vouched = keeps && says_internal(mail);
        let treated =
            connector.is_some_and(|connector| treats_as_internal(connector, tenant, mail));
        Self {
            number: mail.number,
            keeps_organization_headers: keeps,
            auth_as: match logged_in || vouched || treated {
                true => AuthAs::Internal,
                false => AuthAs::Anonymous,
            },
            attribution,
            routes,
        }
    }

    pub(super) fn with(&self, mail: Mail) -> Received {
        Received {
            mail,
            attribution: self.attribution.clone(),
            keeps_organization_headers: self.keeps_organization_headers,
            auth_as: self.auth_as,
            routes: self.routes.clone(),
        }
    }
}

/// Microsoft's documentation of `CloudServicesMailEnabled`: the cross-premises header is promoted,
/// in the place of the organization's of the same name.
fn says_internal(mail: &Mail) -> bool {
    let told = mail
        .header("X-MS-Exchange-CrossPremises-AuthAs")
        .or_else(|| mail.header("X-MS-Exchange-Organization-AuthAs"));
    told.is_some_and(|value| value.eq_ignore_ascii_case("Internal"))
}

fn treats_as_internal(connector: &InboundConnector, tenant: &Tenant, mail: &Mail) -> bool {
    connector.treat_messages_as_internal && tenant.accepted_domain(&mail.from).is_some()
}
