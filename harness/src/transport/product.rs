//! Whose words are spoken: products and eras.

use crate::exchange::Version;
pub use crate::judge::OnlineEra;

/// A product whose queue, errors and notifications are told in its own words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Product {
    /// Exchange Server 2010.
    Exchange2010,
    /// The first updates of Exchange Server 2013. When the words changed is not known: they were
    /// seen at the end of 2014, and those of [`Exchange2013`](Self::Exchange2013) in build
    /// 15.0.1076 of 2015.
    Exchange2013Early,
    /// Exchange Server 2013.
    Exchange2013,
    /// Exchange Server 2016 and everything after it.
    Exchange2016,
    /// Exchange Online, as it spoke then.
    ExchangeOnline(OnlineEra),
}

impl Product {
    /// All of them, the oldest first.
    pub const ALL: [Self; 9] = [
        Self::Exchange2010,
        Self::Exchange2013Early,
        Self::Exchange2013,
        Self::Exchange2016,
        Self::ExchangeOnline(OnlineEra::Early2017),
        Self::ExchangeOnline(OnlineEra::Late2017),
        Self::ExchangeOnline(OnlineEra::From2018),
        Self::ExchangeOnline(OnlineEra::From2020),
        Self::ExchangeOnline(OnlineEra::From2023),
    ];

    /// Whether it is Exchange Online.
    #[must_use]
    pub fn is_online(self) -> bool {
        matches!(self, Self::ExchangeOnline(_))
    }
}

impl From<Version> for Product {
    fn from(version: Version) -> Self {
        match version {
            Version::Exchange2010 => Self::Exchange2010,
            Version::Exchange2013 => Self::Exchange2013,
            _ => Self::Exchange2016,
        }
    }
}
