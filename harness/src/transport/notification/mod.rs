//! Delivery status notifications (RFC 3464), laid out as each product does.
//!
//! The layouts were read in public notifications: of Exchange 2010 (build 14.2), Exchange 2013
//! (15.0.1076 to 15.0.1497), Exchange 2016 (15.1) and Exchange Online (2018 to 2026). None shows
//! how several recipients stand in the text, nor the HTML of a delay; both are inferred.

mod mime;
mod status;
#[cfg(test)]
mod tests;
mod text;

use std::time::SystemTime;

use super::guid::guid;
use super::product::Product;
use super::setback::Setback;
use super::submission::Submission;
use super::voice::Voice;
use crate::persona::date;
use crate::smtp::Reply;
use text::Text;

/// A notification, for the mailbox of whoever sent the message that it is about.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Notification {
    /// What it tells.
    pub kind: NotificationKind,
    /// Whom it says that it is from; its reverse-path is empty (RFC 3464 §2).
    pub from: String,
    /// Whom it is for: the sender of the message.
    pub to: String,
    /// Its Message-ID, with angle brackets.
    pub message_id: String,
    /// Header and body; lines end in CRLF.
    pub content: Vec<u8>,
}

/// What a notification tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum NotificationKind {
    /// Delivery takes longer, and is tried again.
    Delay,
    /// The message will not be delivered: a non-delivery report.
    Failure,
}

/// A message, or a part of its recipients, that something is to be told about.
#[derive(Clone, Copy, Debug)]
pub(super) struct Subject<'a> {
    /// The number of the message.
    pub(super) number: u64,
    pub(super) submission: &'a Submission,
    /// Those recipients that it is about.
    pub(super) recipients: &'a [String],
    pub(super) arrived: SystemTime,
    /// The name of the queue.
    pub(super) next_hop: &'a str,
    /// The last failed attempt.
    pub(super) last: Option<(&'a Setback, SystemTime)>,
}

/// Why there is something to tell.
#[derive(Clone, Copy, Debug)]
pub(super) enum Why<'a> {
    /// It is late, and is given up then.
    Delayed { until: SystemTime },
    /// Its time is over.
    Expired,
    /// The other side said no.
    Refused { reply: &'a Reply, host: &'a str },
}

/// The address in the name of which Exchange writes to people of its own organisation. The number
/// is the same everywhere.
const EXCHANGE_RECIPIENT: &str = "MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e";

/// Writes a notification.
pub(super) fn notify(
    voice: &Voice,
    subject: &Subject<'_>,
    why: Why<'_>,
    now: SystemTime,
) -> Notification {
    let kind = match why {
        Why::Delayed { .. } => NotificationKind::Delay,
        Why::Expired | Why::Refused { .. } => NotificationKind::Failure,
    };
    let number = subject.number.to_string();
    // Several notifications may be about one message: the time tells them apart.
    let stamp = date(now);
    let id = |what: &str| {
        guid(&[
            &voice.server,
            &number,
            &stamp,
            what,
            &subject.recipients.join(","),
        ])
    };
    let message_id = format!("<{}@{}>", id("message"), voice.server);
    let from = sender(voice, &subject.submission.from);

    let text = Text::of(voice, subject, why, now);
    let alternative = mime::alternative(&id("alternative"), &text.plain(), &text.html());
    let status = status::part(voice, subject, why);
    let original = match kind {
        NotificationKind::Delay => mime::headers_part(&subject.submission.content),
        NotificationKind::Failure => mime::message_part(&subject.submission.content),
    };
    let boundary = id("report");
    let mut content = header(voice, subject, kind, &from, &message_id, &boundary, now).into_bytes();
    content.extend(mime::parts(&boundary, &[alternative, status, original]));
    Notification {
        kind,
        from,
        to: subject.submission.from.clone(),
        message_id,
        content,
    }
}

/// The header, in the order of the public ones.
fn header(
    voice: &Voice,
    subject: &Subject<'_>,
    kind: NotificationKind,
    from: &str,
    message_id: &str,
    boundary: &str,
    now: SystemTime,
) -> String {
    let about = subject.submission.message_id();
    let title = subject.submission.subject();
    let mut out = mime::Header::default();
    out.field("MIME-Version", "1.0");
    out.field("From", from);
    out.field("To", &format!("<{}>", subject.submission.from));
    out.field("Date", &date(now));
    out.raw(&format!(
        "Content-Type: multipart/report; report-type=delivery-status;\r\n\tboundary=\"{boundary}\"\r\n"
    ));
    // 2010 knows neither this field nor those that refer to the message. That a delay has them
    // as a failure does is inferred.
    let is_2010 = voice.product == Product::Exchange2010;
    if !is_2010 && kind == NotificationKind::Failure {
        out.raw("X-MS-Exchange-Message-Is-Ndr:\r\n");
    }
    out.field("Content-Language", "en-US");
    out.field("Message-ID", message_id);
    if !is_2010 && !about.is_empty() {
        out.field("In-Reply-To", &about);
        out.field("References", &about);
    }
    out.field(
        "Subject",
        &match kind {
            // Without a space, as it was seen.
            NotificationKind::Delay => format!("Delivery delayed:{title}"),
            NotificationKind::Failure => format!("Undeliverable: {title}"),
        },
    );
    if !is_2010 {
        out.field("Auto-Submitted", "auto-replied");
    }
    out.end()
}

/// Members of the organisation hear from `Microsoft Outlook`, everybody else from the postmaster
/// of the default accepted domain.
fn sender(voice: &Voice, to: &str) -> String {
    let own = to.rsplit_once('@').map(|(_, domain)| domain);
    match own.filter(|_| voice.is_internal(to)) {
        Some(domain) => format!("Microsoft Outlook <{EXCHANGE_RECIPIENT}@{domain}>"),
        None => {
            let domain = voice
                .domains
                .first()
                .map(|one| one.trim_start_matches("*."));
            format!("<postmaster@{}>", domain.unwrap_or(&voice.server))
        }
    }
}
