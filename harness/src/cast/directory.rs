//! The accounts on the premises, and which of them the tenant knows.

use std::collections::BTreeMap;

use super::Playing;
use crate::eop::Recipients;

/// The organizational unit whose accounts are synchronized with the tenant.
const SYNCHRONIZED: &str = "Staff";
/// The one where new accounts are made, which is not.
const NEW: &str = "New accounts";

/// An account of the directory on the premises.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Account {
    /// Its address: `newcomer@contoso.test`.
    pub address: String,
    /// The organizational unit that it is in.
    pub unit: String,
    /// The tenant that is synchronized with its unit, or would be.
    pub tenant: String,
}

impl Account {
    /// Its account name: what stands before the `@`.
    #[must_use]
    pub fn name(&self) -> &str {
        self.address.split('@').next().unwrap_or_default()
    }

    /// `CN=newcomer,OU=Staff,DC=contoso,DC=test`.
    #[must_use]
    pub fn distinguished_name(&self) -> String {
        format!("CN={},{}", self.name(), self.path(&self.unit))
    }

    /// A unit of its domain: `OU=Staff,DC=contoso,DC=test`.
    fn path(&self, unit: &str) -> String {
        let domain = self
            .address
            .rsplit_once('@')
            .map_or("", |(_, domain)| domain);
        let domain = domain.split('.').map(|label| format!(",DC={label}"));
        format!("OU={unit}{}", domain.collect::<String>())
    }
}

/// The accounts of a tenant's file: mailboxes that it knows, and those that it does not.
pub(super) fn accounts(tenant: &str, known: &[String], unknown: &[String]) -> Vec<Account> {
    let account = |address: &String, unit: &str| Account {
        address: address.clone(),
        unit: unit.to_owned(),
        tenant: tenant.to_owned(),
    };
    let known = known.iter().map(|address| account(address, SYNCHRONIZED));
    let unknown = unknown.iter().map(|address| account(address, NEW));
    known.chain(unknown).collect()
}

impl Playing {
    /// The accounts on the premises, as far as the file names them.
    #[must_use]
    pub fn accounts(&self) -> Vec<Account> {
        self.lock_accounts().clone()
    }

    /// Moves the account of this distinguished name to a unit of its domain. Says whether there is
    /// such an account, and such a unit.
    pub(crate) fn move_account(&self, distinguished_name: &str, target: &str) -> bool {
        let mut accounts = self.lock_accounts();
        let is = |one: &Account| {
            let name = one.distinguished_name();
            name.eq_ignore_ascii_case(distinguished_name)
        };
        let Some(account) = accounts.iter_mut().find(|one| is(one)) else {
            return false;
        };
        let mut units = [SYNCHRONIZED, NEW].into_iter();
        match units.find(|unit| account.path(unit).eq_ignore_ascii_case(target)) {
            Some(unit) => {
                unit.clone_into(&mut account.unit);
                true
            }
            None => false,
        }
    }

    /// Tells each tenant who is in the unit that it is synchronized with.
    pub(crate) fn synchronize(&self) {
        let mut all: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for account in self.accounts() {
            let known = all.entry(account.tenant).or_default();
            if account.unit == SYNCHRONIZED {
                known.push(account.address);
            }
        }
        for (tenant, known) in all {
            if let Some(eop) = self.eop(&tenant) {
                eop.set_recipients(Recipients::Known(known));
            }
        }
    }
}
