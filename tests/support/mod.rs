//! What the tests share.

pub(crate) mod chance;
pub(crate) mod program; // programs that are installed, or not, and a bound on the time they take
