//! What Microsoft's connectors ask of a server's certificate.

use std::fmt;

/// The values of `TlsSettings` of an outbound connector of EOP, and of `TlsAuthLevel` of a send
/// connector of Exchange: they have the same names and mean the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TlsSettings {
    /// Nothing.
    EncryptionOnly,
    /// That its chain leads to a trusted root.
    CertificateValidation,
    /// The same, and that it is for `TlsDomain`; without one, Exchange takes the recipient's domain.
    DomainValidation,
}

impl TlsSettings {
    /// All of them.
    pub const ALL: [Self; 3] = [
        Self::EncryptionOnly,
        Self::CertificateValidation,
        Self::DomainValidation,
    ];

    /// Microsoft's name for it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::EncryptionOnly => "EncryptionOnly",
            Self::CertificateValidation => "CertificateValidation",
            Self::DomainValidation => "DomainValidation",
        }
    }
}

impl fmt::Display for TlsSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}
