//! End to end: everything here talks to a server over a real socket. The command's tests are in `cli/tests`.
//!
//! One binary, so that it links once. Nothing sleeps, polls, retries or fixes a port.

mod audit; // whole audits: a client that is right, one that is wrong, one that cannot deliver
mod casts; // the cases: systems that get into trouble by themselves, met by real clients
mod catalogue; // all of the catalogue is served, or there is a reason
mod chaos; // chance by seed: replayed under load, and named when a test fails
mod client_table; // the published table of faults and clients is true to the data
mod clients; // real mail clients against the library: what they said, and what our report says
mod eop; // the model of EOP: what it shows, whose mail it takes for whose, what it says to others
mod exchange; // the model of Exchange: it chooses its certificates, and refuses, by itself
mod exchange_log; // the logs of Exchange: of sessions of real clients, and read again
mod faults; // every stage × action, observed by a client
mod field; // the cases from the field: met by real clients, mended, and met again
mod fragments; // the size of TLS records, counted by `openssl s_client`
mod handshake; // every handshake fault, seen by rustls and openssl
mod healthy; // the server without faults, by its RFCs
mod hostile; // bytes that no client should send: no panic, no hang, bounded memory
mod intercept; // the box in between: what it does, seen by real clients and by the server behind it
mod judges; // those who judge: held against what clients were seen to say, and against openssl, Postfix and others
mod labs; // the labs: solved, bought with security, and every wrong move
#[cfg(feature = "legacy-tls")]
mod legacy; // old TLS for real, with the feature `legacy-tls`
mod parallel; // many servers in one process: no clash, no cross-talk, nothing left behind
mod patience; // words of faults that take their time: throttles, budgets, replies without an end
mod personas; // whole conversations with each persona, held against a snapshot
mod protocol; // words of faults beyond stage × action: turns, rates, lots, ends of data, early and late replies
mod queues; // queues by property: each recipient has one fate, and time never goes back
mod raw_client; // a client that does what a test tells it and nothing else
mod revocation; // lists, responders and staples, seen by openssl, curl and GnuTLS
mod shell; // the management shell: what its cmdlets show, what they change, and that nothing breaks it
mod support; // what the tests of real clients share
mod tls; // TLS as the server speaks it: which certificate, which version, whose
mod wordings; // what TLS clients say of the faults of a certificate, held against what they said before
