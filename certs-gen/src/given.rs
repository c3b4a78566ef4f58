//! Keys and roots that somebody else made.

use crate::encoding::Der;
use crate::identity::Identity;

impl Identity {
    /// Signs with this private key instead, in PKCS#8, SEC 1 or PKCS#1: that of a certificate which somebody else made
    /// and [`with_chain`](Self::with_chain) presents. A server says so if it cannot sign with it.
    ///
    /// ```
    /// use mailfault_certs::{Ca, Identity};
    ///
    /// /// What a test finds on disk, say.
    /// fn theirs(made: &Identity) -> Identity {
    ///     let (chain, key, roots) = (made.chain().to_vec(), made.key().clone(), made.roots().to_vec());
    ///     Ca::new().issue("anything.test").with_chain(chain).with_key(key).with_roots(roots)
    /// }
    ///
    /// let made = Ca::new().issue("mx.test");
    /// let theirs = theirs(&made);
    /// assert_eq!((theirs.chain(), theirs.key(), theirs.roots()), (made.chain(), made.key(), made.roots()));
    /// ```
    #[must_use]
    pub fn with_key(mut self, key: Der) -> Self {
        self.key = self.key.replaced_by(Der::secret(key.as_bytes().to_vec()));
        self.own_key = None;
        self
    }

    /// Tells clients to trust these roots instead.
    #[must_use]
    pub fn with_roots(mut self, roots: Vec<Der>) -> Self {
        self.roots = roots;
        self
    }
}
