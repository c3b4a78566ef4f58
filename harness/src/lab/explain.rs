//! What a row of a log, or an error, means: for people who read such a log for the first time.

use crate::exchange::log::{Row, RowEvent};

/// What a line means, a sentence each; what is not known is not guessed at.
pub(super) fn explain(line: &str) -> Vec<String> {
    let line = line.trim();
    let row: Result<Row, _> = line.parse();
    let mut said = match &row {
        Ok(row) => of_row(row),
        Err(_) if line.starts_with('#') => {
            vec![
                "A line of the log's head: who wrote it, when it begins, and which fields it has."
                    .to_owned(),
            ]
        }
        Err(_) => Vec::new(),
    };
    let text = match &row {
        Ok(row) => format!("{} {}", row.data, row.context),
        Err(_) => line.to_owned(),
    };
    let known = KNOWN.iter().filter(|(part, _)| text.contains(part));
    said.extend(known.map(|(_, meaning)| (*meaning).to_owned()));
    if said.is_empty() {
        said.push("Nothing is known here about this line.".to_owned());
    }
    said
}

fn of_row(row: &Row) -> Vec<String> {
    let what = match row.event {
        RowEvent::Connect => "the connection was made".to_owned(),
        RowEvent::Disconnect => match row.context.as_str() {
            "Local" => "the connection ended, and this server ended it".to_owned(),
            "Remote" => "the connection ended, and the other side ended it".to_owned(),
            "" => "the connection ended".to_owned(),
            other => format!("the connection ended: {other}"),
        },
        RowEvent::Information => "a note of this server, which nobody said on the wire".to_owned(),
        RowEvent::Receive => "the other side said this".to_owned(),
        RowEvent::Send => "this server said this".to_owned(),
    };
    vec![format!(
        "Row {} of session {} at the connector {}: {what}.",
        row.sequence, row.session, row.connector
    )]
}

/// Parts of texts, and what they mean. The texts are those of the products, as the models say them.
const KNOWN: &[(&str, &str)] = &[
    (
        "Sending certificate",
        "The rows that follow describe the certificate that this server shows.",
    ),
    (
        "Remote certificate",
        "The rows that follow describe the certificate that the other side shows.",
    ),
    (
        "Received certificate",
        "The certificate that the other side showed, by its thumbprint below.",
    ),
    (
        "Certificate subject",
        "Whom the certificate is for. Compare it with the name that the other side expects.",
    ),
    (
        "Certificate issuer name",
        "Who issued it. Where issuer and subject are equal, it is self-signed.",
    ),
    (
        "Certificate thumbprint",
        "The certificate's SHA-1: `Get-ExchangeCertificate -Thumbprint …` shows it.",
    ),
    (
        "Certificate alternate names",
        "The names for which it is good.",
    ),
    (
        "negotiation succeeded",
        "The TLS handshake is over. Whether the other side likes the certificate is decided after it, and is not in this log.",
    ),
    (
        "NoCredentials",
        "Windows found no private key that it could use for the chosen certificate: nothing of TLS was sent. Look for a second certificate with the same issuer and subject.",
    ),
    (
        "EmptyCertificate",
        "The other side showed no certificate of its own. For most senders that is usual.",
    ),
    (
        "NoRemoteCertificate",
        "There was no client certificate, and so no capabilities are given to its domain.",
    ),
    (
        "Must issue a STARTTLS command first",
        "The connector requires TLS, and the client began without it.",
    ),
    (
        "STARTTLS is required to send mail",
        "The sender requires TLS, and the server did not offer STARTTLS. It is made up by the sender: nobody said it on the wire.",
    ),
    (
        "Certificate validation failed",
        "The sender saw the whole handshake, and then did not accept the certificate. MSG says why.",
    ),
    (
        "SubjectMismatch",
        "The name in the certificate is not the one that the connector expects (TlsDomain).",
    ),
    (
        "UntrustedRoot",
        "The chain does not lead to a root that the sender trusts: self-signed, a private authority, or an intermediate that was not sent.",
    ),
    ("CertificateExpired", "The certificate's time is over."),
    (
        "Cannot connect to remote server",
        "The sender connected and got no session that it may use. The part behind it says why.",
    ),
    ("Connection refused", "Nobody listens at that address."),
    (
        "could not find a certificate that contains the domain name",
        "No certificate fits the connector, so that it does not offer STARTTLS. Look at TlsCertificateName, at the store, and whether one is enabled for SMTP.",
    ),
    (
        "There is no valid SMTP Transport Layer Security (TLS) certificate",
        "The certificate for that name has expired. It is shown all the same.",
    ),
    (
        "TenantAttribution",
        "The cloud could not tell by certificate or address to which organization the sender belongs, and does not relay for strangers.",
    ),
    (
        "TenantInboundAttribution",
        "A partner connector fits the sender's domain, and its conditions (certificate or addresses) are not met.",
    ),
    (
        "Recipient address rejected: Access denied",
        "The cloud knows no such recipient in a domain that it has for itself (directory-based edge blocking).",
    ),
    (
        "Insufficient system resources",
        "The server is under back pressure: disk or memory is short, and it takes no mail until it is not.",
    ),
    (
        "QUEUE.Expired",
        "The message waited as long as the server keeps it, and went back to its sender.",
    ),
    (
        "remote certificate is invalid according to the validation procedure",
        "The client did not accept the certificate. .NET Framework has this one sentence for every cause: untrusted, expired, wrong name, revoked, self-signed.",
    ),
    (
        "Tarpit",
        "The server made the client wait before it answered.",
    ),
    (
        "Proxying inbound session",
        "The front end passes the session on to the Transport service.",
    ),
    (
        "unable to get local issuer certificate",
        "A certificate's issuer is neither in what was sent nor among the trusted ones.",
    ),
    (
        "self-signed certificate",
        "The certificate signed itself and is not trusted.",
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_and_errors_are_explained() {
        let row = r"2017-04-14T17:00:41.125Z,SERVER1\Default Frontend SERVER1,08D479E14521204D,21,10.0.0.1:25,192.0.2.7:50000,*,CN=SERVER1,Certificate subject";
        let said = explain(row);
        assert!(
            said[0].contains("Row 21 of session 08D479E14521204D"),
            "{said:?}"
        );
        assert!(
            said[1].starts_with("Whom the certificate is for"),
            "{said:?}"
        );
        let said = explain("450 4.7.320 Certificate validation failed;MSG=SubjectMismatch");
        assert_eq!(said.len(), 2);
        assert_eq!(explain("hello"), ["Nothing is known here about this line."]);
        assert!(explain("#Fields: date-time")[0].starts_with("A line of the log's head"));
    }
}
