//! The wish for a box.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::atomic::AtomicUsize;
use std::sync::{Arc, Mutex, RwLock};
use std::time::Duration;

use mailfault_certs::{Ca, DistinguishedName, Identity, Leaf};

use super::appliance::{Appliance, ApplianceTls};
use super::bounds::Bounds;
use super::clash;
use super::greylist::Greylist;
use super::interceptor::Interceptor;
use super::ledger::{Ledger, Observer, Side};
use super::rules::{Certificate, Opens, Rules, Shown};
use super::tampering::{Break, Keywords, Tampering, Unknown};
use super::upstream::{Upstream, UpstreamTls};
use crate::clock::Clock;
use crate::error::Error;
use crate::fault::Stage;
use crate::persona::Replies;
use crate::report::Event;
use crate::server::Port;
use crate::smtp::Reply;

/// The wish for a box; [`start`](Self::start) makes it one.
///
/// Without a word everything passes as it is.
#[must_use = "a builder is no box yet; call `start`"]
pub struct Builder {
    pub(super) upstream: SocketAddr,
    pub(super) more_upstream: Vec<SocketAddr>,
    pub(super) far_upstream: bool,
    pub(super) tampering: Vec<Tampering>,
    pub(super) identity: Option<Identity>,
    pub(super) inspector: Option<Ca>,
    pub(super) upstream_tls: Option<UpstreamTls>,
    pub(super) drops_client_certificate: bool,
    appliance: Option<Appliance>,
    host: Option<String>,
    bounds: Bounds,
    clock: Clock,
    address: IpAddr,
    port: u16,
    patience: Duration,
    observer: Option<Observer>,
}

impl Builder {
    pub(super) fn new(upstream: SocketAddr, far_upstream: bool) -> Self {
        Self {
            upstream,
            more_upstream: Vec::new(),
            far_upstream,
            tampering: Vec::new(),
            identity: None,
            inspector: None,
            upstream_tls: None,
            drops_client_certificate: false,
            appliance: None,
            host: None,
            bounds: Bounds::default(),
            clock: Clock::system(),
            address: IpAddr::V4(Ipv4Addr::LOCALHOST),
            port: 0,
            patience: Duration::from_secs(2),
            observer: None,
        }
    }

    /// Stands before another server as well: sessions take turns, as with a load balancer or
    /// several addresses behind one name.
    pub fn and_before(mut self, server: impl Into<SocketAddr>) -> Self {
        self.more_upstream.push(server.into());
        self
    }

    /// Does this to every session.
    pub fn tamper(mut self, tampering: Tampering) -> Self {
        self.tampering.push(tampering);
        self
    }

    /// Takes the STARTTLS line out of the EHLO reply. A client that sends the command all the same
    /// is refused with `502`.
    pub fn delete_starttls(self) -> Self {
        self.tamper(Tampering::DeleteStartTls)
    }

    /// Overwrites STARTTLS in the EHLO reply with `XXXXXXXA`, in place as a Cisco ASA does. A
    /// client that sends the command all the same has it overwritten too, and the server refuses
    /// that.
    pub fn mask_starttls(self) -> Self {
        self.mask_keywords(Keywords::Only(vec!["STARTTLS".to_owned()]))
    }

    /// Overwrites these keywords of the EHLO reply in place.
    pub fn mask_keywords(self, keywords: Keywords) -> Self {
        self.tamper(Tampering::MaskKeywords(keywords))
    }

    /// What becomes of a STARTTLS that was hidden and is sent all the same.
    pub fn hidden_starttls(self, fate: Unknown) -> Self {
        self.tamper(Tampering::HiddenStartTls(fate))
    }

    /// Overwrites the text of the greeting but for `2` and `0`.
    pub fn mask_banner(self) -> Self {
        self.tamper(Tampering::MaskBanner)
    }

    /// Answers EHLO with this refusal, so that the client falls back to HELO.
    pub fn refuse_ehlo(self, reply: impl Into<Reply>) -> Self {
        self.tamper(Tampering::RefuseEhlo(reply.into()))
    }

    /// Answers STARTTLS with this refusal, although it is offered.
    pub fn refuse_starttls(self, reply: impl Into<Reply>) -> Self {
        self.tamper(Tampering::RefuseStartTls(reply.into()))
    }

    /// Answers MAIL in clear with this refusal.
    pub fn require_tls(self, reply: impl Into<Reply>) -> Self {
        self.tamper(Tampering::RequireTls(reply.into()))
    }

