//! The certificate that EOP shows, by era.

use std::time::{Duration, SystemTime};

use mailfault_certs::{Ca, DistinguishedName, Identity, KeyKind, Leaf};

/// Which of Microsoft's certificates is imitated: subject, names, issuer and root are the same
/// words, and the keys are this process's own.
///
/// The chain is leaf, issuing CA, root; authorities between the last two, if there were any, are
/// left out. Keys are RSA of 2048 bits, signatures SHA-256, whatever the years had.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CertificateProfile {
    /// Forefront Online Protection for Exchange, from Microsoft's own CA under Baltimore
    /// CyberTrust Root. The serial number is that of the certificate in the logs of 2014; the
    /// order of the names too, as far as the log lets it be seen.
    Y2014,
    /// From GlobalSign, seen in 2019.
    Y2019,
    /// From DigiCert, seen from 2021 to 2026.
    #[default]
    Today,
}

/// The name in every one of them, which a client should verify.
pub(super) const NAME: &str = "mail.protection.outlook.com";

/// The names beside it, as published in 2014. Those of later years were not captured: the same
/// are shown, which is uncertain.
const OTHER_NAMES: [&str; 4] = [
    "*.mail.eo.outlook.com",
    "*.mail.protection.outlook.com",
    "outlook.com",
    "mail.messaging.microsoft.com",
];

impl CertificateProfile {
    /// Mints it, valid for a year around `now`.
    ///
    /// ```
    /// use std::time::SystemTime;
    /// use mailfault::eop::CertificateProfile;
    ///
    /// let identity = CertificateProfile::Y2014.mint(SystemTime::now());
    /// assert_eq!(
    ///     identity.issuer().to_string(),
    ///     "CN=MSIT Machine Auth CA 2, DC=redmond, DC=corp, DC=microsoft, DC=com",
    /// );
    /// ```
    #[must_use]
    pub fn mint(self, now: SystemTime) -> Identity {
        const DAY: Duration = Duration::from_secs(24 * 60 * 60);
        let root = Ca::builder()
            .name(self.root())
            .key(KeyKind::Rsa2048)
            .clock(now)
            .build();
        let names = OTHER_NAMES.into_iter().fold(Leaf::new(NAME), Leaf::also);
        let mut leaf = names
            .only_names()
            .subject(self.subject())
            .valid(now - 30 * DAY, now + 335 * DAY);
        if self == Self::Y2014 {
            const SERIAL: [u8; 10] = [0x68, 0x95, 0x49, 0xF0, 0, 1, 0, 0, 0xDF, 0xBE];
            leaf = leaf.serial(SERIAL);
        }
        root.intermediate_named(self.issuer()).issue(leaf)
    }

    /// Whom it is for.
    fn subject(self) -> DistinguishedName {
        let name = DistinguishedName::new().common_name(NAME);
        match self {
            Self::Y2014 => name
                .organizational_unit("Forefront Online Protection for Exchange")
                .organization("Microsoft")
                .locality("Redmond")
                .state("WA")
                .country("US"),
            Self::Y2019 | Self::Today => name
                .organization("Microsoft Corporation")
                .locality("Redmond")
                .state("Washington")
                .country("US"),
        }
    }

    fn issuer(self) -> DistinguishedName {
        let name = DistinguishedName::new();
        match self {
            Self::Y2014 => name
                .common_name("MSIT Machine Auth CA 2")
                .domain_component("redmond")
                .domain_component("corp")
                .domain_component("microsoft")
                .domain_component("com"),
            Self::Y2019 => name
                .common_name("GlobalSign Organization Validation CA - SHA256 - G3")
                .organization("GlobalSign nv-sa")
                .country("BE"),
            Self::Today => name
                .common_name("DigiCert Cloud Services CA-1")
                .organization("DigiCert Inc")
                .country("US"),
        }
    }

    fn root(self) -> DistinguishedName {
        let name = DistinguishedName::new();
        match self {
            Self::Y2014 => name
                .common_name("Baltimore CyberTrust Root")
                .organizational_unit("CyberTrust")
                .organization("Baltimore")
                .country("IE"),
            Self::Y2019 => name
                .common_name("GlobalSign Root CA")
                .organizational_unit("Root CA")
                .organization("GlobalSign nv-sa")
                .country("BE"),
            Self::Today => name
                .common_name("DigiCert Global Root CA")
                .organizational_unit("www.digicert.com")
                .organization("DigiCert Inc")
                .country("US"),
        }
    }
}
