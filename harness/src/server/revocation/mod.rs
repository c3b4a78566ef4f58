//! Whether a certificate was revoked: what is said of it, by whom, and where.

use mailfault_certs::{Ca, Der, Identity, Leaf};

use crate::error::Error;
use made::Made;
#[cfg(feature = "models")]
pub(crate) use office::Office;
pub(crate) use responder::Door;
pub use responder::Responder;
pub use words::{CrlWish, OcspWish, ResponderWish};

mod http;
mod made;
#[cfg(feature = "models")]
mod office;
mod responder;
mod words;

/// What is said of a certificate's revocation: by a list, by an OCSP responder, and by the server itself in a staple.
/// Without a word nothing is.
///
/// [`issue`](Self::issue) makes it come true: a certificate that says where to ask, and the
/// [`Responder`] there. Lists are also to be had as a file ([`Identity::crls_pem`]), for clients that take them from
/// one.
///
/// ```
/// use mailfault::{Ca, CrlWish, MockServer, Reason, Revocation};
///
/// let ca = Ca::new();
/// let stolen = Revocation::new().crl(CrlWish::Revoked(Reason::KeyCompromise));
/// let (identity, responder) = stolen.issue(&ca, "mx.test");
/// let server = MockServer::builder().starttls(identity).responder(responder).start();
/// // … a client fetches the list from server.crl_url(), or does not …
/// let report = server.finish();
/// assert!(report.fetches.is_empty());
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Revocation {
    /// What the list of the authority says, if the certificate names one.
    pub crl: Option<CrlWish>,
    /// How the list is given out.
    pub crl_server: ResponderWish,
    /// What the responder answers, if the certificate names one.
    pub ocsp: Option<OcspWish>,
    /// How it does.
    pub ocsp_server: ResponderWish,
    /// What the server staples, if anything.
    pub staple: Option<OcspWish>,
    /// Whether the certificate demands a staple (RFC 7633).
    pub must_staple: bool,
}

impl Revocation {
    /// Nothing is said.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The certificate names a list, and this is what it says.
    #[must_use]
    pub fn crl(mut self, crl: CrlWish) -> Self {
        self.crl = Some(crl);
        self
    }

    /// How the list is given out; well, if nothing is said.
    #[must_use]
    pub fn crl_server(mut self, wish: ResponderWish) -> Self {
        self.crl_server = wish;
        self
    }

    /// The certificate names an OCSP responder, and this is what it says.
    #[must_use]
    pub fn ocsp(mut self, ocsp: OcspWish) -> Self {
        self.ocsp = Some(ocsp);
        self
    }

    /// How the OCSP responder answers; well, if nothing is said.
    #[must_use]
    pub fn ocsp_server(mut self, wish: ResponderWish) -> Self {
        self.ocsp_server = wish;
        self
    }

    /// The server staples this.
    #[must_use]
    pub fn staple(mut self, answer: OcspWish) -> Self {
        self.staple = Some(answer);
        self
    }

    /// The certificate demands a staple, whether or not there is one.
    #[must_use]
    pub fn must_staple(mut self) -> Self {
        self.must_staple = true;
        self
    }

    /// A certificate that this authority signs, and the responders that it names; they answer as long as the server
    /// lives that [has them](crate::Builder::responder).
    ///
    /// # Panics
    ///
    /// When the leaf makes no sense ([`Leaf::check`]), an intermediate is revoked where there is none, or no port of
    /// 127.0.0.1 is to be had.
    #[must_use]
    #[track_caller]
    pub fn issue(&self, ca: &Ca, leaf: impl Into<Leaf>) -> (Identity, Responder) {
        match self.try_issue(ca, leaf.into(), Above::This) {
            Ok(issued) => issued,
            Err(error) => panic!("{error}"),
        }
    }

    /// The same by an issuing CA below this root, whose own certificate says where the list of the root is.
    ///
    /// # Panics
    ///
    /// As [`issue`](Self::issue), and when this is no root.
    #[must_use]
    #[track_caller]
    pub fn issue_below(&self, root: &Ca, leaf: impl Into<Leaf>) -> (Identity, Responder) {
        match self.try_issue(root, leaf.into(), Above::Intermediate) {
            Ok(issued) => issued,
            Err(error) => panic!("{error}"),
        }
    }

    /// The responders are bound first, since the certificate says where they are; what they give out is signed last,
    /// since it is about the certificate.
    pub(crate) fn try_issue(
        &self,
        ca: &Ca,
        mut leaf: Leaf,
        above: Above,
    ) -> Result<(Identity, Responder), Error> {
        let bind = |wanted, wish: &ResponderWish| match wanted {
            true => Door::bind(wish).map(Some),
            false => Ok(None),
        };
        let crl = bind(self.crl.is_some(), &self.crl_server)?;
        let ocsp = bind(self.ocsp.is_some(), &self.ocsp_server)?;
        if let Some(door) = &crl {
            leaf = leaf.crl_at(door.url(ISSUER_LIST));
        }
        if let Some(door) = &ocsp {
            leaf = leaf.ocsp_at(door.url(ASK));
        }
        if self.must_staple {
            leaf = leaf.must_staple();
        }
        let mut identity = match (above, &crl) {
            (Above::This, _) => ca.issue(leaf),
            (Above::Intermediate, None) => ca.intermediate().issue(leaf),
            (Above::Intermediate, Some(door)) => {
                let intermediate = ca.intermediate_with_crl_at(&door.url(ROOT_LIST));
                intermediate.issue(leaf)
            }
        };
        if let Some(CrlWish::IntermediateRevoked(_)) = self.crl
            && identity.authority().parent().is_none()
        {
            return Err(Error::BadTls {
                why: "there is no intermediate between root and leaf that could be revoked"
                    .to_owned(),
            });
        }
        if let Some(wish) = &self.staple {
            identity = identity.clone().with_staple(wish.made(&identity));
        }
        if let Some(wish) = &self.crl {
            identity = identity.clone().with_crls(wish.made(&identity));
        }
        let responder = Responder::new(
            crl.map(|door| (door, self.crl_server, Made::Lists(lists(&identity)))),
            ocsp.zip(self.ocsp)
                .map(|(door, wish)| (door, self.ocsp_server, Made::answer(wish, &identity))),
        );
        Ok((identity, responder))
    }
}

/// The list of who signed the certificate, and that of the root, which may be the same.
fn lists(identity: &Identity) -> Vec<(String, Der)> {
    let lists = identity.crls();
    let ends = [(ISSUER_LIST, lists.first()), (ROOT_LIST, lists.last())];
    let ends = ends.into_iter();
    ends.filter_map(|(path, list)| Some((path.to_owned(), list?.clone())))
        .collect()
}

/// Who signs.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Above {
    /// An issuing CA below the one that is given.
    Intermediate,
    /// The one that is given.
    This,
}

/// Where the list of who signed the leaf is.
const ISSUER_LIST: &str = "/issuer.crl";
/// Where the list of the root is.
const ROOT_LIST: &str = "/root.crl";
/// Where OCSP is asked.
const ASK: &str = "/ocsp";
