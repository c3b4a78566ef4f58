//! The test cases of x509-limbo (<https://github.com/C2SP/x509-limbo>), each as a server.

mod file; // what `limbo.json` says

use std::collections::BTreeSet;
use std::path::Path;

use file::{File, Testcase};
use mailfault_certs::{Der, Requirement};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

use crate::error::Error;
use crate::report::Outcome;
use crate::scenario::{GivenCertificate, Kind, Opportunistic, Scenario};

/// The test cases of [x509-limbo](https://github.com/C2SP/x509-limbo), a suite for X.509 path validation, out of its
/// `limbo.json`. [`Audit::limbo`](super::Audit::limbo) plays them, by their ids: `limbo/rfc5280::validity::expired-leaf`.
///
/// A client must refuse what the suite expects to fail, and should do so where the test case is for optional
/// features only; it should deliver where the suite expects success.
#[derive(Clone, Debug)]
pub struct Limbo {
    cases: Vec<(Scenario, Option<String>)>,
}

impl Limbo {
    /// Reads the file.
    ///
    /// # Errors
    ///
    /// [`Error::BadLimbo`] if it cannot be read or understood.
    pub fn read(path: impl AsRef<Path>) -> Result<Self, Error> {
        let path = path.as_ref();
        let file = path.display().to_string();
        match std::fs::read_to_string(path) {
            Ok(text) => Self::parse(&file, &text),
            Err(error) => Err(Error::BadLimbo {
                place: file,
                why: format!("cannot be read: {error}"),
            }),
        }
    }

    /// Reads the text of such a file; `file` is its name, for errors.
    ///
    /// # Errors
    ///
    /// [`Error::BadLimbo`] if it cannot be understood.
    pub fn parse(file: &str, text: &str) -> Result<Self, Error> {
        let File { testcases, .. } = File::parse(file, text)?;
        let mut ids = BTreeSet::new();
        let cases = testcases.into_iter().map(|testcase| {
            let bad = |why: String| Error::BadLimbo {
                place: format!("{file}: test case `{}`", testcase.id),
                why,
            };
            if !ids.insert(testcase.id.clone()) {
                return Err(bad("another has the same id".to_owned()));
            }
            played(&testcase).map_err(bad)
        });
        let cases = cases.collect::<Result<_, _>>()?;
        Ok(Self { cases })
    }

    /// How many test cases there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.cases.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.cases.is_empty()
    }

    /// The ids of those that cannot be served, and why.
    pub fn unserved(&self) -> impl Iterator<Item = (&str, &str)> {
        let cases = self.cases.iter();
        cases.filter_map(|(scenario, why)| Some((scenario.id.as_str(), why.as_deref()?)))
    }

    pub(super) fn into_scenarios(self) -> Vec<(Scenario, Option<String>)> {
        self.cases
    }
}

/// A test case as a scenario, and why it cannot be played, if it cannot; an error if its certificates are none.
fn played(testcase: &Testcase) -> Result<(Scenario, Option<String>), String> {
    let (duty, expect) = match (
        testcase.expected_result.is_success(),
        testcase.is_optional(),
    ) {
        (true, _) => (Requirement::Accept, Outcome::Delivered),
        (false, false) => (Requirement::Refuse, Outcome::RefusedTls),
        (false, true) => (Requirement::ShouldRefuse, Outcome::RefusedTls),
    };
    let mut scenario = Scenario::healthy(format!("limbo/{}", testcase.id));
    scenario.summary = testcase.summary();
    scenario.story = Some(testcase.description.clone());
    scenario.rfc = testcase.source().to_owned();
    scenario.kind = Kind::Fault;
    scenario.verifying = Some(duty);
    scenario.opportunistic = Opportunistic::MustUseTls;
    scenario.expect = vec![expect];
    let chain = [&testcase.peer_certificate].into_iter();
    let chain = certificates("peer_certificate", chain)?
        .into_iter()
        .chain(certificates(
            "untrusted_intermediates",
            &testcase.untrusted_intermediates,
        )?);
    let chain = chain.collect();
    let roots = certificates("trusted_certs", &testcase.trusted_certs)?;
    let unserved = testcase.unserved();
    let key = testcase.peer_certificate_key.as_deref().map(private_key);
    Ok(match (unserved, key) {
        (None, Some(Some(key))) => {
            let certificate = &mut scenario.server.certificate;
            if let Some(name) = &testcase.expected_peer_name {
                certificate.name.clone_from(&name.value);
            }
            certificate.given = Some(GivenCertificate { chain, key, roots });
            (scenario, None)
        }
        (Some(why), _) => (scenario, Some(why)),
        (None, None) => (
            scenario,
            Some("its certificate comes without a key".to_owned()),
        ),
        (None, Some(None)) => (
            scenario,
            Some("nobody here can sign with a key of its kind".to_owned()),
        ),
    })
}

/// The first certificate of each of these texts.
fn certificates<'a>(
    field: &str,
    texts: impl IntoIterator<Item = &'a String>,
) -> Result<Vec<Der>, String> {
    let read = |text: &String| {
        let der = CertificateDer::from_pem_slice(text.as_bytes());
        let der = der.map_err(|error| format!("`{field}` holds no certificate in PEM: {error}"))?;
        Ok(Der::from(der.to_vec()))
    };
    texts.into_iter().map(read).collect()
}

/// A private key in one of the forms that a server can load.
fn private_key(text: &str) -> Option<Der> {
    let key = PrivateKeyDer::from_pem_slice(text.as_bytes()).ok()?;
    Some(Der::from(key.secret_der().to_vec()))
}

#[cfg(test)]
mod tests;
