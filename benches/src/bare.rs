//! The floor: a loop on tokio and tokio-rustls that speaks as much SMTP as a handshake needs,
//! records nothing and knows no faults.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use mailfault::Identity;
use rustls::ServerConfig;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::server::NoServerSessionStorage;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

/// Listens on a thread of its own, for as long as the process lives.
pub(crate) fn start(identity: &Identity) -> io::Result<SocketAddr> {
    let acceptor = TlsAcceptor::from(config(identity));
    let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    listener.set_nonblocking(true)?;
    let addr = listener.local_addr()?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_io()
        .build()?;
    std::thread::spawn(move || {
        runtime.block_on(async move {
            let listener = TcpListener::from_std(listener)?;
            loop {
                let (stream, _) = listener.accept().await?;
                tokio::spawn(session(stream, acceptor.clone()));
            }
            #[expect(unreachable_code, reason = "names the error of `?`")]
            io::Result::Ok(())
        })
    });
    Ok(addr)
}

/// The same as the library's: no tickets, no resumption.
fn config(identity: &Identity) -> Arc<ServerConfig> {
    let provider = Arc::new(rustls_graviola::default_provider());
    let chain = identity.chain().iter();
    let chain = chain.map(|der| CertificateDer::from(der.as_bytes().to_vec()));
    let key = PrivatePkcs8KeyDer::from(identity.key().as_bytes().to_vec());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("the provider knows both versions")
        .with_no_client_auth()
        .with_single_cert(chain.collect(), PrivateKeyDer::Pkcs8(key))
        .expect("the key is the certificate's");
    config.session_storage = Arc::new(NoServerSessionStorage {});
    config.send_tls13_tickets = 0;
    Arc::new(config)
}

async fn session(mut stream: TcpStream, acceptor: TlsAcceptor) -> io::Result<()> {
    stream.set_nodelay(true)?;
    stream.write_all(b"220 mx.test\r\n").await?;
    if talk(&mut stream).await? {
        let mut stream = acceptor.accept(stream).await?;
        talk(&mut stream).await?;
        stream.shutdown().await?;
    }
    Ok(())
}

/// Talks until STARTTLS, which is true, or QUIT or the end, which is false.
async fn talk(stream: &mut (impl AsyncRead + AsyncWrite + Unpin)) -> io::Result<bool> {
    let mut line = [0; 512];
    let mut end = 0;
    loop {
        let count = stream.read(&mut line[end..]).await?;
        if count == 0 {
            return Ok(false);
        }
        end += count;
        if line[end - 1] != b'\n' {
            continue;
        }
        let reply: &[u8] = match &line[..4] {
            b"EHLO" => b"250-mx.test\r\n250-8BITMIME\r\n250 STARTTLS\r\n",
            b"STAR" => b"220 go ahead\r\n",
            b"QUIT" => b"221 bye\r\n",
            _ => b"502 not here\r\n",
        };
        stream.write_all(reply).await?;
        match &line[..4] {
            b"STAR" => return Ok(true),
            b"QUIT" => return Ok(false),
            _ => end = 0,
        }
    }
}
