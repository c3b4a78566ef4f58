//! How a product talks: banner, EHLO lists, the text of every reply, limits.
//!
//! A persona is plain data. The built-in ones are functions; users write their own, in code or in
//! a scenario file.

#[cfg(feature = "models")]
pub(crate) use eop::sign as sign_as_eop;
pub use limits::Limits;
#[cfg(feature = "scenario")]
pub(crate) use limits::LimitsChange;
#[cfg(feature = "models")]
pub(crate) use render::timestamp;
pub(crate) use render::{Facts, mix};
#[cfg(feature = "models")]
pub(crate) use render::{civil, date, fill};
pub use replies::Replies;

mod barracuda;
mod eop;
mod exchange;
mod limits;
mod plain;
mod render;
mod replies;
#[cfg(feature = "scenario")]
mod written;

use crate::smtp::Reply;

/// How a product talks.
///
/// Every text may hold placeholders: `{host}` (the server's name), `{ip}` (the client's address),
/// `{client}` (what the client called itself in EHLO), `{date}` (RFC 5322, day not padded, UTC),
/// `{timestamp}` (`2025-03-09T19:25:28.000Z`), `{max-size}` (the limit on a message, in octets),
/// `{machine}` (the first label of the server's name), `{id}` (an id of the session: 16 upper-case
/// hex digits), `{token}` (32 lower-case hex digits, new in each session), and in the replies
/// named beside them `{message-id}`, `{internal-id}`, `{size}`, `{seconds}`, `{rate}`, `{verb}`,
/// `{address}` and `{limit}`.
///
/// In a scenario file a persona is a name or a table, which changes the persona that it is
/// `based-on` (`plain` if it does not say).
///
/// ```
/// use mailfault::{MockServer, Persona};
///
/// let mut persona = Persona::exchange_2016();
/// persona.host = "mail.contoso.test".into();
/// let server = MockServer::builder().persona(persona).start();
/// # server.finish();
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Persona {
    /// The persona's name in scenario files: `exchange-2016`.
    pub name: String,
    /// One line on what it is and where its texts come from.
    pub summary: String,
    /// The name that the server calls itself.
    pub host: String,
    /// The greeting.
    pub banner: Reply,
    /// The first line of the EHLO reply.
    pub hello: String,
    /// The keywords of the EHLO reply in clear, in order. Without a certificate `STARTTLS` and
    /// `X-ANONYMOUSTLS` are left out.
    pub ehlo: Vec<String>,
    /// The keywords of the EHLO reply inside TLS, in order.
    pub ehlo_tls: Vec<String>,
    /// Everything else that it says.
    pub replies: Replies,
    /// What it puts up with.
    pub limits: Limits,
    /// Whether commands that end in a bare LF are obeyed. RFC 5321 §2.3.8 forbids it; many
    /// products do it. The transcript marks such a line either way.
    pub accepts_bare_lf: bool,
    /// The fields (`replies.too-many-errors`, `ehlo`) whose content is inferred or has a single
    /// weak witness.
    pub uncertain: Vec<String>,
}

impl Persona {
    /// Every built-in persona, in alphabetical order.
    #[must_use]
    pub fn all() -> Vec<Self> {
        vec![
            Self::barracuda(),
            Self::eop(),
            Self::eop_2014(),
            Self::exchange_2013(),
            Self::exchange_2016(),
            Self::exchange_2019(),
            Self::plain(),
        ]
    }

    /// The built-in persona of this name.
    ///
    /// # Errors
    ///
    /// [`Error::UnknownName`](crate::Error::UnknownName) if there is none.
    pub fn named(name: &str) -> Result<Self, crate::Error> {
        let all = Self::all();
        let names: Vec<&str> = all.iter().map(|persona| persona.name.as_str()).collect();
        let near = crate::near::nearest(name, &names);
        all.iter()
            .find(|persona| persona.name == name)
            .cloned()
            .ok_or_else(|| crate::Error::UnknownName {
                kind: "persona",
                given: name.to_owned(),
                near,
            })
    }

    /// Gives the server another name.
    #[must_use]
    pub fn host(mut self, host: impl Into<String>) -> Self {
        self.host = host.into();
        self
    }
}

impl Default for Persona {
    fn default() -> Self {
        Self::plain()
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime, UNIX_EPOCH};

    use super::*;

    /// Seconds of `Fri, 5 Aug 2016 23:24:41 +0000`, the day in Microsoft's documentation.
    const THEN: u64 = 1_470_439_481;

