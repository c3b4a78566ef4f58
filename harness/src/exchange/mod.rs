//! Exchange Server on-premises, as far as mail flow shows it (feature `models`).

pub mod log;
