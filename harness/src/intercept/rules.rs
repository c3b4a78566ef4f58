//! What a box does, understood: what all its sessions share.

use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use mailfault_certs::{Ca, Der, Identity};
use rustls::ServerConnection;

use super::bounds::Bounds;
use super::clash::knows;
use super::ehlo::{Editing, Inside};
use super::greylist::{Greylist, Triplets};
use super::tampering::{Break, Keywords, Tampering, Unknown};
use super::upstream::Upstream;
use crate::clock::Clock;
use crate::error::Error;
use crate::fault::Stage;
use crate::persona::{Facts, Replies};
use crate::server::{ClientCertificate, ServerTls, TlsWish};
use crate::session_id::session_id;
use crate::smtp::Reply;

/// What all sessions of a box share. What is changed is a copy, for the sessions that come after.
#[derive(Clone)]
pub(super) struct Rules {
    /// The servers; sessions take turns.
    pub(super) servers: Vec<SocketAddr>,
    pub(super) turn: Arc<AtomicUsize>,
    pub(super) tampering: Vec<Tampering>,
    /// What greylisting remembers.
    pub(super) triplets: Arc<Triplets>,
    pub(super) opens: Option<Arc<Opens>>,
    /// What the box calls itself.
    pub(super) host: String,
    /// Whether the server hears that name in the place of the client's.
    pub(super) says_own_name: bool,
    pub(super) replies: Replies,
    pub(super) bounds: Bounds,
    pub(super) clock: Clock,
}

/// TLS ends in the box.
pub(super) struct Opens {
    pub(super) certificate: Certificate,
    /// How it goes on; in clear if nothing.
    pub(super) upstream: Option<Upstream>,
    pub(super) wish: TlsWish,
}

/// What the client is shown.
pub(super) enum Certificate {
    /// The box's own, as it is now.
    Own(RwLock<Arc<Shown>>),
    /// The server's, signed again; those that were signed are kept for the next session.
    Resigned {
        by: Ca,
        kept: Mutex<Vec<(Der, Arc<Shown>)>>,
    },
}

/// A certificate, ready to be shown.
pub(super) struct Shown {
    pub(super) identity: Identity,
    tls: ServerTls,
}

impl Shown {
    pub(super) fn new(identity: &Identity, wish: &TlsWish) -> Result<Arc<Self>, Error> {
        Ok(Arc::new(Self {
            identity: identity.clone(),
            tls: ServerTls::new(wish, identity, &std::collections::BTreeMap::new())?,
        }))
    }

    pub(super) fn connection(&self) -> Result<ServerConnection, Error> {
        self.tls.of_rustls()
    }
}

impl Opens {
    /// What a client is asked for its certificate with.
    pub(super) fn wish(asks_for_certificate: bool) -> TlsWish {
        TlsWish {
            client_certificate: match asks_for_certificate {
                true => ClientCertificate::Asked,
                false => ClientCertificate::NotAsked,
            },
            ..TlsWish::default()
        }
    }

    /// What the next client is shown, before a server that shows this.
    pub(super) fn shown(&self, server: Option<&Der>) -> Result<Arc<Shown>, String> {
        let (by, kept) = match &self.certificate {
            Certificate::Own(shown) => {
                let shown = shown.read().unwrap_or_else(PoisonError::into_inner);
                return Ok(Arc::clone(&shown));
            }
            Certificate::Resigned { by, kept } => (by, kept),
        };
        /// Servers have one or two; a faulty one has a new one each time.
        const KEPT: usize = 16;
        let leaf = server.ok_or("the server showed no certificate")?;
        let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, shown)) = kept.iter().find(|(signed, _)| signed == leaf) {
            return Ok(Arc::clone(shown));
        }
        let identity = by.resign(leaf).map_err(|error| error.to_string())?;
        let shown = Shown::new(&identity, &self.wish).map_err(|error| error.to_string())?;
        if kept.len() == KEPT {
            kept.remove(0);
        }
        kept.push((leaf.clone(), Arc::clone(&shown)));
        Ok(shown)
    }
}

impl Rules {
    /// Whether everything passes as it is, so that nothing needs to be read before it does.
    pub(super) fn are_none(&self) -> bool {
        self.tampering.is_empty() && self.opens.is_none() && !self.says_own_name
    }

    pub(super) fn delay(&self, stage: Stage) -> Option<Duration> {
        let is_reply = !matches!(stage, Stage::Connect | Stage::Handshake);
        self.find(|one| match one {
            Tampering::Delay { at, wait } if *at == stage || (*at == Stage::Any && is_reply) => {
                Some(*wait)
            }
            _ => None,
        })
    }

