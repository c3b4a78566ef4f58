//! Where TLS gets its cryptography from: the one place that knows.
//!
//! The provider is always named, never taken from the process: a user's own client may use
//! another one, and rustls's default panics where two are compiled in.

use std::sync::{Arc, LazyLock};

use rustls::crypto::CryptoProvider;

/// The provider of this build.
///
/// # Panics
///
/// If the machine's CPU lacks what graviola needs, with the way out in the text.
pub(crate) fn provider() -> Arc<CryptoProvider> {
    static PROVIDER: LazyLock<Arc<CryptoProvider>> = LazyLock::new(|| {
        mailfault_certs::cpu_check();
        #[cfg(feature = "graviola")]
        let provider = rustls_graviola::default_provider();
        #[cfg(all(feature = "ring", not(feature = "graviola")))]
        let provider = rustls::crypto::ring::default_provider();
        Arc::new(provider)
    });
    Arc::clone(&PROVIDER)
}