    /// Lets the `220` to STARTTLS pass, and then breaks the connection.
    pub fn break_after_starttls(self, how: Break) -> Self {
        self.tamper(Tampering::BreakStartTls(how))
    }

    /// Puts those off whom it does not know yet.
    pub fn greylist(self, greylist: Greylist) -> Self {
        self.tamper(Tampering::Greylist(greylist))
    }

    /// Lets these verbs pass and no others; [`Tampering::MAILGUARD`] is the classic list.
    pub fn only_verbs<S: Into<String>>(
        self,
        known: impl IntoIterator<Item = S>,
        others: Unknown,
    ) -> Self {
        let known = known.into_iter().map(Into::into).collect();
        self.tamper(Tampering::OnlyVerbs { known, others })
    }

    /// Holds the server's word at this stage back.
    pub fn delay(self, at: Stage, wait: Duration) -> Self {
        self.tamper(Tampering::Delay { at, wait })
    }

    /// Puts header fields in front of every message; see [`Tampering::HEADER_WORDS`].
    pub fn add_headers<S: Into<String>>(self, templates: impl IntoIterator<Item = S>) -> Self {
        let templates = templates.into_iter().map(Into::into).collect();
        self.tamper(Tampering::AddHeaders(templates))
    }

    /// Ends the client's TLS in the box, with this certificate, and goes on in clear or as
    /// [`upstream_tls`](Self::upstream_tls) says. STARTTLS is offered whether or not the server
    /// does, and the server hears the box's own name in EHLO.
    pub fn terminate_tls(mut self, identity: Identity) -> Self {
        self.identity = Some(identity);
        self
    }

    /// Ends the client's TLS in the box, with the server's own certificate signed again by this
    /// authority ([`Ca::resign`]), and goes on inside TLS.
    pub fn resign(mut self, authority: Ca) -> Self {
        self.inspector = Some(authority);
        self
    }

    /// How a box that opens TLS goes on to the server. Its TLS begins when the client's does: a
    /// client that stays in clear is passed on in clear.
    pub fn upstream_tls(mut self, tls: UpstreamTls) -> Self {
        self.upstream_tls = Some(tls);
        self
    }

    /// Asks the client for its certificate, as the server would, and loses it: it proves nothing to
    /// a server that has another TLS connection, with somebody else. No setting could pass it on,
    /// because the box does not have its key; the report says that it was there.
    pub fn drop_client_certificate(mut self) -> Self {
        self.drops_client_certificate = true;
        self
    }

    /// Is this appliance. What was said of TLS beside it counts more: its certificate is the one of
    /// [`terminate_tls`](Self::terminate_tls) if there is one.
    pub fn appliance(mut self, appliance: Appliance) -> Self {
        self.appliance = Some(appliance);
        self
    }

    /// What the box calls itself, to clients, in headers and in EHLO to the server.
    pub fn host(mut self, host: impl Into<String>) -> Self {
        self.host = Some(host.into());
        self
    }

    /// How much the box takes.
    pub fn bounds(mut self, bounds: Bounds) -> Self {
        self.bounds = bounds;
        self
    }

    /// What time it is for the box: in what it says and in headers. Time-outs are real whatever the
    /// clock says.
    pub fn clock(mut self, clock: Clock) -> Self {
        self.clock = clock;
        self
    }

    /// Listens on this port; 0, a free one, if nothing is said.
    pub fn port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// Listens on another loopback address: `127.0.0.2`, `::1`.
    ///
    /// # Panics
    ///
    /// If the address is no loopback address; see [`exposed_on`](Self::exposed_on).
    #[track_caller]
    pub fn loopback(mut self, address: impl Into<IpAddr>) -> Self {
        self.address = address.into();
        assert!(
            self.address.is_loopback(),
            "{} is no loopback address; `exposed_on` listens where others can connect",
            self.address
        );
        self
    }

    /// Listens where others can connect: do this in a closed network only.
    pub fn exposed_on(mut self, address: impl Into<IpAddr>) -> Self {
        self.address = address.into();
        self
    }

