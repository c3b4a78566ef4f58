//! mailin-embedded: a thread for each session, out of a pool.

use std::collections::VecDeque;
use std::error::Error;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};

use mailfault::Identity;
use mailin_embedded::{Handler, Response, Server, SslConfig, response};
use socket2::{Domain, Socket, Type};

/// More than the load has connections.
const THREADS: u32 = 16;

/// How many octets of mail this and our own server keep: little enough that both are full soon,
/// and the operating system is not asked for memory while they are measured.
pub(crate) const KEPT_MAIL: usize = 8 * 1024 * 1024;

/// Listens on a thread of its own, for as long as the process lives. The crate has no word for
/// `nodelay`; with it the listener is given the option, which its connections inherit on Linux.
pub(crate) fn start(identity: &Identity, nodelay: bool) -> Result<SocketAddr, Box<dyn Error>> {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None)?;
    socket.bind(&SocketAddr::from((Ipv4Addr::LOCALHOST, 0)).into())?;
    socket.listen(1024)?;
    socket.set_tcp_nodelay(nodelay)?;
    let listener = std::net::TcpListener::from(socket);
    let addr = listener.local_addr()?;
    // It asks for the provider of the process: the same for everybody.
    let _ = rustls_graviola::default_provider().install_default();
    let folder = tempfile::tempdir()?;
    let path = |name: &str| folder.path().join(name).display().to_string();
    let (cert_path, key_path) = (path("chain.pem"), path("key.pem"));
    std::fs::write(&cert_path, identity.pem().as_str())?;
    std::fs::write(&key_path, identity.key_pem().as_str())?;
    let mut server = Server::new(Inbox::default());
    server
        .with_name("mx.test")
        .with_num_threads(THREADS)
        .with_tcp_listener(listener)
        .with_ssl(SslConfig::SelfSigned {
            cert_path,
            key_path,
        })?;
    std::thread::spawn(move || {
        if let Err(error) = server.serve() {
            eprintln!("mailin-embedded: {error}");
        }
    });
    Ok(addr)
}

/// Keeps what comes, as a mock server does, within the same bound as the library.
#[derive(Clone, Default)]
struct Inbox {
    message: Vec<u8>,
    kept: Arc<Mutex<Kept>>,
}

#[derive(Default)]
struct Kept {
    mail: VecDeque<Vec<u8>>,
    octets: usize,
}

impl Handler for Inbox {
    fn data(&mut self, line: &[u8]) -> io::Result<()> {
        self.message.extend_from_slice(line);
        Ok(())
    }

    fn data_end(&mut self) -> Response {
        let message = std::mem::take(&mut self.message);
        let mut kept = self
            .kept
            .lock()
            .expect("no session panics while it keeps mail");
        kept.octets += message.len();
        kept.mail.push_back(message);
        while kept.octets > KEPT_MAIL
            && let Some(oldest) = kept.mail.pop_front()
        {
            kept.octets -= oldest.len();
        }
        response::OK
    }
}
