//! The load: one blocking client for all servers. It speaks to loopback only, waits for every
//! reply, and checks its first digit.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::Duration;

use rustls::client::Resumption;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{
    ClientConfig, ClientConnection, DigitallySignedStruct, SignatureScheme, StreamOwned,
    SupportedProtocolVersion,
};

/// A session that has said EHLO, inside TLS where TLS was asked for.
pub(crate) struct Client {
    link: Link,
    reply: Vec<u8>,
}

enum Link {
    Plain(TcpStream),
    Tls(Box<StreamOwned<ClientConnection, TcpStream>>),
}

impl Client {
    pub(crate) fn connect(addr: SocketAddr, tls: Option<&Arc<ClientConfig>>) -> io::Result<Self> {
        let mut client = Self::greeted(addr)?;
        client.say(b"EHLO client.test\r\n", b'2')?;
        match tls {
            None => Ok(client),
            Some(config) => {
                let mut client = client.start_tls(config)?;
                client.say(b"EHLO client.test\r\n", b'2')?;
                Ok(client)
            }
        }
    }

    /// Connects and reads the greeting.
    pub(crate) fn greeted(addr: SocketAddr) -> io::Result<Self> {
        assert!(addr.ip().is_loopback(), "the load is for loopback only");
        let stream = TcpStream::connect(addr)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(Duration::from_secs(20)))?;
        let mut client = Self {
            link: Link::Plain(stream),
            reply: Vec::with_capacity(1024),
        };
        client.expect(b'2')?;
        Ok(client)
    }

    /// Says STARTTLS and does the handshake.
    pub(crate) fn start_tls(mut self, config: &Arc<ClientConfig>) -> io::Result<Self> {
        self.say(b"STARTTLS\r\n", b'2')?;
        let Link::Plain(mut stream) = self.link else {
            return Err(io::Error::other("TLS twice"));
        };
        let name = ServerName::try_from("mx.test").map_err(io::Error::other)?;
        let mut connection =
            ClientConnection::new(Arc::clone(config), name).map_err(io::Error::other)?;
        while connection.is_handshaking() {
            connection.complete_io(&mut stream)?;
        }
        Ok(Self {
            link: Link::Tls(Box::new(StreamOwned::new(connection, stream))),
            reply: self.reply,
        })
    }

    /// Sends one message; `content` ends with the dot.
    pub(crate) fn send(&mut self, content: &[u8]) -> io::Result<()> {
        self.say(b"MAIL FROM:<alice@client.test>\r\n", b'2')?;
        self.say(b"RCPT TO:<bob@mx.test>\r\n", b'2')?;
        self.say(b"DATA\r\n", b'3')?;
        self.say(content, b'2')
    }

    pub(crate) fn quit(mut self) -> io::Result<()> {
        self.say(b"QUIT\r\n", b'2')
    }

    /// The open connection alone: it stays idle, and costs this process next to nothing.
    pub(crate) fn into_socket(self) -> TcpStream {
        match self.link {
            Link::Plain(stream) => stream,
            Link::Tls(stream) => stream.into_parts().1,
        }
    }

    fn say(&mut self, bytes: &[u8], digit: u8) -> io::Result<()> {
        match &mut self.link {
            Link::Plain(stream) => stream.write_all(bytes)?,
            Link::Tls(stream) => {
                stream.write_all(bytes)?;
                stream.flush()?;
            }
        }
        self.expect(digit)
    }

    /// Reads one reply to its last line.
    fn expect(&mut self, digit: u8) -> io::Result<()> {
        self.reply.clear();
        while !is_complete(&self.reply) {
            let mut piece = [0; 1024];
            let count = match &mut self.link {
                Link::Plain(stream) => stream.read(&mut piece)?,
                Link::Tls(stream) => stream.read(&mut piece)?,
            };
            if count == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            self.reply.extend_from_slice(&piece[..count]);
        }
        match self.reply.first() {
            Some(first) if *first == digit => Ok(()),
            _ => Err(io::Error::other(
                String::from_utf8_lossy(&self.reply).into_owned(),
            )),
        }
    }
}

/// Whether the last line that came is the last of a reply: `250 …`, not `250-…`.
fn is_complete(reply: &[u8]) -> bool {
    let Some(lines) = reply.strip_suffix(b"\r\n") else {
        return false;
    };
    let last = lines.rsplit(|byte| *byte == b'\n').next();
    last.is_some_and(|line| line.get(3).is_none_or(|separator| *separator == b' '))
}

/// A message of about this size with its final dot, in lines of 72.
pub(crate) fn content(octets: usize) -> Vec<u8> {
    let mut content = b"From: alice@client.test\r\nTo: bob@mx.test\r\nSubject: load\r\n\
        Message-ID: <1@client.test>\r\n\r\n"
        .to_vec();
    while content.len() + 72 < octets {
        content.extend_from_slice(&[b'x'; 70]);
        content.extend_from_slice(b"\r\n");
    }
    content.extend_from_slice(b".\r\n");
    content
}

/// TLS without resumption, of one version or of both, with the provider of the servers.
///
/// It looks at signatures and not at chains: the load is there to keep a server busy.
pub(crate) fn tls(versions: &[&'static SupportedProtocolVersion]) -> Arc<ClientConfig> {
    let provider = Arc::new(rustls_graviola::default_provider());
    let verifier = Arc::new(AnyChain(Arc::clone(&provider)));
    let config = ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(versions)
        .expect("the provider knows both versions");
    let mut config = config
        .dangerous()
        .with_custom_certificate_verifier(verifier)
        .with_no_client_auth();
    config.resumption = Resumption::disabled();
    Arc::new(config)
}

#[derive(Debug)]
struct AnyChain(Arc<CryptoProvider>);

impl ServerCertVerifier for AnyChain {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let known = &self.0.signature_verification_algorithms;
        rustls::crypto::verify_tls12_signature(message, certificate, signed, known)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let known = &self.0.signature_verification_algorithms;
        rustls::crypto::verify_tls13_signature(message, certificate, signed, known)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
