//! The two ways in which protocol logs are laid out.

/// How a protocol log is laid out: older versions spend a row on each line of a reply and on each
/// fact of a certificate, newer ones a row on all of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Era {
    /// A row for each line, and six for a certificate: 2010, 2013, and the first builds of 2016.
    PerLine,
    /// A row for each reply, and one for a certificate: later cumulative updates of 2016, 2019,
    /// and Subscription Edition.
    Packed,
}

impl Era {
    /// That of the version of Exchange that is named after this year; Subscription Edition is of
    /// 2025. Which update of 2016 was the first to pack is not known: packed is what one meets.
    ///
    /// ```
    /// use mailfault::exchange::log::Era;
    ///
    /// assert_eq!(Era::of_release(2013), Era::PerLine);
    /// assert_eq!(Era::of_release(2019), Era::Packed);
    /// ```
    #[must_use]
    pub fn of_release(year: u16) -> Self {
        match year < 2016 {
            true => Self::PerLine,
            false => Self::Packed,
        }
    }
}
