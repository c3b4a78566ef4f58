//! `[server.revocation]`: what is said of the certificate's revocation, by whom and how.

use std::time::Duration;

use mailfault_certs::Reason;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use toml::Spanned;

use super::place::Text;
use super::words::explain;
use crate::error::Error;
use crate::server::{CrlWish, OcspWish, ResponderWish, Revocation};

/// `[server.revocation]` as it is written.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Written {
    crl: Option<Spanned<Crl>>,
    crl_server: Option<Spanned<ResponderWord>>,
    ocsp: Option<Ocsp>,
    ocsp_server: Option<Spanned<ResponderWord>>,
    staple: Option<Ocsp>,
    must_staple: bool,
}

impl Written {
    pub(super) fn meant(self, intermediate: bool, text: &Text<'_>) -> Result<Revocation, Error> {
        let server = |named: bool, server: Option<Spanned<ResponderWord>>, key: &str| match server {
            Some(server) if !named => {
                let why = format!("`{key}-server` gives nothing out without `{key}`");
                Err(text.bad(server.span().start, why))
            }
            Some(server) => {
                let ResponderWord(wish) = server.into_inner();
                Ok(wish)
            }
            None => Ok(ResponderWish::default()),
        };
        if let Some(crl) = &self.crl
            && matches!(crl.get_ref().0, CrlWish::IntermediateRevoked(_))
            && !intermediate
        {
            let why = "there is no intermediate between root and leaf that could be revoked";
            return Err(text.bad(crl.span().start, why));
        }
        let mut meant = Revocation::new()
            .crl_server(server(self.crl.is_some(), self.crl_server, "crl")?)
            .ocsp_server(server(self.ocsp.is_some(), self.ocsp_server, "ocsp")?);
        meant.crl = self.crl.map(|crl| crl.into_inner().0);
        meant.ocsp = self.ocsp.map(|Ocsp(wish)| wish);
        meant.staple = self.staple.map(|Ocsp(wish)| wish);
        meant.must_staple = self.must_staple;
        Ok(meant)
    }
}

struct Crl(CrlWish);

impl<'de> Deserialize<'de> for Crl {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        crl(&text).map(Self).map_err(D::Error::custom)
    }
}

struct Ocsp(OcspWish);

impl<'de> Deserialize<'de> for Ocsp {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        ocsp(&text).map(Self).map_err(D::Error::custom)
    }
}

/// How lists or answers are given out, as a file says it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ResponderWord(pub(crate) ResponderWish);

impl<'de> Deserialize<'de> for ResponderWord {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        responder(&text).map(Self).map_err(D::Error::custom)
    }
}

/// Why a certificate was revoked, as a file of a cast says it.
#[cfg(feature = "models")]
#[derive(Clone, Copy, Debug)]
pub(crate) struct ReasonWord(pub(crate) Reason);

#[cfg(feature = "models")]
impl<'de> Deserialize<'de> for ReasonWord {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        reason(&text).map(Self).map_err(D::Error::custom)
    }
}

/// A word, and behind `revoked` a reason, if it is to be another than the usual one.
fn crl(text: &str) -> Result<CrlWish, String> {
    const KNOWN: [&str; 9] = [
        "expired",
        "good",
        "impostor",
        "intermediate-revoked",
        "not-yet-valid",
        "other-scope",
        "revoked",
        "tampered",
        "wrong-issuer",
    ];
    let (word, rest) = split(text);
    let wish = match word {
        "expired" => CrlWish::Expired,
        "good" => CrlWish::Good,
        "impostor" => CrlWish::Impostor,
        "intermediate-revoked" => return reason(rest).map(CrlWish::IntermediateRevoked),
        "not-yet-valid" => CrlWish::NotYetValid,
        "other-scope" => CrlWish::OtherScope,
        "revoked" => return reason(rest).map(CrlWish::Revoked),
        "tampered" => CrlWish::Tampered,
        "wrong-issuer" => CrlWish::WrongIssuer,
        _ => return Err(explain("revocation list", word, &KNOWN)),
    };
    alone(wish, text, word, rest)
}

