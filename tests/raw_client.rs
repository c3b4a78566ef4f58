//! A client that does what a test tells it and nothing else, over blocking sockets.

use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

/// Long enough that only a hanging server reaches it.
const PATIENCE: Duration = Duration::from_secs(20);

/// A connection, in clear or inside TLS.
pub(crate) enum RawClient {
    Clear(TcpStream),
    Tls(Box<StreamOwned<ClientConnection, TcpStream>>),
}

impl RawClient {
    /// Connects and says nothing.
    pub(crate) fn connect(addr: SocketAddr) -> Self {
        let stream = TcpStream::connect(addr).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream.set_write_timeout(Some(PATIENCE)).unwrap();
        stream.set_nodelay(true).unwrap();
        Self::Clear(stream)
    }

    /// Connects and reads the greeting.
    pub(crate) fn greeted(addr: SocketAddr) -> Self {
        let mut client = Self::connect(addr);
        assert!(client.reply().starts_with("220"));
        client
    }

    /// Connects, reads the greeting and says EHLO.
    pub(crate) fn helloed(addr: SocketAddr) -> Self {
        let mut client = Self::greeted(addr);
        assert!(client.say("EHLO c.test").starts_with("250"));
        client
    }

    /// Connects and goes inside TLS with STARTTLS, EHLO said again.
    pub(crate) fn inside_tls(addr: SocketAddr, root: &mailfault::Der) -> Self {
        let mut client = Self::helloed(addr);
        assert!(client.say("STARTTLS").starts_with("220"));
        let mut client = client.tls(client_config(root)).unwrap();
        assert!(client.say("EHLO c.test").starts_with("250"));
        client
    }

    /// Does the client's side of a handshake, for the name `mx.test`.
    pub(crate) fn tls(self, config: ClientConfig) -> io::Result<Self> {
        let Self::Clear(mut stream) = self else {
            panic!("this is TLS already")
        };
        let name = ServerName::try_from("mx.test").unwrap();
        let mut tls = ClientConnection::new(Arc::new(config), name).unwrap();
        tls.complete_io(&mut stream)?;
        Ok(Self::Tls(Box::new(StreamOwned::new(tls, stream))))
    }

    /// Sends bytes as they are. A connection that is gone is the reader's to find.
    pub(crate) fn send(&mut self, bytes: impl AsRef<[u8]>) {
        let _ = match self {
            Self::Clear(stream) => stream.write_all(bytes.as_ref()),
            Self::Tls(stream) => stream
                .write_all(bytes.as_ref())
                .and_then(|()| stream.flush()),
        };
    }

    /// Sends a line and reads the reply to it.
    pub(crate) fn say(&mut self, line: &str) -> String {
        self.send(format!("{line}\r\n"));
        self.reply()
    }

    /// Sends nothing more; what the server still says can be read.
    pub(crate) fn half_close(&self) {
        // A connection that was reset meanwhile is the reader's to find.
        let _ = self.socket().shutdown(Shutdown::Write);
    }

    /// One reply, all its lines; empty at the end of the connection.
    ///
    /// Octet by octet: what follows the reply is left for the next reader.
    pub(crate) fn reply(&mut self) -> String {
        let mut reply = Vec::new();
        let mut line = 0;
        let mut octet = [0];
        while self.read(&mut octet).unwrap_or(0) == 1 {
            reply.push(octet[0]);
            if octet[0] == b'\n' {
                if reply.get(line + 3) != Some(&b'-') {
                    break;
                }
                line = reply.len();
            }
        }
        String::from_utf8_lossy(&reply).into_owned()
    }

    /// Everything up to the end of the connection; the error if it was reset.
    pub(crate) fn rest(&mut self) -> io::Result<String> {
        let mut all = Vec::new();
        match self {
            Self::Clear(stream) => stream.read_to_end(&mut all)?,
            Self::Tls(stream) => stream.read_to_end(&mut all)?,
        };
        Ok(String::from_utf8_lossy(&all).into_owned())
    }

    /// So many octets, as they come.
    pub(crate) fn read_exact(&mut self, into: &mut [u8]) -> io::Result<()> {
        match self {
            Self::Clear(stream) => stream.read_exact(into),
            Self::Tls(stream) => stream.read_exact(into),
        }
    }

    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Clear(stream) => stream.read(into),
            Self::Tls(stream) => stream.read(into),
        }
    }

    fn socket(&self) -> &TcpStream {
        match self {
            Self::Clear(stream) => stream,
            Self::Tls(stream) => stream.get_ref(),
        }
    }
}

/// A rustls client, on another provider than the server's, that trusts this root alone.
pub(crate) fn client_config(root: &mailfault::Der) -> ClientConfig {
    client_builder(&[&rustls::version::TLS13, &rustls::version::TLS12], root)
}

/// The same for some versions only.
pub(crate) fn client_builder(
    versions: &[&'static rustls::SupportedProtocolVersion],
    root: &mailfault::Der,
) -> ClientConfig {
    let mut roots = RootCertStore::empty();
    roots
        .add(CertificateDer::from(root.as_bytes().to_vec()))
        .unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(versions)
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth()
}
