//! Where a client is known to do or say something else than the table has, and why.

/// A difference that is known; it fails when it stops being one.
pub(super) struct Difference {
    pub(super) fault: &'static str,
    pub(super) client: &'static str,
    /// Part of what it says here.
    pub(super) says: &'static str,
    pub(super) why: &'static str,
}

pub(super) const DIFFERENCES: &[Difference] = &[];
