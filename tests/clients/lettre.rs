//! lettre, in this process, with rustls.

use lettre::address::Envelope;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, CertificateStore, Tls, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use lettre::{SmtpTransport, Transport};

use super::Client;
use super::errand::{CLIENT, Errand, FROM, NAME, PASSWORD, Said, TO, USER, content};
use crate::support::program::LIMIT;

fn client(column: &'static str, tls: fn(TlsParameters) -> Tls) -> Client {
    Client::new(column, move |errand: &Errand| {
        let mut parameters =
            TlsParameters::builder(NAME.to_owned()).certificate_store(CertificateStore::None);
        for root in &errand.roots {
            let root = Certificate::from_der(root.as_bytes().to_vec()).expect("a certificate");
            parameters = parameters.add_root_certificate(root);
        }
        let parameters = parameters.build().expect("parameters that rustls takes");
        let transport = SmtpTransport::builder_dangerous(errand.server.ip().to_string())
            .port(errand.server.port())
            .hello_name(ClientId::Domain(CLIENT.to_owned()))
            .credentials(Credentials::new(USER.to_owned(), PASSWORD.to_owned()))
            .tls(tls(parameters))
            .timeout(Some(LIMIT))
            .build();
        let address = |address: &str| address.parse().expect("an address");
        let envelope = Envelope::new(Some(address(FROM)), vec![address(TO)]).expect("an envelope");
        Said::result(match transport.send_raw(&envelope, content().as_bytes()) {
            Ok(response) => Ok(response.code().to_string()),
            Err(error) => Err(format!("{error} | {error:?}")),
        })
    })
}

#[test]
fn verifying() {
    let lettre = client("lettre Tls::Required", Tls::Required);
    lettre.check(
        "
        control/starttls                            delivered     -   250
        tls/expired                                 refused-tls   45  invalid peer certificate: certificate expired
        tls/self-signed                             refused-tls   48  invalid peer certificate: UnknownIssuer
        tls/untrusted-root                          refused-tls   48  invalid peer certificate: UnknownIssuer
        tls/wrong-name                              refused-tls   42  invalid peer certificate: certificate not valid for name
        tls/missing-intermediate                    refused-tls   48  invalid peer certificate: UnknownIssuer
        starttls/stripped                           refused-tls   -   STARTTLS is not supported on this server
        starttls/masked                             refused-tls   -   STARTTLS is not supported on this server
        starttls/offered-then-454                   refused-tls   -   transient error (454): 4.7.0 TLS not available due to temporary reason
        starttls/offered-then-502                   refused-tls   -   permanent error (502): 5.5.1 Command not implemented
        mail/rcpt-450-4.7.1                         refused-smtp  -   transient error (450): 4.7.1 greylisted
        mail/body-554-5.7.1                         refused-smtp  -   permanent error (554): 5.7.1
        net/reset-after-final-dot                   gave-up       -   network error: Connection reset by peer
        starttls/220-multiline                      delivered     -   250
        starttls/220-no-text                        refused-tls   -   response error: error Tag at:
        starttls/220-then-alert-40                  refused-tls   -   network error: received fatal alert: HandshakeFailure
        starttls/220-then-close-after-client-hello  refused-tls   -   network error: unexpected end of file
        starttls/close-instead-of-reply             refused-tls   -   response error: incomplete response
        starttls/offered-then-250                   delivered     -   250
        mail/greeting-554                           refused-smtp  -   permanent error (554): 5.3.2 no service here
        mail/rcpt-251                               delivered     -   250
        mail/body-200                               delivered     -   200
        mail/quit-500                               delivered     -   250
        net/close-before-greeting                   gave-up       -   response error: incomplete response
        net/reset-at-rcpt                           gave-up       -   network error: Connection reset by peer (os error 104)
        net/close-at-quit                           delivered     -   250
        net/reply-byte-by-byte                      delivered     -   250
        ",
    );
}

#[test]
fn opportunistic() {
    let lettre = client("lettre Tls::Opportunistic", Tls::Opportunistic);
    lettre.check(
        "
        control/starttls           delivered           -   250
        tls/expired                refused-tls         45  invalid peer certificate: certificate expired
        starttls/stripped          leaked-credentials  -   250
        starttls/offered-then-502  refused-tls         -   permanent error (502): 5.5.1 Command not implemented
        ",
    );
}

#[test]
fn greylisting() {
    client("lettre Tls::Required", Tls::Required)
        .check_greylisting("transient error (451): 4.7.1 greylisted");
}
