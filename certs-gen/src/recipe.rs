//! A wish, understood: what has to be minted, with nothing left to go wrong.

use std::collections::BTreeSet;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::asn1;
use crate::certificate::{Purpose, Validity};
use crate::control::Control;
use crate::distinguished_name::DistinguishedName;
use crate::error::Error;
use crate::flaw::Flaw;
use crate::host::Host;
use crate::key::KeyKind;
use crate::leaf::{Leaf, Revocation};

mod names;

use names::Names;

#[derive(Default)]
pub(crate) struct Recipe {
    /// What a client is told to verify.
    pub(crate) name: String,
    /// What the certificate says instead or as well.
    pub(crate) names: Vec<Host>,
    pub(crate) subject: DistinguishedName,
    pub(crate) key: Option<KeyKind>,
    pub(crate) serial: Option<Vec<u8>>,
    /// As they were wished for.
    pub(crate) flaws: BTreeSet<Flaw>,
    /// What they come down to: a flaw of two is its two.
    parts: BTreeSet<Flaw>,
    pub(crate) control: Option<Control>,
    pub(crate) revocation: Revocation,
    validity: Option<Validity>,
}

impl Recipe {
    pub(crate) fn read(leaf: &Leaf) -> Result<Self, Error> {
        check_flaws(leaf)?;
        check_control(leaf)?;
        if leaf.serial.as_ref().is_some_and(Vec::is_empty) {
            return Err(Error::Serial);
        }
        if let Some((from, to)) = leaf.validity
            && !(asn1::can_say(from) && asn1::can_say(to))
        {
            return Err(Error::Time);
        }

        let mut names = leaf
            .names
            .iter()
            .map(|name| Host::read(name))
            .collect::<Result<Vec<_>, _>>()?;
        let flaws: BTreeSet<Flaw> = leaf.flaws.iter().copied().collect();
        let parts: BTreeSet<Flaw> = flaws.iter().flat_map(Flaw::parts).copied().collect();
        let mut name = names[0].to_string();
        let of_control = leaf.control.filter(|control| control.is_about_names());
        let mut common_name = name.clone();
        if let Some(flaw) = parts.iter().find(|flaw| flaw.is_about_names()) {
            let said = Names::of_flaw(*flaw, &names[0]);
            let said = said.map_err(|why| Error::Flaw { flaw: *flaw, why })?;
            (name, common_name, names) = (said.reference, said.common_name, said.alternative);
        } else if let Some(control) = of_control {
            let said = Names::of_control(control, &names[0]);
            let said = said.map_err(|why| Error::Control { control, why })?;
            (name, common_name, names) = (said.reference, said.common_name, said.alternative);
        } else if !leaf.only_names {
            for loopback in ["localhost", "127.0.0.1", "::1"] {
                let loopback = Host::read(loopback)?;
                if !names.contains(&loopback) {
                    names.push(loopback);
                }
            }
        }

        if parts.contains(&Flaw::NameConstraintsLeadingDot) {
            names.truncate(leaf.names.len());
        }

        let subject = match &leaf.subject {
            _ if parts.contains(&Flaw::SubjectEmptySanNoncritical)
                || of_control == Some(Control::SubjectEmpty) =>
            {
                DistinguishedName::new()
            }
            Some(subject) => subject.clone(),
            None => subject(&common_name),
        };
        if let Some(flaw) = parts
            .iter()
            .copied()
            .find(|flaw| flaw.is_about_common_name())
            && !subject.has_common_name(&common_name)
        {
            let why = "needs the name as the subject's common name: at most 64 characters, and in `subject` if that is said";
            return Err(Error::Flaw { flaw, why });
        }
        Ok(Self {
            name,
            names,
            subject,
            key: leaf.key,
            serial: leaf.serial.clone(),
            flaws,
            parts,
            control: leaf.control,
            revocation: Revocation {
                must_staple: leaf.revocation.must_staple
                    || leaf.control == Some(Control::MustStapleGood),
                ..leaf.revocation.clone()
            },
            validity: leaf.validity,
        })
    }

