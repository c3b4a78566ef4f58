//! The box in between: a firewall, a gateway, an attacker on the line.
//!
//! An [`Interceptor`] stands in front of a server and passes on what each side says, as a proxy
//! that knows STARTTLS and does something with it: it takes the keyword out, overwrites it in place
//! as a Cisco ASA does, refuses the command, breaks what follows it, or ends TLS itself with
//! another certificate. It may also do nothing at all. Both legs are recorded, and so is whatever
//! was changed.
//!
//! ```
//! use std::io::{BufRead, BufReader, Write};
//! use std::net::TcpStream;
//!
//! use mailfault::intercept::{Change, Interceptor};
//! use mailfault::{Ca, MockServer};
//!
//! let server = MockServer::builder().starttls(Ca::new().issue("mx.test")).start();
//! let firewall = Interceptor::before(server.addr()).mask_starttls().start();
//!
//! let mut client = TcpStream::connect(firewall.addr())?;
//! client.write_all(b"EHLO client.test\r\nQUIT\r\n")?;
//! let heard: Vec<String> = BufReader::new(client).lines().collect::<Result<_, _>>()?;
//! assert!(heard.iter().any(|line| line.ends_with("XXXXXXXA")));
//!
//! let session = &firewall.finish().sessions[0];
//! assert!(matches!(session.changes[0], Change::Reply { .. }));
//! assert!(!session.client.transcript.to_string().contains("250-STARTTLS"));
//! assert!(session.server.transcript.to_string().contains("STARTTLS"));
//! # Ok::<(), std::io::Error>(())
//! ```
//!
//! An [`Appliance`] is a box that is sold, with what is known of it. The classic support case is
//! one line, and its fix another:
//!
//! ```
//! use mailfault::intercept::{Appliance, Interceptor};
//! use mailfault::{Ca, MockServer};
//!
//! let server = MockServer::start();
//! let barracuda = Interceptor::before(server.addr()).appliance(Appliance::barracuda_esg()).start();
//! assert!(barracuda.certificate().unwrap().subject().to_string().contains("Barracuda"));
//!
//! barracuda.set_certificate(&Ca::new().issue("mail.contoso.test"));
//! ```
//!
//! What cannot be done: a box that opens TLS cannot pass the client's certificate on. It has no key
//! to prove it with, and the server would have to be asked within another connection;
//! [`Builder::drop_client_certificate`] shows the loss.
//!
//! # How it works
//!
//! `relay` holds a session: one task, two connections (`connection`), a bounded buffer in each
//! direction. `from_client` and `from_server` settle what passes, by `rules`; `opening` is TLS that
//! ends in the box, `upstream` the box's own TLS as a client; `ehlo` edits the one reply that is
//! edited. Where nothing is to be changed octets pass before they are understood, so that a box
//! that only watches harms nothing. Content, chunks and TLS are never searched for commands.

pub use appliance::{Appliance, ApplianceTls};
pub use bounds::Bounds;
pub use builder::Builder;
pub use greylist::Greylist;
pub use interceptor::Interceptor;
pub use ledger::Side;
pub use report::{Change, Crossing, Leg, Opaque, Report};
pub use tampering::{Break, Keywords, Tampering, Unknown};
pub use upstream::UpstreamTls;

mod appliance;
mod bounds;
mod builder;
mod clash;
mod connection;
mod ehlo;
mod from_client;
mod from_server;
mod greylist;
mod headers;
mod interceptor;
mod ledger;
mod opening;
mod recognise;
mod relay;
mod report;
mod rules;
mod tampering;
mod upstream;
