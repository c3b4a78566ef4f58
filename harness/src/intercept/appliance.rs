//! Boxes that are sold: what each does to mail that crosses it.

mod makers;

use mailfault_certs::DistinguishedName;

use super::tampering::Tampering;
use crate::error::Error;
use crate::near;

/// A box that is sold, as plain data: change what you know better.
///
/// ```
/// use mailfault::intercept::{Appliance, Interceptor, Tampering};
/// use mailfault::{MockServer, Reply};
///
/// let mut appliance = Appliance::sophos().host("mx.contoso.test");
/// let newer = Reply::from("220 {host} ESMTP Sophos Email Appliance v4.5.9.1");
/// appliance.tampering = vec![Tampering::Greet(newer)];
///
/// let server = MockServer::start();
/// let appliance = Interceptor::before(server.addr()).appliance(appliance).start();
/// # drop(appliance);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Appliance {
    /// Its name: `barracuda-esg`.
    pub name: String,
    /// One line on what it is and where its texts come from.
    pub summary: String,
    /// The name that it calls itself.
    pub host: String,
    /// What becomes of TLS.
    pub tls: ApplianceTls,
    /// What it does beside that.
    pub tampering: Vec<Tampering>,
    /// The fields (`tls`, or a tampering by its name) whose content is inferred or has a single
    /// weak witness.
    pub uncertain: Vec<String>,
}

/// What becomes of TLS in an appliance, as it is delivered.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum ApplianceTls {
    /// It passes, where it is not kept from beginning.
    Pass,
    /// It ends in the appliance, which shows the certificate that it was delivered with:
    /// self-signed, for this subject. Behind it goes on in clear.
    Terminate(DistinguishedName),
    /// It is looked into: the server's certificate is signed again by an authority of this name.
    Resign(DistinguishedName),
}

impl Appliance {
    /// Every appliance that is known, in alphabetical order.
    #[must_use]
    pub fn all() -> Vec<Self> {
        vec![
            Self::barracuda_esg(),
            Self::cisco_asa(),
            Self::cisco_asa_tls_proxy(),
            Self::cisco_pix(),
            Self::fortigate(),
            Self::fortigate_factory(),
            Self::fortimail(),
            Self::mimecast(),
            Self::sonicwall(),
            Self::sophos(),
            Self::symantec(),
            Self::trend_micro(),
        ]
    }

    /// The appliance of this name.
    ///
    /// # Errors
    ///
    /// [`Error::UnknownName`] if there is none.
    pub fn named(name: &str) -> Result<Self, Error> {
        let mut all = Self::all();
        match all.iter().position(|one| one.name == name) {
            Some(at) => Ok(all.swap_remove(at)),
            None => {
                let names: Vec<&str> = all.iter().map(|one| one.name.as_str()).collect();
                Err(Error::UnknownName {
                    kind: "appliance",
                    given: name.to_owned(),
                    near: near::nearest(name, &names),
                })
            }
        }
    }

    /// Gives it another name.
    #[must_use]
    pub fn host(mut self, host: impl Into<String>) -> Self {
        self.host = host.into();
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn appliances_are_found_by_name() {
        let names: Vec<String> = Appliance::all().into_iter().map(|one| one.name).collect();
        assert!(names.is_sorted(), "{names:?}");
        for name in &names {
            assert_eq!(&Appliance::named(name).unwrap().name, name);
        }
        let error = Appliance::named("baracuda-esg").unwrap_err().to_string();
        assert!(error.contains("did you mean `barracuda-esg`"), "{error}");
    }

    #[test]
    fn what_is_uncertain_exists() {
        for one in Appliance::all() {
            for field in &one.uncertain {
                let known = field == "tls" || one.tampering.iter().any(|it| it.name() == field);
                assert!(known, "{}: {field}", one.name);
            }
        }
    }

    #[test]
    fn every_appliance_can_be_started() {
        let server = crate::MockServer::start();
        for one in Appliance::all() {
            let name = one.name.clone();
            let started = crate::intercept::Interceptor::before(server.addr())
                .appliance(one)
                .try_start();
            assert!(started.is_ok(), "{name}: {started:?}");
        }
    }
}