    fn facts(host: &str, now: SystemTime) -> Facts<'_> {
        Facts {
            host,
            ip: std::net::Ipv4Addr::new(192, 0, 2, 7).into(),
            client: "client.test",
            now,
            max_size: 0,
            id: 0x08DD_59CA_6365_2EED,
            started: now - Duration::from_nanos(101_326_600),
            message_id: "1@client.test",
            internal_id: 5_111_011_082_268,
            size: 141_301,
            verb: "FROB",
            address: "bob@contoso.test",
            limit: 3,
        }
    }

    /// Banner and EHLO replies in clear and inside TLS, as they go out.
    #[track_caller]
    fn check(persona: &Persona, facts: Facts<'_>, banner: &str, ehlo: &str, inside_tls: &str) {
        let max_size = persona.limits.message;
        let facts = Facts { max_size, ..facts };
        let reply = |list: &[String]| {
            let hello = Reply::new(250, persona.hello.as_str());
            let reply = list
                .iter()
                .fold(hello, |reply, line| reply.line(line.as_str()));
            facts.render(&reply).to_string().replace("\r\n", "\n")
        };
        assert_eq!(
            facts.render(&persona.banner).to_string(),
            format!("{banner}\r\n")
        );
        assert_eq!(reply(&persona.ehlo).trim_end(), ehlo, "{}", persona.name);
        assert_eq!(
            reply(&persona.ehlo_tls).trim_end(),
            inside_tls,
            "{}",
            persona.name
        );
    }

    #[test]
    fn exchange_talks_as_documented() {
        let facts = facts("mail.contoso.test", UNIX_EPOCH + Duration::from_secs(THEN));
        let banner = "220 mail.contoso.test Microsoft ESMTP MAIL Service ready at Fri, 5 Aug 2016 23:24:41 +0000";
        let ehlo = "250-mail.contoso.test Hello [192.0.2.7]\n250-SIZE 37748736\n250-PIPELINING\n250-DSN\n250-ENHANCEDSTATUSCODES\n250-STARTTLS\n250-X-ANONYMOUSTLS\n250-AUTH NTLM\n250-X-EXPS GSSAPI NTLM\n250-8BITMIME\n250-BINARYMIME\n250-CHUNKING\n250 XRDST";
        let inside_tls = "250-mail.contoso.test Hello [192.0.2.7]\n250-SIZE 37748736\n250-PIPELINING\n250-DSN\n250-ENHANCEDSTATUSCODES\n250-AUTH NTLM LOGIN\n250-X-EXPS GSSAPI NTLM\n250-8BITMIME\n250-BINARYMIME\n250-CHUNKING\n250 XRDST";
        check(&Persona::exchange_2013(), facts, banner, ehlo, inside_tls);
        check(&Persona::exchange_2016(), facts, banner, ehlo, inside_tls);
        let newer = |list: &str| list.replace("\n250 XRDST", "\n250-SMTPUTF8\n250 XRDST");
        check(
            &Persona::exchange_2019(),
            facts,
            banner,
            &newer(ehlo),
            &newer(inside_tls),
        );
    }

    #[test]
    fn eop_talks_as_captured() {
        let facts = facts(
            "AMS0EPF0000019A.mail.protection.outlook.com",
            UNIX_EPOCH + Duration::from_secs(1_741_548_328),
        );
        check(
            &Persona::eop(),
            facts,
            "220 AMS0EPF0000019A.mail.protection.outlook.com Microsoft ESMTP MAIL Service ready at Sun, 9 Mar 2025 19:25:28 +0000 [08DD59CA63652EED]",
            "250-AMS0EPF0000019A.mail.protection.outlook.com Hello [192.0.2.7]\n250-SIZE 157286400\n250-PIPELINING\n250-DSN\n250-ENHANCEDSTATUSCODES\n250-STARTTLS\n250-8BITMIME\n250-BINARYMIME\n250-CHUNKING\n250 SMTPUTF8",
            "250-AMS0EPF0000019A.mail.protection.outlook.com Hello [192.0.2.7]\n250-SIZE 157286400\n250-PIPELINING\n250-DSN\n250-ENHANCEDSTATUSCODES\n250-8BITMIME\n250-BINARYMIME\n250-CHUNKING\n250 SMTPUTF8",
        );
        assert_eq!(
            facts.render(&Persona::eop().replies.auth_first).to_string(),
            "530 5.7.57 SMTP; Client was not authenticated to send anonymous mail during MAIL FROM [AMS0EPF0000019A.eop-nam06.prod.protection.outlook.com 2025-03-09T19:25:28.000Z 08DD59CA63652EED]\r\n"
        );
    }

    #[test]
    fn eop_talked_as_logged() {
        let facts = facts(
            "BN1BFFO11FD038.mail.protection.outlook.com",
            UNIX_EPOCH + Duration::from_secs(1_460_965_011),
        );
        check(
            &Persona::eop_2014(),
            facts,
            "220 BN1BFFO11FD038.mail.protection.outlook.com Microsoft ESMTP MAIL Service ready at Mon, 18 Apr 2016 07:36:51 +0000",
            "250-BN1BFFO11FD038.mail.protection.outlook.com Hello [192.0.2.7]\n250-SIZE 157286400\n250-PIPELINING\n250-DSN\n250-ENHANCEDSTATUSCODES\n250-STARTTLS\n250-8BITMIME\n250-BINARYMIME\n250 CHUNKING",
            "250-BN1BFFO11FD038.mail.protection.outlook.com Hello [192.0.2.7]\n250-SIZE 157286400\n250-PIPELINING\n250-DSN\n250-ENHANCEDSTATUSCODES\n250-AUTH LOGIN\n250-8BITMIME\n250-BINARYMIME\n250 CHUNKING",
        );
    }

    #[test]
    fn a_barracuda_shows_its_banner() {
        let facts = facts("barracuda.foo.bar", UNIX_EPOCH + Duration::from_secs(THEN));
        let banner = facts.render(&Persona::barracuda().banner).to_string();
        let token = banner
            .strip_prefix("220 barracuda.foo.bar ESMTP (")
            .and_then(|rest| rest.strip_suffix(")\r\n"))
            .expect(&banner);
        assert_eq!(token.len(), 32);
        assert!(
            token
                .bytes()
                .all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')),
            "{token}"
        );
    }

    #[test]
    fn a_later_build_says_how_fast_a_message_came() {
        let facts = facts("ex01", UNIX_EPOCH + Duration::from_secs(THEN));
        assert_eq!(
            facts
                .render(&Persona::exchange_2019().replies.accepted)
                .to_string(),
            "250 2.6.0 <1@client.test> [InternalId=5111011082268, Hostname=ex01] 141301 bytes in 0.101, 1361.827 KB/sec Queued mail for delivery\r\n"
        );
    }

    #[test]
    fn no_text_keeps_a_placeholder() {
        for persona in Persona::all() {
            let facts = facts(&persona.host, UNIX_EPOCH + Duration::from_secs(THEN));
            let lists = [&persona.ehlo, &persona.ehlo_tls];
            let lines = lists.into_iter().flatten().chain([&persona.hello]);
            let mut texts: Vec<String> = lines.map(|line| facts.line(line).into_owned()).collect();
            let replies = persona.replies.each();
            let replies = replies.into_iter().map(|(_, reply)| reply);
            texts.extend(
                replies
                    .chain([&persona.banner])
                    .map(|reply| facts.render(reply).to_string()),
            );
            for text in texts {
                assert!(!text.contains(['{', '}']), "{}: {text}", persona.name);
            }
        }
    }

    #[test]
    fn what_is_uncertain_exists() {
        let replies = Replies::default();
        let mut known: Vec<String> = replies
            .each()
            .into_iter()
            .map(|(name, _)| format!("replies.{}", name.replace('_', "-")))
            .collect();
        known.extend(
            [
                "banner",
                "hello",
                "ehlo",
                "ehlo-tls",
                "replies",
                "accepts-bare-lf",
                "limits.line",
                "limits.message",
                "limits.recipients",
                "limits.errors",
                "limits.logon-failures",
                "limits.concurrent",
                "limits.idle",
                "limits.session",
                "limits.tarpit",
            ]
            .map(str::to_owned),
        );
        for persona in Persona::all() {
            let mut seen = std::collections::BTreeSet::new();
            for field in &persona.uncertain {
                assert!(known.contains(field), "{}: {field}", persona.name);
                assert!(seen.insert(field), "{}: {field} twice", persona.name);
            }
        }
    }

    #[test]
    fn personas_are_found_by_name() {
        let names: Vec<String> = Persona::all().into_iter().map(|p| p.name).collect();
        assert!(names.is_sorted(), "{names:?}");
        for name in &names {
            assert_eq!(&Persona::named(name).unwrap().name, name);
        }
        let error = Persona::named("exchange-2015").unwrap_err().to_string();
        assert!(error.contains("did you mean `exchange-2013`"), "{error}");
    }
}
