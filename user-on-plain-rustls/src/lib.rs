//! A mail client as a user of mailfault might have it, on plain `rustls`.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;

use rustls::pki_types::{CertificateDer, ServerName, pem::PemObject};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

/// Sends a message with STARTTLS, and only with STARTTLS.
pub fn send_secure(server: SocketAddr, name: &str, roots: &str) -> io::Result<()> {
    let mut trusted = RootCertStore::empty();
    for root in CertificateDer::pem_slice_iter(roots.as_bytes()) {
        trusted
            .add(root.map_err(io::Error::other)?)
            .map_err(io::Error::other)?;
    }
    // The line that must not panic: it asks for the process's provider.
    let config = ClientConfig::builder()
        .with_root_certificates(trusted)
        .with_no_client_auth();

    let mut clear = BufReader::new(TcpStream::connect(server)?);
    expect(&mut clear, "220")?;
    say(&mut clear, "EHLO client.test", "250")?;
    say(&mut clear, "STARTTLS", "220")?;
    let name = ServerName::try_from(name.to_owned()).map_err(io::Error::other)?;
    let tls = ClientConnection::new(Arc::new(config), name).map_err(io::Error::other)?;
    let mut tls = BufReader::new(StreamOwned::new(tls, clear.into_inner()));
    say(&mut tls, "EHLO client.test", "250")?;
    say(&mut tls, "MAIL FROM:<alice@client.test>", "250")?;
    say(&mut tls, "RCPT TO:<bob@example.test>", "250")?;
    say(&mut tls, "DATA", "354")?;
    say(&mut tls, "Subject: hi\r\n\r\nhello\r\n.", "250")?;
    say(&mut tls, "QUIT", "221")
}

fn say<S: Read + Write>(server: &mut BufReader<S>, line: &str, code: &str) -> io::Result<()> {
    server
        .get_mut()
        .write_all(format!("{line}\r\n").as_bytes())?;
    server.get_mut().flush()?;
    expect(server, code)
}

fn expect<S: Read>(server: &mut BufReader<S>, code: &str) -> io::Result<()> {
    let mut line = String::new();
    while server.read_line(&mut line)? > 0 && line.as_bytes().get(3) == Some(&b'-') {
        line.clear();
    }
    match line.starts_with(code) {
        true => Ok(()),
        false => Err(io::Error::other(line)),
    }
}
