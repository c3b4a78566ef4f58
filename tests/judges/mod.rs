//! Those who judge, held against those whom they imitate.

mod agreement; // against `verdicts.tsv`, and the published figures
mod dane; // what DNS says, and the digests of the openssl command line
mod differences; // where they differ, and why
mod openssl_servers; // servers of the openssl command line, before the real clients and the judges
mod postfix; // a real Postfix, probed
mod revocation; // lists and staples
mod senders; // EOP and Exchange: every form of their words
mod troubles; // servers that come to no TLS
