//! The first line of `serve`.

use std::net::SocketAddr;
use std::path::Path;

use mailfault::scenario::Scenario;
use serde::Serialize;

use crate::play::Target;

/// Clients can connect.
#[derive(Serialize)]
pub(crate) struct Ready<'a> {
    ready: bool,
    servers: [Server<'a>; 1],
    ca: &'a Path,
    crl: &'a Path,
    out: Option<&'a Path>,
}

#[derive(Serialize)]
struct Server<'a> {
    name: &'static str,
    persona: &'a str,
    host: &'a str,
    addr: SocketAddr,
    implicit_addr: Option<SocketAddr>,
    tls_name: &'a str,
    crl_url: Option<&'a str>,
    ocsp_url: Option<&'a str>,
    connectors: [(); 0],
}

impl<'a> Ready<'a> {
    pub(crate) fn new(scenario: &'a Scenario, target: &'a Target, out: Option<&'a Path>) -> Self {
        let persona = &scenario.server.persona;
        Self {
            ready: true,
            servers: [Server {
                name: "server",
                persona: &persona.name,
                host: &persona.host,
                addr: target.addr,
                implicit_addr: target.implicit_addr,
                tls_name: &target.name,
                crl_url: target.crl_url.as_deref(),
                ocsp_url: target.ocsp_url.as_deref(),
                connectors: [],
            }],
            ca: Path::new(&target.ca),
            crl: Path::new(&target.crl),
            out,
        }
    }
}
