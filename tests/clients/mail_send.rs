//! mail-send, in this process, with rustls. It knows STARTTLS as required only.

use std::sync::Arc;

use mail_send::SmtpClientBuilder;
use mail_send::smtp::message::Message;
use rustls::pki_types::CertificateDer;
use rustls::{ClientConfig, RootCertStore};

use super::Client;
use super::errand::{CLIENT, Errand, FROM, NAME, PASSWORD, Said, TO, USER, content};
use crate::support::program::LIMIT;

fn client() -> Client {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    Client::new("mail-send", move |errand: &Errand| {
        Said::result(match runtime.block_on(send(errand)) {
            Ok(()) => Ok("sent".to_owned()),
            Err(error) => Err(error.to_string()),
        })
    })
}

async fn send(errand: &Errand) -> mail_send::Result<()> {
    let mut roots = RootCertStore::empty();
    for root in &errand.roots {
        let root = CertificateDer::from(root.as_bytes().to_vec());
        roots.add(root).expect("a certificate");
    }
    let provider = rustls::crypto::ring::default_provider();
    let config = ClientConfig::builder_with_provider(Arc::new(provider))
        .with_safe_default_protocol_versions()
        .expect("versions of TLS")
        .with_root_certificates(roots)
        .with_no_client_auth();
    let port = errand.server.port();
    let mut builder =
        SmtpClientBuilder::new_with_tls_connector(NAME, port, Arc::new(config).into())
            .implicit_tls(false)
            .helo_host(CLIENT)
            .credentials((USER, PASSWORD))
            .timeout(LIMIT);
    builder.addr = errand.server.to_string();
    let mut client = builder.connect().await?;
    client
        .send(Message::new(FROM, [TO], content().as_bytes()))
        .await?;
    // It is sent, whatever becomes of the connection.
    let _ = client.quit().await;
    Ok(())
}

#[test]
fn verifying() {
    let mail_send = client();
    mail_send.check(
        "
        control/starttls                            delivered     -   sent
        tls/expired                                 refused-tls   45  TLS error: invalid peer certificate: certificate expired
        tls/self-signed                             refused-tls   48  TLS error: invalid peer certificate: UnknownIssuer
        tls/untrusted-root                          refused-tls   48  TLS error: invalid peer certificate: UnknownIssuer
        tls/wrong-name                              refused-tls   42  TLS error: invalid peer certificate: certificate not valid for name
        tls/missing-intermediate                    refused-tls   48  TLS error: invalid peer certificate: UnknownIssuer
        starttls/stripped                           refused-tls   -   STARTTLS extension unavailable
        starttls/masked                             refused-tls   -   STARTTLS extension unavailable
        starttls/offered-then-454                   refused-tls   -   Unexpected reply: Code: 454
        starttls/offered-then-502                   refused-tls   -   Unexpected reply: Code: 502
        mail/rcpt-450-4.7.1                         refused-smtp  -   Unexpected reply: Code: 450
        mail/body-554-5.7.1                         refused-smtp  -   Unexpected reply: Code: 554
        net/reset-after-final-dot                   gave-up       -   Connection reset by peer
        starttls/220-multiline                      delivered     -   sent
        starttls/220-no-text                        delivered     -   sent
        starttls/220-then-alert-40                  refused-tls   -   TLS error: received fatal alert: HandshakeFailure
        starttls/220-then-close-after-client-hello  refused-tls   -   I/O error: tls handshake eof
        starttls/close-instead-of-reply             refused-tls   -   Unparseable SMTP reply
        starttls/offered-then-250                   delivered     -   sent
        mail/greeting-554                           refused-smtp  -   Unexpected reply: Code: 554
        mail/rcpt-251                               delivered     -   sent
        mail/body-200                               delivered     -   sent
        mail/quit-500                               delivered     -   sent
        net/close-before-greeting                   gave-up       -   Unparseable SMTP reply
        net/reset-at-rcpt                           gave-up       -   I/O error: Connection reset by peer (os error 104)
        net/close-at-quit                           delivered     -   sent
        net/reply-byte-by-byte                      delivered     -   sent
        ",
    );
}

#[test]
fn greylisting() {
    client().check_greylisting("Code: 451");
}
