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

/// The values of `SmtpDaneMode` of an outbound connector of EOP.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SmtpDaneMode {
    /// DANE where the server has TLSA records: what they say must be right then.
    #[default]
    Opportunistic,
    /// No mail to a server without them.
    Mandatory,
    /// Records are not looked at.
    None,
}

impl SmtpDaneMode {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Opportunistic, Self::Mandatory, Self::None];

    /// Microsoft's name for it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Opportunistic => "Opportunistic",
            Self::Mandatory => "Mandatory",
            Self::None => "None",
        }
    }
}

impl fmt::Display for SmtpDaneMode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// The values of `MtaStsMode` of an outbound connector of EOP.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum MtaStsMode {
    /// The policy of the domain, where it has one.
    #[default]
    Opportunistic,
    /// Policies are not looked at.
    None,
}

impl MtaStsMode {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Opportunistic, Self::None];

    /// Microsoft's name for it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Opportunistic => "Opportunistic",
            Self::None => "None",
        }
    }
}

impl fmt::Display for MtaStsMode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}