    pub(super) fn refuses_ehlo(&self) -> Option<&Reply> {
        self.find(|one| match one {
            Tampering::RefuseEhlo(reply) => Some(reply),
            _ => None,
        })
    }

    pub(super) fn refuses_starttls(&self) -> Option<&Reply> {
        self.find(|one| match one {
            Tampering::RefuseStartTls(reply) => Some(reply),
            _ => None,
        })
    }

    pub(super) fn requires_tls(&self) -> Option<&Reply> {
        self.find(|one| match one {
            Tampering::RequireTls(reply) => Some(reply),
            _ => None,
        })
    }

    pub(super) fn breaks_starttls(&self) -> Option<&Break> {
        self.find(|one| match one {
            Tampering::BreakStartTls(how) => Some(how),
            _ => None,
        })
    }

    pub(super) fn greylist(&self) -> Option<&Greylist> {
        self.find(|one| match one {
            Tampering::Greylist(greylist) => Some(greylist),
            _ => None,
        })
    }

    pub(super) fn headers(&self) -> Option<&[String]> {
        self.find(|one| match one {
            Tampering::AddHeaders(templates) => Some(templates.as_slice()),
            _ => None,
        })
    }

    /// What becomes of a STARTTLS that the client was not offered, though the server has it.
    pub(super) fn hidden_starttls(&self) -> Option<Unknown> {
        let hides = self.tampering.iter().find(|one| one.hides_starttls())?;
        let said = self.find(|one| match one {
            Tampering::HiddenStartTls(fate) => Some(fate.clone()),
            _ => None,
        });
        Some(said.unwrap_or_else(|| match hides {
            Tampering::MaskKeywords(_) => Unknown::Mask,
            _ => Unknown::Answer(self.replies.not_offered.clone()),
        }))
    }

    /// What becomes of a command with this verb, unless it passes.
    pub(super) fn unknown(&self, verb: &str) -> Option<&Unknown> {
        self.find(|one| match one {
            Tampering::OnlyVerbs { known, others } if !knows(known, verb) => Some(others),
            _ => None,
        })
    }

    pub(super) fn own_greeting(&self) -> Option<&Reply> {
        self.find(|one| match one {
            Tampering::Greet(reply) => Some(reply),
            _ => None,
        })
    }

    pub(super) fn masks_banner(&self) -> bool {
        self.tampering.contains(&Tampering::MaskBanner)
    }

    /// What becomes of an EHLO reply for a client that is inside TLS or not.
    pub(super) fn editing<'a>(&'a self, is_tls: bool, facts: Facts<'a>) -> Editing<'a> {
        Editing {
            own: self.find(|one| match one {
                Tampering::ListExtensions {
                    hello,
                    clear,
                    inside_tls,
                } => {
                    let list = if is_tls { inside_tls } else { clear };
                    Some((hello.as_str(), list.as_slice()))
                }
                _ => None,
            }),
            opens_tls: self.opens.as_ref().map(|opens| match is_tls {
                true => Inside::Yes,
                // Before a server with STARTTLS of its own the box can offer what that offers.
                false => Inside::No {
                    offers: opens.upstream.is_none(),
                },
            }),
            deletes_starttls: self.tampering.contains(&Tampering::DeleteStartTls),
            masks: self.masked_keywords(),
            facts,
        }
    }

    fn masked_keywords(&self) -> Option<&Keywords> {
        self.find(|one| match one {
            Tampering::MaskKeywords(keywords) => Some(keywords),
            _ => None,
        })
    }

    /// The word for how the box opens TLS, if it does.
    pub(super) fn opens_tls(&self) -> Option<&'static str> {
        Some(match &self.opens.as_ref()?.certificate {
            Certificate::Own(_) => "terminate-tls",
            Certificate::Resigned { .. } => "resign",
        })
    }

    /// The server of the next session.
    pub(super) fn next_server(&self) -> SocketAddr {
        let turn = self.turn.fetch_add(1, Ordering::Relaxed);
        self.servers[turn % self.servers.len()]
    }

    /// What placeholders stand for.
    pub(super) fn facts<'a>(
        &'a self,
        session: u64,
        ip: IpAddr,
        client: &'a str,
        started: std::time::SystemTime,
    ) -> Facts<'a> {
        Facts {
            host: &self.host,
            ip,
            client,
            now: self.clock.now(),
            max_size: 0,
            id: session_id(started, session),
            started,
            message_id: "",
            internal_id: 0,
            size: 0,
            verb: "",
            address: "",
            limit: 0,
        }
    }

    fn find<'a, T>(&'a self, pick: impl Fn(&'a Tampering) -> Option<T>) -> Option<T> {
        self.tampering.iter().find_map(pick)
    }
}
