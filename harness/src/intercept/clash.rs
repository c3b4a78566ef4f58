//! What does not go together, and what makes no sense by itself.

use super::builder::Builder;
use super::greylist::Greylist;
use super::tampering::{Tampering, Unknown};
use super::upstream::UpstreamTls;
use crate::error::Error;
use crate::fault::Stage;

/// Says what is wrong with a wish.
pub(super) fn check(wish: &Builder) -> Result<(), Error> {
    let mut servers = std::iter::once(&wish.upstream).chain(&wish.more_upstream);
    let far = servers.find(|server| !server.ip().is_loopback());
    if let Some(far) = far.filter(|_| !wish.far_upstream) {
        let given = format!("a box before {far}");
        let why = "it is no loopback address; `before_remote` goes to other machines";
        return Err(senseless(given, why));
    }
    if let (Some(_), Some(_)) = (&wish.identity, &wish.inspector) {
        let why = "the certificate is the box's own or signed again, not both";
        return Err(both("terminate-tls", "resign", why));
    }
    let opens = wish.opens_tls();
    match &wish.upstream_tls {
        Some(_) if opens.is_none() => {
            let why = "the box does not open TLS; say `terminate_tls` too";
            return Err(senseless("`upstream-tls`".to_owned(), why));
        }
        Some(UpstreamTls::Clear) if wish.inspector.is_some() => {
            let why = "a certificate that is signed again must be read behind the box";
            return Err(both("resign", "upstream-tls", why));
        }
        _ => {}
    }
    if wish.drops_client_certificate && opens.is_none() {
        let why = "it is lost where TLS is opened; say `terminate_tls` or `resign` too";
        return Err(senseless("`drop-client-certificate`".to_owned(), why));
    }
    among(&wish.tampering, opens)
}

/// Says what does not go together in a box that opens TLS, by this word, or does not.
pub(super) fn among(all: &[Tampering], opens: Option<&str>) -> Result<(), Error> {
    let has = |name: &str| all.iter().any(|one| one.name() == name);
    for (at, one) in all.iter().enumerate() {
        alone(one)?;
        for other in &all[at + 1..] {
            pair(one, other)?;
        }
        if let Some(opens) = opens {
            let why = match one {
                _ if one.hides_starttls() => "the client would never begin TLS",
                Tampering::RefuseStartTls(_) => "the client would never begin TLS",
                Tampering::BreakStartTls(_) => "TLS would never begin",
                Tampering::OnlyVerbs { known, .. } if !knows(known, "STARTTLS") => {
                    "the client's STARTTLS would never be heard"
                }
                _ => continue,
            };
            return Err(both(one.name(), opens, why));
        }
    }
    if has("hidden-starttls") && !all.iter().any(Tampering::hides_starttls) {
        let why = "nothing hides STARTTLS";
        return Err(senseless("`hidden-starttls`".to_owned(), why));
    }
    Ok(())
}

fn alone(one: &Tampering) -> Result<(), Error> {
    match one {
        Tampering::Delay { at: Stage::Tls, .. } => Err(senseless(
            "`delay` at `tls`".to_owned(),
            "nobody says anything there; `ehlo` is the next word that can be held back",
        )),
        Tampering::RefuseEhlo(reply)
        | Tampering::RefuseStartTls(reply)
        | Tampering::RequireTls(reply)
        | Tampering::OnlyVerbs {
            others: Unknown::Answer(reply),
            ..
        }
        | Tampering::HiddenStartTls(Unknown::Answer(reply))
            if !(reply.is_transient() || reply.is_permanent()) =>
        {
            let given = format!("`{}` with `{}`", one.name(), reply.to_string().trim_end());
            Err(senseless(given, "a refusal begins with 4 or 5"))
        }
        Tampering::Greylist(Greylist { reply, .. }) if !reply.is_transient() => {
            let given = format!("`greylist` with `{}`", reply.to_string().trim_end());
            Err(senseless(given, "who is to come again is told so with a 4"))
        }
        Tampering::Greet(reply) if reply.code != 220 => {
            let given = format!("`greet` with `{}`", reply.to_string().trim_end());
            Err(senseless(given, "a greeting begins with 220"))
        }
        _ => Ok(()),
    }
}

fn pair(one: &Tampering, other: &Tampering) -> Result<(), Error> {
    use Tampering as T;
    if let (T::Delay { at: a, .. }, T::Delay { at: b, .. }) = (one, other) {
        let why = "one wait at one stage";
        return if a == b {
            Err(both("delay", "delay", why))
        } else {
            Ok(())
        };
    }
    let why = match (one, other) {
        _ if one.name() == other.name() => "it can be said once",
        (T::MaskBanner, T::Greet(_)) | (T::Greet(_), T::MaskBanner) => {
            "the greeting is masked or the box's own, not both"
        }
        (T::RefuseEhlo(_), T::DeleteStartTls | T::MaskKeywords(_) | T::ListExtensions { .. })
        | (T::DeleteStartTls | T::MaskKeywords(_) | T::ListExtensions { .. }, T::RefuseEhlo(_)) => {
            "there is no EHLO reply to change"
        }
        (T::DeleteStartTls, T::MaskKeywords(keywords))
        | (T::MaskKeywords(keywords), T::DeleteStartTls)
            if keywords.covers("STARTTLS") =>
        {
            "STARTTLS is deleted or masked, not both"
        }
        (hides, T::RefuseStartTls(_) | T::BreakStartTls(_))
        | (T::RefuseStartTls(_) | T::BreakStartTls(_), hides)
            if hides.hides_starttls() =>
        {
            "the client would never send STARTTLS; `hidden-starttls` says what becomes of one that is sent all the same"
        }
        (T::RefuseStartTls(_), T::BreakStartTls(_))
        | (T::BreakStartTls(_), T::RefuseStartTls(_)) => "STARTTLS is refused or broken, not both",
        _ => return Ok(()),
    };
    Err(both(one.name(), other.name(), why))
}

pub(super) fn knows(verbs: &[String], verb: &str) -> bool {
    verbs.iter().any(|one| one.eq_ignore_ascii_case(verb))
}

fn both(one: &str, other: &str, why: &str) -> Error {
    senseless(format!("`{one}` with `{other}`"), why)
}

fn senseless(given: String, why: &str) -> Error {
    let why = why.to_owned();
    Error::NoSuchFault { given, why }
}