fn ocsp(text: &str) -> Result<OcspWish, String> {
    const KNOWN: [&str; 11] = [
        "expired",
        "good",
        "internal-error",
        "malformed",
        "other-certificate",
        "revoked",
        "tampered",
        "try-later",
        "unauthorized",
        "unknown",
        "wrong-signer",
    ];
    let (word, rest) = split(text);
    let wish = match word {
        "expired" => OcspWish::Expired,
        "good" => OcspWish::Good,
        "internal-error" => OcspWish::InternalError,
        "malformed" => OcspWish::Malformed,
        "other-certificate" => OcspWish::OtherCertificate,
        "revoked" => return reason(rest).map(OcspWish::Revoked),
        "tampered" => OcspWish::Tampered,
        "try-later" => OcspWish::TryLater,
        "unauthorized" => OcspWish::Unauthorized,
        "unknown" => OcspWish::Unknown,
        "wrong-signer" => OcspWish::WrongSigner,
        _ => return Err(explain("OCSP answer", word, &KNOWN)),
    };
    alone(wish, text, word, rest)
}

fn responder(text: &str) -> Result<ResponderWish, String> {
    const KNOWN: [&str; 5] = ["junk", "slow", "status", "unreachable", "works"];
    let (word, rest) = split(text);
    let wish = match word {
        "junk" => ResponderWish::Junk,
        "slow" if rest.is_empty() => ResponderWish::Slow(SLOW),
        "slow" => return crate::duration::parse(rest).map(ResponderWish::Slow),
        "status" => {
            let status = rest.parse().ok().filter(|code| (200..=599).contains(code));
            let needs =
                || format!("`{text}`: a status from 200 to 599 must follow, as in `status 404`");
            return status.map(ResponderWish::Status).ok_or_else(needs);
        }
        "unreachable" => ResponderWish::Unreachable,
        "works" => ResponderWish::Works,
        _ => return Err(explain("responder", word, &KNOWN)),
    };
    alone(wish, text, word, rest)
}

/// RFC 5280 §5.3.1, by name; a stolen key if nothing is said.
fn reason(word: &str) -> Result<Reason, String> {
    if word.is_empty() {
        return Ok(Reason::KeyCompromise);
    }
    let known = Reason::ALL.into_iter().find(|reason| reason.name() == word);
    known.ok_or_else(|| explain("reason", word, &Reason::ALL.map(Reason::name)))
}

/// Longer than most clients wait for a list.
const SLOW: Duration = Duration::from_secs(30);

fn split(text: &str) -> (&str, &str) {
    text.split_once(' ').unwrap_or((text, ""))
}

fn alone<T>(wish: T, text: &str, word: &str, rest: &str) -> Result<T, String> {
    match rest {
        "" => Ok(wish),
        _ => Err(format!("`{text}`: nothing can follow `{word}`")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is written is shown again, but for a reason that was left out.
    #[test]
    fn every_word_is_what_is_shown() {
        for word in [
            "expired",
            "good",
            "impostor",
            "not-yet-valid",
            "other-scope",
            "tampered",
            "wrong-issuer",
            "revoked superseded",
            "intermediate-revoked ca-compromise",
        ] {
            assert_eq!(crl(word).map(|wish| wish.to_string()).as_deref(), Ok(word));
        }
        for word in [
            "expired",
            "good",
            "internal-error",
            "malformed",
            "other-certificate",
            "tampered",
            "try-later",
            "unauthorized",
            "unknown",
            "wrong-signer",
            "revoked certificate-hold",
        ] {
            assert_eq!(ocsp(word).map(|wish| wish.to_string()).as_deref(), Ok(word));
        }
        for word in ["junk", "slow 30s", "status 404", "unreachable", "works"] {
            let shown = responder(word).map(|wish| wish.to_string());
            assert_eq!(shown.as_deref(), Ok(word));
        }
        for reason in Reason::ALL {
            assert_eq!(super::reason(reason.name()), Ok(reason));
        }
        assert_eq!(crl("revoked"), Ok(CrlWish::Revoked(Reason::KeyCompromise)));
        assert_eq!(
            responder("slow 1m"),
            Ok(ResponderWish::Slow(Duration::from_secs(60)))
        );
        assert_eq!(responder("slow"), responder("slow 30s"));
    }

    #[test]
    fn other_words_are_refused() {
        #[track_caller]
        fn check<T: std::fmt::Debug>(read: Result<T, String>, expected: &str) {
            assert_eq!(read.unwrap_err(), expected);
        }
        check(
            crl("tempered"),
            "unknown revocation list `tempered`; did you mean `tampered`?",
        );
        check(crl("good grief"), "`good grief`: nothing can follow `good`");
        check(
            ocsp("revoked superseeded"),
            "unknown reason `superseeded`; did you mean `superseded`?",
        );
        check(
            responder("slow 3"),
            "`3` is no duration; write `500ms`, `3s`, `5m`, `1h` or `2d`",
        );
        check(
            responder("status 99"),
            "`status 99`: a status from 200 to 599 must follow, as in `status 404`",
        );
    }
}
