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

#[cfg(test)]
mod tests {
    use crate::ca::Ca;
    use crate::flaw::Flaw;
    use crate::leaf::Leaf;

    #[test]
    fn a_key_that_is_given_is_the_only_one() {
        let ca = Ca::new();
        let odd = ca.issue(Leaf::new("mx.test").flaw(Flaw::P521));
        assert!(odd.own_key().is_some());
        let key = ca.issue("mx.test").key().clone();
        let odd = odd.with_key(key.clone());
        assert_eq!((odd.key(), odd.own_key()), (&key, None));
    }
}
