//! `[interceptor.NAME]`: the box in between.

use std::net::SocketAddr;

use mailfault_certs::{Ca, DistinguishedName};
use serde::Deserialize;

use super::Certificates;
use super::exchange::{Misplaced, one_of};
use crate::clock::Clock;
use crate::duration::Wait;
use crate::error::Error;
use crate::exchange::Observer;
use crate::fault::Stage;
use crate::intercept::{Appliance, Break, Greylist, Interceptor, Side, UpstreamTls};
use crate::scenario::OneOrMany;
use crate::smtp::Reply;

/// A box as a file describes it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Written {
    /// A member, a member and its connector, or an address of this machine; sessions take turns
    /// where there are several.
    before: OneOrMany<String>,
    appliance: Option<String>,
    host: Option<String>,
    /// Ends TLS with this certificate of the cast.
    certificate: Option<String>,
    /// Ends TLS, and signs again what the server presents: the name of the authority that does.
    resign: Option<String>,
    /// How it goes on behind TLS that it ends: `clear`, `starttls` or `verified`.
    upstream: Option<String>,
    /// The name that the server's certificate must be for, with `verified`.
    upstream_name: Option<String>,
    #[serde(default)]
    drop_client_certificate: bool,
    #[serde(default)]
    delete_starttls: bool,
    #[serde(default)]
    mask_starttls: bool,
    #[serde(default)]
    mask_banner: bool,
    refuse_ehlo: Option<Reply>,
    refuse_starttls: Option<Reply>,
    require_tls: Option<Reply>,
    /// `garbage`, `close` or `reset`.
    after_starttls: Option<String>,
    delay: Option<Delay>,
    greylist: Option<Greylisting>,
    #[serde(default)]
    add_headers: Vec<String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Greylisting {
    reply: Reply,
    #[serde(rename = "for")]
    wait: Wait,
    #[serde(default)]
    exempt: Vec<String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Delay {
    at: String,
    #[serde(rename = "for")]
    wait: Wait,
}

impl Written {
    /// What it is: the appliance, or a box.
    pub(super) fn kind(&self) -> String {
        match &self.appliance {
            // Up to what it does: `Barracuda Email Security Gateway with the certificate …`.
            Some(name) => Appliance::named(name).map_or_else(
                |_| format!("a box in between, {name}"),
                |appliance| {
                    let ends = [" with ", " that ", " on ", ":", ";"];
                    let end = ends
                        .iter()
                        .filter_map(|end| appliance.summary.find(end))
                        .min();
                    appliance.summary[..end.unwrap_or(appliance.summary.len())].to_owned()
                },
            ),
            None => "a box in between".to_owned(),
        }
    }

    /// The members, connectors and addresses that it stands before.
    pub(super) fn before(&self) -> &[String] {
        let OneOrMany(before) = &self.before;
        before
    }

    /// Starts it before these servers.
    pub(super) fn start(
        &self,
        servers: &[SocketAddr],
        certificates: &Certificates,
        clock: &Clock,
        observer: Option<Observer>,
    ) -> Result<Interceptor, Misplaced> {
        let Some((first, others)) = servers.split_first() else {
            return Err(bad("before", "a box stands before something").into());
        };
        let mut builder = Interceptor::before(*first).clock(clock.clone());
        for other in others {
            builder = builder.and_before(*other);
        }
        if let Some(name) = &self.appliance {
            builder = builder.appliance(Appliance::named(name)?);
        }
        if let Some(host) = &self.host {
            builder = builder.host(host);
        }
        if let Some(name) = &self.certificate {
            builder = builder.terminate_tls(certificates.named(name)?.clone());
        }
        if let Some(name) = &self.resign {
            let parsed: Result<DistinguishedName, _> = name.parse();
            let name = parsed.map_err(|error| bad("resign", &error.to_string()))?;
            builder = builder.resign(Ca::builder().clock(clock.now()).name(name).build());
        }
        if let Some(word) = &self.upstream {
            builder = builder.upstream_tls(self.upstream_tls(word, certificates)?);
        }
        if self.drop_client_certificate {
            builder = builder.drop_client_certificate();
        }
        if self.delete_starttls {
            builder = builder.delete_starttls();
        }
        if self.mask_starttls {
            builder = builder.mask_starttls();
        }
        if self.mask_banner {
            builder = builder.mask_banner();
        }
        if let Some(reply) = &self.refuse_ehlo {
            builder = builder.refuse_ehlo(reply.clone());
        }
        if let Some(reply) = &self.refuse_starttls {
            builder = builder.refuse_starttls(reply.clone());
        }
        if let Some(reply) = &self.require_tls {
            builder = builder.require_tls(reply.clone());
        }
        if let Some(word) = &self.after_starttls {
            let known = [
                ("close", Break::Close),
                (
                    "garbage",
                    Break::Garbage(b"500 Command unrecognized\r\n".to_vec()),
                ),
                ("reset", Break::Reset),
            ];
            builder = builder.break_after_starttls(one_of("break", word, &known)?);
        }
        if let Some(Delay {
            at,
            wait: Wait(wait),
        }) = &self.delay
        {
            builder = builder.delay(at.parse::<Stage>()?, *wait);
        }
        if let Some(Greylisting {
            reply,
            wait: Wait(wait),
            exempt,
        }) = &self.greylist
        {
            let rule = Greylist::new(reply.clone(), *wait).exempting(exempt);
            builder = builder.greylist(rule);
        }
        if !self.add_headers.is_empty() {
            builder = builder.add_headers(self.add_headers.iter().cloned());
        }
        if let Some(observer) = observer {
            builder = builder.observe(move |session, side, event| {
                let leg = match side {
                    Side::Client => "to the client",
                    Side::Server => "to the server",
                };
                observer(leg, session, event);
            });
        }
        Ok(builder.try_start()?)
    }

    fn upstream_tls(&self, word: &str, certificates: &Certificates) -> Result<UpstreamTls, Error> {
        Ok(match word {
            "clear" => UpstreamTls::Clear,
            "starttls" => UpstreamTls::Unverified,
            "verified" => UpstreamTls::Verified {
                name: self
                    .upstream_name
                    .clone()
                    .ok_or_else(|| bad("upstream", "`verified` needs `upstream-name`"))?,
                roots: certificates.roots().to_vec(),
            },
            _ => {
                let known = [("clear", ()), ("starttls", ()), ("verified", ())];
                one_of("way upstream", word, &known)?;
                UpstreamTls::Clear
            }
        })
    }
}

fn bad(what: &'static str, why: &str) -> Error {
    Error::BadSetting {
        what,
        why: why.to_owned(),
    }
}
