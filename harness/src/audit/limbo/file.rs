//! What `limbo.json` says, as far as a server has to know it.

use serde::Deserialize;

use crate::error::Error;

/// The whole file. What else it says is left alone: the suite grows.
#[derive(Deserialize)]
pub(super) struct File {
    version: u64,
    pub(super) testcases: Vec<Testcase>,
}

#[derive(Deserialize)]
pub(super) struct Testcase {
    pub(super) id: String,
    #[serde(default)]
    features: Vec<String>,
    pub(super) description: String,
    validation_kind: ValidationKind,
    pub(super) trusted_certs: Vec<String>,
    pub(super) untrusted_intermediates: Vec<String>,
    pub(super) peer_certificate: String,
    pub(super) peer_certificate_key: Option<String>,
    validation_time: Option<String>,
    #[serde(default)]
    signature_algorithms: Vec<String>,
    #[serde(default)]
    key_usage: Vec<String>,
    #[serde(default)]
    extended_key_usage: Vec<String>,
    pub(super) expected_result: ExpectedResult,
    pub(super) expected_peer_name: Option<PeerName>,
    max_chain_depth: Option<u64>,
    #[serde(default)]
    crls: Vec<String>,
}

#[derive(Deserialize, PartialEq)]
#[serde(rename_all = "UPPERCASE")]
enum ValidationKind {
    Client,
    Server,
}

#[derive(Deserialize, Clone, Copy, PartialEq)]
#[serde(rename_all = "UPPERCASE")]
pub(super) enum ExpectedResult {
    Failure,
    Success,
}

#[derive(Deserialize)]
pub(super) struct PeerName {
    kind: PeerKind,
    pub(super) value: String,
}

#[derive(Deserialize, PartialEq)]
#[serde(rename_all = "UPPERCASE")]
enum PeerKind {
    Dns,
    Ip,
    Rfc822,
}

impl File {
    pub(super) fn parse(name: &str, text: &str) -> Result<Self, Error> {
        let file: Self = serde_json::from_str(text).map_err(|error| {
            let why = error.to_string();
            // The place stands in front of what is wrong, as in every other error.
            let why = why.split(" at line ").next().unwrap_or(&why).to_owned();
            Error::BadLimbo {
                place: format!("{name}:{}:{}", error.line(), error.column()),
                why,
            }
        })?;
        match file.version {
            1 => Ok(file),
            version => Err(Error::BadLimbo {
                place: name.to_owned(),
                why: format!("version {version} of the schema is not known here, version 1 is"),
            }),
        }
    }
}

impl ExpectedResult {
    pub(super) fn is_success(self) -> bool {
        self == Self::Success
    }
}

impl Testcase {
    /// Whether it is for what an implementation may do without: the suite tells its users to skip such cases
    /// unless they want them.
    pub(super) fn is_optional(&self) -> bool {
        !self.features.is_empty()
    }

    /// `expired-root`, in words; its description is a page.
    pub(super) fn summary(&self) -> String {
        let name = self.id.rsplit("::").next().unwrap_or(&self.id);
        let words = name.replace('-', " ");
        match self.is_optional() {
            true => format!("{words} (optional: {})", self.features.join(", ")),
            false => words,
        }
    }

    /// Where its rule stands, as far as the id says.
    pub(super) fn source(&self) -> &'static str {
        match self.id.starts_with("rfc5280::") {
            true => "5280; x509-limbo",
            false => "x509-limbo",
        }
    }

    /// Why it makes no sense to serve it to a mail client, if it does not.
    pub(super) fn unserved(&self) -> Option<String> {
        let why = if self.validation_kind == ValidationKind::Client {
            "is about the certificate of a client"
        } else if let Some(time) = &self.validation_time {
            return Some(format!(
                "is judged as of {time}, and clients have their own clock"
            ));
        } else if !self.crls.is_empty() {
            "comes with revocation lists, which the client is not given"
        } else if self.max_chain_depth.is_some() {
            "limits the length of the chain, of which the client is not told"
        } else if !self.signature_algorithms.is_empty() || !self.key_usage.is_empty() {
            "limits algorithms or key usages, of which the client is not told"
        } else if self
            .extended_key_usage
            .iter()
            .any(|usage| usage != "serverAuth")
        {
            "is not about servers, by its extended key usage"
        } else if self.trusted_certs.is_empty() {
            "trusts nobody, which is nothing to tell a client"
        } else {
            match &self.expected_peer_name {
                None => "does not say which name to verify",
                Some(name) if name.kind == PeerKind::Rfc822 => "is about a mail address",
                Some(_) => return None,
            }
        };
        Some(why.to_owned())
    }
}
