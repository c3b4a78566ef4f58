//! The versions of Exchange Server, and what differs between them.

use std::fmt;

use super::log::{Era, Generation};
use crate::fault::TlsVersion;
use crate::persona::Persona;

/// A version of Exchange Server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Version {
    /// Exchange Server 2010.
    Exchange2010,
    /// Exchange Server 2013.
    Exchange2013,
    /// Exchange Server 2016.
    Exchange2016,
    /// Exchange Server 2019.
    Exchange2019,
    /// Exchange Server Subscription Edition. On the wire it is taken to say what 2019 says, which
    /// is uncertain.
    SubscriptionEdition,
}

impl Version {
    /// All of them, the oldest first.
    pub const ALL: [Self; 5] = [
        Self::Exchange2010,
        Self::Exchange2013,
        Self::Exchange2016,
        Self::Exchange2019,
        Self::SubscriptionEdition,
    ];

    /// The word in a scenario file: `2016`, `se`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Exchange2010 => "2010",
            Self::Exchange2013 => "2013",
            Self::Exchange2016 => "2016",
            Self::Exchange2019 => "2019",
            Self::SubscriptionEdition => "se",
        }
    }

    /// Whether a Front End Transport service stands before the Transport service, as since 2013.
    #[must_use]
    pub fn has_front_end(self) -> bool {
        self > Self::Exchange2010
    }

    /// A build of it, out of Microsoft's list of build numbers.
    #[must_use]
    pub fn build(self) -> &'static str {
        match self {
            Self::Exchange2010 => "14.03.0123.004",
            Self::Exchange2013 => "15.00.1497.002",
            Self::Exchange2016 => "15.01.2507.006",
            Self::Exchange2019 => "15.02.1118.007",
            Self::SubscriptionEdition => "15.02.2562.017",
        }
    }

    /// How its protocol logs are laid out unless the server is told otherwise.
    #[must_use]
    pub fn log_era(self) -> Era {
        Era::of_release(match self {
            Self::Exchange2010 => 2010,
            Self::Exchange2013 => 2013,
            Self::Exchange2016 => 2016,
            Self::Exchange2019 => 2019,
            Self::SubscriptionEdition => 2025,
        })
    }

    /// The folder of its installation, and the habits of its logs.
    #[must_use]
    pub fn generation(self) -> Generation {
        match self {
            Self::Exchange2010 => Generation::V14,
            _ => Generation::V15,
        }
    }

    /// The versions of TLS that it speaks, as far as this library does. By default 2010 and 2013
    /// speak TLS 1.0 alone, for which TLS 1.2 stands here; 2016 and 2019 speak TLS 1.2, and that
    /// Subscription Edition speaks TLS 1.3 as well depends on the Windows below it.
    pub(crate) fn tls_versions(self) -> Vec<TlsVersion> {
        match self {
            Self::SubscriptionEdition => vec![TlsVersion::Tls12, TlsVersion::Tls13],
            _ => vec![TlsVersion::Tls12],
        }
    }

    /// How it talks, before a connector has its say.
    pub(crate) fn persona(self) -> Persona {
        match self {
            // Replies of 2010 are those of 2013 but for the two that `rules` knows.
            Self::Exchange2010 | Self::Exchange2013 => Persona::exchange_2013(),
            Self::Exchange2016 => Persona::exchange_2016(),
            Self::Exchange2019 | Self::SubscriptionEdition => Persona::exchange_2019(),
        }
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Exchange2010 => "Exchange Server 2010",
            Self::Exchange2013 => "Exchange Server 2013",
            Self::Exchange2016 => "Exchange Server 2016",
            Self::Exchange2019 => "Exchange Server 2019",
            Self::SubscriptionEdition => "Exchange Server Subscription Edition",
        })
    }
}