    pub(crate) fn has(&self, flaw: Flaw) -> bool {
        self.parts.contains(&flaw)
    }

    pub(crate) fn is(&self, control: Control) -> bool {
        self.control == Some(control)
    }

    /// Whether any of these is wished for.
    pub(crate) fn has_any(&self, flaws: &[Flaw]) -> bool {
        flaws.iter().any(|flaw| self.has(*flaw))
    }

    /// What the flaws come down to, in the order of [`Flaw::all`].
    pub(crate) fn parts(&self) -> impl Iterator<Item = Flaw> {
        self.parts.iter().copied()
    }

    pub(crate) fn validity(&self, now: SystemTime) -> Validity {
        if self.has_any(&[Flaw::Expired, Flaw::RenewedOldServed]) {
            (now - 100 * DAY, now - 10 * DAY)
        } else if self.has(Flaw::NotYetValid) {
            (now + 10 * DAY, now + 100 * DAY)
        } else if self.has(Flaw::ValidityInverted) {
            (now + 10 * DAY, now - 10 * DAY)
        } else if self.has(Flaw::SelfSignedExchangeSetup) {
            (now - 365 * DAY, now - 365 * DAY + FIVE_YEARS)
        } else if self.is(Control::Validity10Years) {
            (now - DAY, now + 3650 * DAY)
        } else if self.is(Control::Year9999) {
            (now - DAY, UNIX_EPOCH + END_OF_TIME)
        } else {
            self.validity.unwrap_or((now - DAY, now + 90 * DAY))
        }
    }

    /// The same wish without a flaw, a few weeks before the end: what an administrator issues then.
    pub(crate) fn renewed(&self, now: SystemTime) -> Self {
        Self {
            name: self.name.clone(),
            names: self.names.clone(),
            subject: self.subject.clone(),
            key: self.key,
            revocation: self.revocation.clone(),
            validity: Some((now - 20 * DAY, now + 345 * DAY)),
            ..Self::default()
        }
    }

    /// Whether the leaf's own key signs it.
    pub(crate) fn is_self_signed(&self) -> bool {
        self.parts().any(Flaw::is_self_signed) || self.is(Control::SelfSignedTrusted)
    }

    /// Whether there has to be an intermediate: flaws of the chain show there, and controls are as servers are.
    pub(crate) fn needs_intermediate(&self) -> bool {
        self.parts().any(Flaw::is_about_chain) || self.control.is_some()
    }

    /// What the certificate with this key is for.
    pub(crate) fn purpose(&self, key: KeyKind) -> Purpose {
        // RFC 4055 §1.2: a key for RSASSA-PSS alone signs, and no more.
        let odd = |flaw: Flaw| flaw.shows_foreign_key() || flaw == Flaw::RsaPssKey;
        match self.has(Flaw::EkuClientOnly) {
            true => Purpose::Client,
            false => Purpose::Server {
                enciphers: key == KeyKind::Rsa2048 && !self.parts().any(odd),
            },
        }
    }

    /// The same wish has the same label, so that a seed gives it the same bytes.
    pub(crate) fn label(&self) -> String {
        let flaws = self.flaws.iter().map(|flaw| format!(" {flaw}"));
        let control = self.control.map(|control| format!(" {control}"));
        let said: String = flaws.chain(control).collect();
        format!("leaf {}{said}", self.name)
    }
}

pub(crate) const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// One leap year among them.
const FIVE_YEARS: Duration = Duration::from_secs(1_826 * 24 * 60 * 60);

/// 99991231235959Z in seconds since 1970, which RFC 5280 §4.1.2.5 reserves for certificates without an end.
const END_OF_TIME: Duration = Duration::from_secs(253_402_300_799);

/// RFC 5280 appendix A.1 ends a common name at 64 characters; a longer name stands in the subjectAltName alone.
fn subject(common_name: &str) -> DistinguishedName {
    if common_name.len() > 64 {
        DistinguishedName::new()
    } else {
        DistinguishedName::new().common_name(common_name)
    }
}

