//! The two sessions of a public SmtpSend log, written by a sender of ours.

use std::time::{Duration, SystemTime};

use mailfault_certs::DistinguishedName;

use super::super::*;
use super::{NOT_SENT, SENT, written};
use crate::certificate_facts::CertificateFacts;
use crate::clock::Clock;
use crate::smtp::Reply;

/// A sender whose clock goes as the log says.
struct Sending {
    log: SendLog,
    clock: Clock,
}

impl Sending {
    /// The session of this number of a service that began at 19:03:38.
    fn begin(number: u64, at: &str) -> Self {
        let began = SystemTime::UNIX_EPOCH + Duration::new(1_419_361_418, 389_183_100);
        let clock = Clock::at(timestamp::read(at).unwrap());
        let id = session_id(began, number);
        let log = SendLog::new("Outbound to Office 365", id, Era::PerLine, clock.clone());
        Self { log, clock }
    }

    fn later(&mut self, milliseconds: u64) -> &mut SendLog {
        self.clock.advance(Duration::from_millis(milliseconds));
        &mut self.log
    }

    /// The log as whoever published it has left it: without endpoints and names.
    fn published(self) -> String {
        let mut rows = self.log.into_rows();
        for row in &mut rows {
            for endpoint in [&mut row.local, &mut row.remote] {
                endpoint.clear();
            }
        }
        let mut text = written(&rows);
        for (named, published) in TAKEN_OUT {
            text = text.replace(named, published);
        }
        text
    }
}

/// What was taken out, the longer names first. The names are those of the product's documents.
const TAKEN_OUT: [(&str, &str); 15] = [
    (
        "DB3FFO11.mail.protection.outlook.com Microsoft",
        "Microsoft",
    ),
    ("250-DB3FFO11.mail.protection.outlook.com ", " "),
    ("CN=mail.contoso.test, ", ", "),
    ("CN=mail.protection.outlook.com, ", ", "),
    ("OU=http://certs.starfieldtech.com/repository/, ", "OU=, "),
    (", Hostname=DB3.outlook.com]", ",]"),
    ("[192.0.2.1]", "[X.X.X.X]"),
    ("mail.messaging.microsoft.com", ""),
    (".mail.protection.outlook.com", ""),
    (".mail.eo.outlook.com", ""),
    ("mail.protection.outlook.com", ""),
    ("outlook.com", ""),
    ("autodiscover.contoso.test", ""),
    ("mail.contoso.test", ""),
    ("contoso.test", ""),
];

const EHLO: &str = "250-DB3FFO11.mail.protection.outlook.com Hello [192.0.2.1]\n250-SIZE 157286400\n250-PIPELINING\n250-DSN\n250-ENHANCEDSTATUSCODES\n250-STARTTLS\n250-8BITMIME\n250-BINARYMIME\n250 CHUNKING";

fn banner(time: &str) -> Reply {
    Reply::from(format!("220 DB3FFO11.mail.protection.outlook.com Microsoft ESMTP MAIL Service ready at Tue, 23 Dec 2014 {time} +0000").as_str())
}

fn certificate(
    subject: DistinguishedName,
    issuer: DistinguishedName,
    serial: &str,
    thumbprint: &str,
    names: &[&str],
) -> CertificateFacts {
    CertificateFacts {
        subject,
        issuer,
        serial: serial.to_owned(),
        thumbprint: thumbprint.to_owned(),
        names: names.iter().map(|&name| name.to_owned()).collect(),
        not_before: SystemTime::UNIX_EPOCH,
        not_after: SystemTime::UNIX_EPOCH,
        common_name: None,
        version: 3,
    }
}

/// The sender's own certificate; two have the same names.
fn own(serial: &str, thumbprint: &str, names: &[&str]) -> CertificateFacts {
    let subject = DistinguishedName::new()
        .common_name("mail.contoso.test")
        .organizational_unit("Domain Control Validated");
    let issuer = DistinguishedName::new()
        .common_name("Starfield Secure Certificate Authority - G2")
        .organizational_unit("http://certs.starfieldtech.com/repository/")
        .organization("Starfield Technologies, Inc.")
        .locality("Scottsdale")
        .state("Arizona")
        .country("US");
    certificate(subject, issuer, serial, thumbprint, names)
}

fn of_eop() -> CertificateFacts {
    let subject = DistinguishedName::new()
        .common_name("mail.protection.outlook.com")
        .organizational_unit("Forefront Online Protection for Exchange")
        .organization("Microsoft")
        .locality("Redmond")
        .state("WA")
        .country("US");
    let issuer = DistinguishedName::new()
        .common_name("MSIT Machine Auth CA 2")
        .domain_component("redmond")
        .domain_component("corp")
        .domain_component("microsoft")
        .domain_component("com");
    let names = [
        "mail.protection.outlook.com",
        "*.mail.eo.outlook.com",
        "*.mail.protection.outlook.com",
        "mail.messaging.microsoft.com",
        "outlook.com",
    ];
    let thumbprint = "3DFAEC8A810E8BF2D81D646ED4E11E0FFDF6FA55";
    certificate(subject, issuer, "689549F000010000DFBE", thumbprint, &names)
}

/// Both sessions up to the reply to STARTTLS; the waits are those of the log.
fn up_to_tls(sending: &mut Sending, host: &str, banner_at: &str, waits: [u64; 4]) {
    let [connected, greeted, helloed, ready] = waits;
    sending.log.attempting("192.0.2.25:25".parse().unwrap());
    let local = "10.0.0.1:50000".parse().unwrap();
    sending.later(connected).connected(local);
    sending.later(greeted).received_reply(&banner(banner_at));
    sending.log.sent(&format!("EHLO {host}"));
    sending.later(helloed).received_reply(&Reply::from(EHLO));
    sending.log.sent("STARTTLS");
    let reply = Reply::from("220 2.0.0 SMTP server ready");
    sending.later(ready).received_reply(&reply);
}

