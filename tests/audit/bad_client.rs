//! A mail client with every bad habit: it takes any certificate, goes on in clear where there is no TLS, believes what
//! it was told before TLS, logs in wherever AUTH is offered, sends again what was not answered in words that it knows,
//! and waits for long.

use std::io::Read;
use std::sync::Arc;

use mailfault::audit::Case;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::ring;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, Error, SignatureScheme};

use crate::raw_client::RawClient;

pub(super) fn send(case: &Case) -> Result<(), String> {
    // Without TLS is better than not at all, it thinks.
    let client = begin(case, true).or_else(|| begin(case, false));
    let (mut client, offered) = client.ok_or("no way in")?;
    if offered.contains("AUTH") {
        client.say("AUTH PLAIN AGFsaWNlAHNlY3JldA==");
    }
    for _ in 0..2 {
        let reply = message(&mut client, case);
        if reply.starts_with("250 ") {
            client.say("QUIT");
            return Ok(());
        }
        if !reply.starts_with("250") {
            return Err(reply);
        }
    }
    Err("sent twice, and still no answer that it knows".to_owned())
}

/// A connection on which EHLO was answered, and what is offered there; with TLS, or without.
fn begin(case: &Case, tls: bool) -> Option<(RawClient, String)> {
    let mut client = RawClient::connect(case.addr());
    client.reply();
    let offered = client.say("EHLO bad.example.test");
    if !tls || !offered.contains("STARTTLS") {
        return Some((client, offered)).filter(|_| !tls);
    }
    if !client.say("STARTTLS").starts_with("220") {
        return None;
    }
    let told = left_over(&client);
    let mut client = client.tls(trusting()).ok()?;
    client.send("EHLO bad.example.test\r\n");
    let offered = if told.starts_with("250") {
        told
    } else {
        client.reply()
    };
    Some((client, offered))
}

fn message(client: &mut RawClient, case: &Case) -> String {
    for command in [
        format!("MAIL FROM:<{}>", case.from()),
        format!("RCPT TO:<{}>", case.to()),
    ] {
        let reply = client.say(&command);
        if !reply.starts_with('2') {
            return reply;
        }
    }
    let reply = client.say("DATA");
    match reply.starts_with("354") {
        true => client.say("Subject: hello\r\n\r\nhello\r\n."),
        false => reply,
    }
}

/// What has arrived and was not read.
fn left_over(client: &RawClient) -> String {
    let RawClient::Clear(stream) = client else {
        return String::new();
    };
    let mut octets = [0; 4096];
    stream.set_nonblocking(true).unwrap();
    let count = (&mut &*stream).read(&mut octets).unwrap_or_default();
    stream.set_nonblocking(false).unwrap();
    String::from_utf8_lossy(&octets[..count]).into_owned()
}

/// TLS that takes every certificate.
fn trusting() -> ClientConfig {
    let provider = Arc::new(ring::default_provider());
    ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(AnythingGoes))
        .with_no_client_auth()
}

#[derive(Debug)]
struct AnythingGoes;

impl ServerCertVerifier for AnythingGoes {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn verify_tls13_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        let provider = ring::default_provider();
        provider
            .signature_verification_algorithms
            .supported_schemes()
    }
}
