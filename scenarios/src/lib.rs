//! x
/// x
pub fn all() -> &'static [(&'static str, &'static str)] { &[] }