    /// How long [`Interceptor::finish`] waits for sessions to end; 2 s if nothing is said.
    pub fn patience(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    /// Calls this with the session's number, the leg and every event, when it is recorded and
    /// before anybody can see its effect. It runs on the box's thread and must not block.
    pub fn observe(mut self, observer: impl Fn(u64, Side, &Event) + Send + Sync + 'static) -> Self {
        self.observer = Some(Arc::new(observer));
        self
    }

    /// Starts the box. When this returns, clients can connect.
    ///
    /// # Panics
    ///
    /// If it cannot be started; [`try_start`](Self::try_start) says so instead.
    #[must_use]
    #[track_caller]
    pub fn start(self) -> Interceptor {
        match self.try_start() {
            Ok(interceptor) => interceptor,
            Err(error) => panic!("{error}"),
        }
    }

    /// Starts the box. When this returns, clients can connect.
    ///
    /// # Errors
    ///
    /// [`Error::NoSuchFault`] for what does not go together, or a server on another machine that
    /// was not asked for in words; [`Error::CannotListen`] if the port is taken or the address is
    /// not this machine's; [`Error::BadTls`] for a certificate or a name that TLS refuses.
    pub fn try_start(mut self) -> Result<Interceptor, Error> {
        let appliance = self.appliance.take();
        let named = appliance.as_ref().map(|one| one.host.clone());
        // Whoever said a name, or ends TLS, is a station of its own; others are not seen.
        let mut says_own_name = self.host.is_some();
        let named = self.host.take().or(named);
        if let Some(appliance) = appliance {
            self.tampering.extend(appliance.tampering);
            let host = named.as_deref().unwrap_or_default();
            let undecided = self.identity.is_none() && self.inspector.is_none();
            match appliance.tls {
                ApplianceTls::Terminate(subject) if undecided => {
                    self.identity = Some(delivered_with(host, subject)?);
                }
                ApplianceTls::Resign(name) if undecided => {
                    self.inspector = Some(Ca::builder().name(name).build());
                }
                _ => {}
            }
        }
        clash::check(&self)?;
        says_own_name |= self.identity.is_some();
        let host = named
            .or_else(|| self.identity.as_ref().map(|one| one.name().to_owned()))
            .unwrap_or_else(|| "box.test".to_owned());
        let opens = self.opens()?;
        let port = Port::open(SocketAddr::new(self.address, self.port))?;
        let ledger = Arc::new(Ledger::new(self.bounds.clone(), self.observer));
        let rules = Arc::new(Rules {
            servers: std::iter::once(self.upstream)
                .chain(self.more_upstream)
                .collect(),
            turn: Arc::new(AtomicUsize::new(0)),
            triplets: Arc::default(),
            tampering: self.tampering,
            opens: opens.map(Arc::new),
            host,
            says_own_name,
            replies: Replies::default(),
            bounds: self.bounds,
            clock: self.clock,
        });
        Interceptor::run(rules, ledger, port, self.patience)
    }

    /// The word that ends TLS in the box, if one was said.
    pub(super) fn opens_tls(&self) -> Option<&'static str> {
        match (&self.identity, &self.inspector) {
            (Some(_), _) => Some("terminate-tls"),
            (None, Some(_)) => Some("resign"),
            (None, None) => None,
        }
    }

    fn opens(&mut self) -> Result<Option<Opens>, Error> {
        let wish = Opens::wish(self.drops_client_certificate);
        let (certificate, usual) = match (self.identity.take(), self.inspector.take()) {
            (Some(identity), _) => {
                let shown = Shown::new(&identity, &wish)?;
                (Certificate::Own(RwLock::new(shown)), UpstreamTls::Clear)
            }
            (None, Some(by)) => {
                let kept = Mutex::default();
                (Certificate::Resigned { by, kept }, UpstreamTls::Unverified)
            }
            (None, None) => return Ok(None),
        };
        let upstream_tls = self.upstream_tls.take().unwrap_or(usual);
        Ok(Some(Opens {
            certificate,
            upstream: Upstream::new(&upstream_tls, self.upstream.ip())?,
            wish,
        }))
    }
}

/// The certificate that an appliance has before anybody gives it one. It is for nobody's host: the
/// factory did not know where the appliance would stand.
fn delivered_with(host: &str, subject: DistinguishedName) -> Result<Identity, Error> {
    let bad = |error: mailfault_certs::Error| Error::BadTls {
        why: error.to_string(),
    };
    Leaf::new(host).check().map_err(bad)?;
    let plain = |c: char| match c.is_ascii_alphanumeric() {
        true => c.to_ascii_lowercase(),
        false => '-',
    };
    let name = subject.first_common_name().unwrap_or(host);
    let name: String = name.chars().map(plain).collect();
    let leaf = Leaf::new(name).subject(subject).only_names().self_signed();
    leaf.check().map_err(bad)?;
    Ok(Ca::new().issue(leaf))
}

impl std::fmt::Debug for Builder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Builder")
            .field("upstream", &self.upstream)
            .field("tampering", &self.tampering)
            .finish_non_exhaustive()
    }
}