#[track_caller]
fn check(sending: Sending, published: &str) {
    let expected = snapbox::Data::text(published).raw();
    snapbox::assert_data_eq!(sending.published(), expected);
}

#[test]
fn a_certificate_without_a_key_is_logged_as_in_2014() {
    let mut sending = Sending::begin(8, "2014-12-23T20:08:01.137Z");
    let host = "ex1.domain.local";
    up_to_tls(&mut sending, host, "20:07:59", [94, 110, 93, 78]);
    let names = [
        "mail.contoso.test",
        "autodiscover.contoso.test",
        "contoso.test",
    ];
    let thumbprint = "76CDA7673866A90AF77973AA140621AECE384E66";
    let log = &mut sending.log;
    log.sending_certificate(&own("XXXXXXXXXXXXXX", thumbprint, &names));
    log.tls_failed("NoCredentials");
    log.disconnected(Disconnect::Local);
    check(sending, NOT_SENT);
}

#[test]
fn a_delivery_is_logged_as_in_2014() {
    let mut sending = Sending::begin(16, "2014-12-23T20:20:31.254Z");
    let host = "d5-ex1.d5.local";
    up_to_tls(&mut sending, host, "20:20:29", [109, 94, 125, 94]);
    let names = [
        "mail.contoso.test",
        "autodiscover.contoso.test",
        "contoso.test",
        "contoso.test",
    ];
    let thumbprint = "40C17C1A4F34D7468D69388B7E99862DF24EC0BC";
    sending
        .log
        .sending_certificate(&own("27900F8FCB8B12", thumbprint, &names));
    let negotiated = Negotiated {
        protocol: Protocol::Tls10,
        cipher_suite: "TLS_RSA_WITH_AES_128_CBC_SHA".to_owned(),
        group: String::new(),
        key_bits: 2048,
    };
    assert!(negotiated.is_documented());
    sending.later(406).secured(&negotiated, &of_eop());
    sending.log.sent(&format!("EHLO {host}"));
    let inside = EHLO.replace("STARTTLS", "AUTH LOGIN");
    let inside = Reply::from(inside.as_str());
    sending.later(141).received_reply(&inside);
    let log = &mut sending.log;
    log.sending_message(4_939_212_390_413, "<>");
    log.sent("MAIL FROM:<> SIZE=13207");
    log.sent("RCPT TO:<> ORCPT=rfc822;");
    let mut hear = |wait, reply: &str| sending.later(wait).received_reply(&Reply::from(reply));
    hear(140, "250 2.1.0 Sender OK");
    hear(141, "250 2.1.5 Recipient OK");
    sending.log.sent("BDAT 10358 LAST");
    let queued = "250 2.6.0 <> [InternalId=20199231195942, Hostname=DB3.outlook.com] Queued mail for delivery";
    sending.later(1_782).received_reply(&Reply::from(queued));
    sending.log.sent("QUIT");
    let closing = Reply::from("221 2.0.0 Service closing transmission channel");
    sending.later(93).received_reply(&closing);
    sending.log.disconnected(Disconnect::Local);
    check(sending, SENT);
}

#[test]
fn a_packed_log_says_the_same_in_fewer_rows() {
    let clock = Clock::at(SystemTime::UNIX_EPOCH);
    let mut log = SendLog::new("To the world", "08D1", Era::Packed, clock);
    log.received_reply(&Reply::from(EHLO));
    log.sending_certificate(&own("01", "AB", &["a.test", "b.test"]));
    let [reply, certificate] = log.rows() else {
        panic!("{:?}", log.rows())
    };
    assert_eq!(
        reply.data,
        "250  DB3FFO11.mail.protection.outlook.com Hello [192.0.2.1] SIZE 157286400 PIPELINING DSN ENHANCEDSTATUSCODES STARTTLS 8BITMIME BINARYMIME CHUNKING"
    );
    let row = r#"1970-01-01T00:00:00.000Z,To the world,08D1,1,,,*," CN=mail.contoso.test, OU=Domain Control Validated CN=Starfield Secure Certificate Authority - G2, OU=http://certs.starfieldtech.com/repository/, O=""Starfield Technologies, Inc."", L=Scottsdale, S=Arizona, C=US 01 AB 1970-01-01T00:00:00.000Z 1970-01-01T00:00:00.000Z a.test;b.test",Sending certificate Subject Issuer name Serial number Thumbprint Not before Not after Subject alternate names"#;
    assert_eq!(certificate.to_string(), row);
}

#[test]
fn a_sender_keeps_its_credentials_to_itself() {
    let clock = Clock::at(SystemTime::UNIX_EPOCH);
    let mut log = SendLog::new("To the world", "08D1", Era::Packed, clock);
    log.sent("AUTH LOGIN");
    log.received_reply(&Reply::from("334 VXNlcm5hbWU6"));
    log.sent("dXNlcg==");
    log.received_reply(&Reply::from("334 UGFzc3dvcmQ6"));
    log.sent("cGFzcw==");
    log.received_reply(&Reply::from("535 5.7.3 Authentication unsuccessful"));
    log.authentication_failed();
    let said: Vec<&str> = log.rows().iter().map(|row| row.data.as_str()).collect();
    let blind = "334 <authentication response>";
    let refused = "535 5.7.3 Authentication unsuccessful";
    assert_eq!(said, ["AUTH LOGIN", blind, blind, refused, ""]);
}
