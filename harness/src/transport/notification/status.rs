//! The part for machines: `message/delivery-status` (RFC 3464 §2).

use std::time::SystemTime;

use super::{Subject, Why};
use crate::persona::date;
use crate::transport::product::Product;
use crate::transport::voice::Voice;

/// What the part says of each recipient.
struct Fields {
    action: &'static str,
    /// The reply that stands behind `smtp;`.
    diagnostic: String,
    remote: Option<String>,
    retry_until: Option<SystemTime>,
}

pub(super) fn part(voice: &Voice, subject: &Subject<'_>, why: Why<'_>) -> Vec<u8> {
    let fields = fields(voice, subject, why);
    let status = enhanced_code(&fields.diagnostic).unwrap_or(match fields.action {
        "delayed" => "4.0.0",
        _ => "5.0.0",
    });
    let source = &subject.submission.source_host;
    let source = if source.is_empty() {
        &voice.server
    } else {
        source
    };
    let mut out = format!(
        "Content-Type: message/delivery-status\r\n\r\nReporting-MTA: dns;{}\r\nReceived-From-MTA: dns;{source}\r\nArrival-Date: {}\r\n",
        voice.server,
        date(subject.arrived),
    );
    let internal = voice.is_internal(&subject.submission.from);
    for recipient in subject.recipients {
        out += &format!(
            "\r\nFinal-Recipient: rfc822;{recipient}\r\nAction: {}\r\nStatus: {status}\r\nDiagnostic-Code: smtp;{}\r\n",
            fields.action, fields.diagnostic
        );
        if let Some(remote) = &fields.remote {
            out += &format!("Remote-MTA: dns;{remote}\r\n");
        }
        if let Some(until) = fields.retry_until {
            out += &format!("Will-Retry-Until: {}\r\n", date(until));
        }
        // Seen where the sender is a member of the organisation, whose address book has names.
        if internal && voice.product > Product::Exchange2010 {
            out += &format!("X-Display-Name: {recipient}\r\n");
        }
    }
    out += "\r\n";
    out.into_bytes()
}

fn fields(voice: &Voice, subject: &Subject<'_>, why: Why<'_>) -> Fields {
    match why {
        Why::Delayed { until } => Fields {
            action: "delayed",
            diagnostic: "400 4.4.7 Message delayed".to_owned(),
            remote: None,
            retry_until: Some(until),
        },
        Why::Expired => Fields {
            action: "failed",
            diagnostic: voice.expired(subject.last).diagnostic,
            remote: None,
            retry_until: None,
        },
        Why::Refused { reply, host } => Fields {
            action: "failed",
            diagnostic: format!("{} {}", reply.code, reply.lines.join(" ")),
            remote: (!host.is_empty()).then(|| host.to_owned()),
            retry_until: None,
        },
    }
}

/// The enhanced status code of a reply (RFC 3463 §2). Exchange repeats it as it stands: an expired
/// message of 2013 has failed with 4.4.7.
pub(super) fn enhanced_code(reply: &str) -> Option<&str> {
    let word = reply.split_whitespace().nth(1)?;
    let numbers: Vec<&str> = word.split('.').collect();
    let fits = |number: &&str| {
        (1..=3).contains(&number.len()) && number.bytes().all(|octet| octet.is_ascii_digit())
    };
    let is_class = matches!(numbers.first(), Some(&("2" | "4" | "5")));
    (numbers.len() == 3 && is_class && numbers.iter().all(fits)).then_some(word)
}
