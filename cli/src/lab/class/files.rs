//! How many files the command may have open: each lab has dozens of sockets.

/// Asks for as many as the system lets this user have; without, a large class runs short.
#[cfg(unix)]
pub(crate) fn allow_many() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let Rlimit { maximum, .. } = getrlimit(Resource::Nofile);
    let current = Some(maximum.unwrap_or(MANY).min(MANY));
    // If it is refused, whoever needs more is told by the lab that cannot be opened.
    let _ = setrlimit(Resource::Nofile, Rlimit { current, maximum });
}

/// Enough for a class of 200.
#[cfg(unix)]
const MANY: u64 = 65_536;

/// Other systems have no such limit.
#[cfg(not(unix))]
pub(crate) fn allow_many() {}