fn check_control(leaf: &Leaf) -> Result<(), Error> {
    let Some(control) = leaf.control else {
        return Ok(());
    };
    if let Some(feature) = control.needs() {
        let what = control.to_string();
        return Err(Error::Feature { what, feature });
    }
    let clash = |other: &str, why| {
        Err(Error::Clash {
            one: control.to_string(),
            other: other.to_owned(),
            why,
        })
    };
    if let Some(flaw) = leaf.flaws.first() {
        return clash(flaw.id(), "nothing is wrong with a control");
    }
    if control.is_about_names() && leaf.names.len() > 1 {
        return clash(
            "also",
            "the control says which names the certificate carries",
        );
    }
    let validity = [Control::Validity10Years, Control::Year9999];
    if validity.contains(&control) && leaf.validity.is_some() {
        return clash("valid", "both say when the certificate is valid");
    }
    Ok(())
}

fn check_flaws(leaf: &Leaf) -> Result<(), Error> {
    for (place, one) in leaf.flaws.iter().enumerate() {
        if let Some(feature) = one.needs() {
            let what = one.to_string();
            return Err(Error::Feature { what, feature });
        }
        for other in &leaf.flaws[place + 1..] {
            if let Some(why) = one.clash(*other) {
                return Err(Error::Clash {
                    one: one.to_string(),
                    other: other.to_string(),
                    why,
                });
            }
        }
        let clash = |other: &str, why| {
            Err(Error::Clash {
                one: one.to_string(),
                other: other.to_owned(),
                why,
            })
        };
        if one.is_about_names() && leaf.names.len() > 1 {
            return clash("also", "the flaw says which names the certificate carries");
        }
        if one.is_about_validity() && leaf.validity.is_some() {
            return clash("valid", "both say when the certificate is valid");
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flaws_of_the_name_miss_it_whatever_it_is() {
        #[track_caller]
        fn check(flaw: Flaw, name: &str, expected: &str) {
            let recipe = Recipe::read(&Leaf::new(name).flaw(flaw)).unwrap();
            assert_eq!(recipe.name, name);
            let names: Vec<_> = recipe.names.iter().map(ToString::to_string).collect();
            assert_eq!(
                format!("{} | {}", recipe.subject, names.join(" ")),
                expected
            );
        }
        check(
            Flaw::WrongName,
            "mail.contoso.com",
            "CN=other.contoso.com | other.contoso.com",
        );
        check(
            Flaw::WrongName,
            "other.contoso.com",
            "CN=another.contoso.com | another.contoso.com",
        );
        check(Flaw::WrongName, "EX01", "CN=other | other");
        check(Flaw::CnOnly, "mx.test", "CN=mx.test | ");
        check(
            Flaw::WildcardTooDeep,
            "a.mail.contoso.com",
            "CN=*.contoso.com | *.contoso.com",
        );
        check(Flaw::WildcardTooDeep, "mx.test", "CN=*.mx.test | *.mx.test");
        check(
            Flaw::WildcardOtherDomain,
            "mx.test",
            "CN=*.other.test | *.other.test",
        );
        check(
            Flaw::WildcardOtherDomain,
            "mx.other.test",
            "CN=*.another.test | *.another.test",
        );
        check(Flaw::SanIpOnly, "mx.test", "CN=127.0.0.1 | 127.0.0.1");
        let mail = "mail.contoso.com";
        let other = "CN=other.contoso.com";
        let checks = [
            (
                Flaw::CnRightSanWrong,
                "CN=mail.contoso.com | other.contoso.com",
            ),
            (Flaw::WildcardCnOnly, "CN=*.contoso.com | "),
            (
                Flaw::WildcardPartialLabel,
                "CN=ma*.contoso.com | ma*.contoso.com",
            ),
            (Flaw::WildcardMiddleLabel, "CN=mail.*.com | mail.*.com"),
            (Flaw::WildcardDouble, "CN=*.*.contoso.com | *.*.contoso.com"),
            (Flaw::WildcardBare, "CN=* | *"),
            (
                Flaw::SanEmailOnlyCnRight,
                "CN=mail.contoso.com | postmaster@contoso.com",
            ),
            (Flaw::SanShortNameOnly, "CN=mail | mail"),
            (
                Flaw::SelfSignedExchangeSetup,
                "CN=EX01 | EX01 EX01.contoso.com",
            ),
        ];
        for (flaw, expected) in checks {
            check(flaw, mail, expected);
        }
        check(
            Flaw::SanTrailingDot,
            mail,
            &format!("{other} | mail.contoso.com."),
        );
        check(
            Flaw::SanNulByte,
            mail,
            &format!("{other} | mail.contoso.com\0.evil.test"),
        );
        check(
            Flaw::SanUriOnly,
            mail,
            &format!("{other} | smtp://mail.contoso.com"),
        );
    }

    #[test]
    fn a_client_is_told_the_name_that_the_flaw_is_about() {
        #[track_caller]
        fn check(leaf: Leaf, expected: &str) {
            let recipe = Recipe::read(&leaf).unwrap();
            let names: Vec<_> = recipe.names.iter().map(ToString::to_string).collect();
            assert_eq!(format!("{} | {}", recipe.name, names.join(" ")), expected);
        }
        let of = |name: &str, flaw| Leaf::new(name).flaw(flaw);
        check(of("mx.test", Flaw::IpNoIpSan), "127.0.0.1 | mx.test");
        check(of("192.0.2.1", Flaw::IpAsDnsSan), "192.0.2.1 | 192.0.2.1");
        check(of("mx.test", Flaw::IpOther), "127.0.0.1 | 10.0.0.1");
        check(of("10.0.0.1", Flaw::IpOther), "10.0.0.1 | 127.0.0.1");
        check(of("mx.test", Flaw::WildcardTld), "mx.test | *.test");
        check(
            of("a.mail.contoso.com", Flaw::WildcardTld),
            "contoso.com | *.com",
        );
        let of = |name: &str, control| Leaf::new(name).control(control);
        check(of("mx.test", Control::Wildcard), "mail.mx.test | *.mx.test");
        check(
            of("mail.contoso.com", Control::Wildcard),
            "mail.contoso.com | *.contoso.com",
        );
        check(
            of("mx.test", Control::Idn),
            "xn--mil-qla.test | xn--mil-qla.test",
        );
        check(of("mx.test", Control::IpSan), "127.0.0.1 | 127.0.0.1");
    }

    #[test]
    fn wishes_that_contradict_themselves_are_refused() {
        #[track_caller]
        fn check(leaf: Leaf, expected: &str) {
            assert_eq!(leaf.check().unwrap_err().to_string(), expected);
        }
        let leaf = || Leaf::new("mx.test");
        let now = SystemTime::UNIX_EPOCH;
        check(
            leaf().expired().valid(now, now),
            "`tls/expired` does not go with `valid`: both say when the certificate is valid",
        );
        check(
            leaf().also("mail.test").wrong_name(),
            "`tls/wrong-name` does not go with `also`: the flaw says which names the certificate carries",
        );
        check(
            leaf().wrong_name().cn_only(),
            "`tls/wrong-name` does not go with `tls/cn-only`: both say which names the certificate carries",
        );
        check(
            Leaf::new("127.0.0.1").wrong_name(),
            "`tls/wrong-name` needs a DNS name, not an IP address",
        );
        check(
            Leaf::new("*.mx.test").cn_only(),
            "`tls/cn-only` needs the name that a client verifies, not a wildcard",
        );
        check(
            leaf()
                .cn_only()
                .subject(DistinguishedName::new().common_name("x")),
            "`tls/cn-only` needs the name as the subject's common name: at most 64 characters, and in `subject` if that is said",
        );
        check(
            leaf().serial([]),
            "a serial number needs at least one octet",
        );
        check(
            leaf().valid(now, now + Duration::from_secs(400_000 * 365 * 86_400)),
            "a certificate cannot name a time before the year 0 or after 9999",
        );
    }
}
