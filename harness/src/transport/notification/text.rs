//! The part for people, as text and as HTML.

use std::time::SystemTime;

use super::mime::header_text;
use super::status::enhanced_code;
use super::{Subject, Why};
use crate::transport::product::Product;
use crate::transport::times::{left, shown};
use crate::transport::voice::Voice;

/// What people get to read, before it is text or HTML.
pub(super) struct Text {
    headline: String,
    /// Each as it is shown, and its address.
    recipients: Vec<(String, String)>,
    paragraphs: Vec<String>,
    /// Between the recipients and the first paragraph.
    apart: bool,
    /// What the other side said, under its name.
    error: Option<(String, String)>,
    /// Empty lines before the part for administrators.
    gap: usize,
    generating: String,
    receiving: Option<String>,
    /// What is said of each recipient, the newest first.
    diagnostics: Vec<String>,
    original: String,
}

impl Text {
    pub(super) fn of(voice: &Voice, subject: &Subject<'_>, why: Why<'_>, now: SystemTime) -> Self {
        let internal = voice.is_internal(&subject.submission.from) || voice.product.is_online();
        let shown = |address: &String| match internal && voice.product > Product::Exchange2010 {
            true => (format!("{address} ({address})"), address.clone()),
            false => (address.clone(), address.clone()),
        };
        let refusing = match why {
            Why::Refused { host, .. } if !host.is_empty() => Some(host),
            _ => None,
        };
        Self {
            headline: headline(voice.product, why, refusing),
            recipients: subject.recipients.iter().map(shown).collect(),
            paragraphs: paragraphs(voice, subject, why, now),
            apart: matches!(why, Why::Delayed { .. }),
            error: refusing
                .zip(reply_text(why))
                .map(|(host, said)| (host.to_owned(), said)),
            gap: match voice.product {
                Product::Exchange2010 => 7,
                Product::ExchangeOnline(_) => 9,
                _ => 8,
            },
            generating: voice.server.clone(),
            receiving: receiving(voice, subject, why),
            diagnostics: diagnostics(voice, subject, why, now),
            original: header_text(&subject.submission.content),
        }
    }

    /// Lines end in LF.
    pub(super) fn plain(&self) -> String {
        let mut out = format!("{}\n\n", self.headline);
        let recipients = self.recipients.iter();
        let recipients: Vec<_> = recipients
            .map(|(shown, address)| format!("{shown}<mailto:{address}>\n"))
            .collect();
        out += &recipients.join("\n");
        if self.apart {
            out.push('\n');
        }
        out += &self.paragraphs.join("\n\n");
        out.push('\n');
        if let Some((host, said)) = &self.error {
            out += &format!("\n\n{host} gave this error:\n{said}\n");
        }
        out += &"\n".repeat(self.gap);
        out += "Diagnostic information for administrators:\n\n";
        out += &format!("Generating server: {}\n", self.generating);
        if let Some(receiving) = &self.receiving {
            out += &format!("Receiving server: {receiving}\n");
        }
        for (_, address) in &self.recipients {
            out += &format!("\n{address}\n{}\n", self.diagnostics.join("\n"));
        }
        out + &format!("\nOriginal message headers:\n\n{}\n", self.original)
    }

    pub(super) fn html(&self) -> String {
        let mut out = "<html>\n<Head></head><body>\n".to_owned();
        out += &format!(
            "<p><b><font color=\"#000066\" size=\"3\" face=\"Arial\">{}</font></b></p>\n",
            escaped(&self.headline)
        );
        for (shown, address) in &self.recipients {
            out += &format!(
                "<font color=\"#000000\" size=\"2\" face=\"Tahoma\"><p><a href=\"mailto:{}\">{}</a><br>\n</font>\n",
                escaped(address),
                escaped(shown)
            );
        }
        let paragraphs: Vec<_> = self.paragraphs.iter().map(|one| escaped(one)).collect();
        out += &format!(
            "<font color=\"#000000\" size=\"3\" face=\"Arial\">{}<br>\n</font>\n<font color=\"#000000\" size=\"2\" face=\"Tahoma\"><br>\n",
            paragraphs.join("<br>\n<br>\n")
        );
        if let Some((host, said)) = &self.error {
            let (host, said) = (escaped(host), escaped(said));
            out += &format!("\n<p><b>{host} gave this error:<br>\n{said} <br>\n</b></p>\n");
        }
        out += "</p>\n</font>\n<br><br><br><br><br><br>\n<font color=\"#808080\" size=\"2\" face=\"Tahoma\"><p><b>Diagnostic information for administrators:</b></p>\n";
        out += &format!("<p>Generating server: {}<br>\n", escaped(&self.generating));
        if let Some(receiving) = &self.receiving {
            out += &format!("Receiving server: {}<br>\n", escaped(receiving));
        }
        out += "</p>\n";
        let lines: Vec<_> = self.diagnostics.iter().map(|line| escaped(line)).collect();
        for (_, address) in &self.recipients {
            out += &format!(
                "<p>{}<br>\n{}</p>\n",
                escaped(address),
                lines.join("<br>\n")
            );
        }
        out + &format!(
            "<p>Original message headers:</p>\n<pre>{}</pre>\n</font>\n</body>\n</html>\n",
            escaped(&self.original)
        )
    }
}

fn headline(product: Product, why: Why<'_>, refusing: Option<&str>) -> String {
    match (why, refusing) {
        (Why::Delayed { .. }, _) => "Delivery is delayed to these recipients or groups:".to_owned(),
        (_, Some(host)) => {
            // That 2010 has a hyphen is uncertain.
            let word = match product {
                Product::Exchange2010 => "e-mail",
                _ => "email",
            };
            format!("{host} rejected your message to the following {word} addresses:")
        }
        _ => "Delivery has failed to these recipients or groups:".to_owned(),
    }
}

fn paragraphs(voice: &Voice, subject: &Subject<'_>, why: Why<'_>, now: SystemTime) -> Vec<String> {
    let texts = match why {
        Why::Delayed { until } => {
            let left = left(until.duration_since(now).unwrap_or_default());
            return vec![
                format!("Subject: {}", subject.submission.subject()),
                "This message hasn't been delivered yet. Delivery will continue to be attempted."
                    .to_owned(),
                format!(
                    "The server will keep trying to deliver this message for the next {left}. You'll be notified if the message can't be delivered by that time."
                ),
            ];
        }
        // One of several; which goes with which code is uncertain.
        Why::Refused { .. } => {
            &["A communication failure occurred during the delivery of this message."][..]
        }
        Why::Expired if voice.product.is_online() => {
            let code = voice.expired(subject.last).diagnostic;
            online_paragraphs(enhanced_code(&code).unwrap_or_default())
        }
        Why::Expired => &[GAVE_UP][..],
    };
    texts.iter().map(|&text| text.to_owned()).collect()
}

/// What every version on-premises says of an expired message, and Exchange Online of those
/// without a text of their own.
const GAVE_UP: &str = "The server has tried to deliver this message, without success, and has stopped trying. Please try sending this message again. If the problem continues, contact your helpdesk.";

const ARTICLE: &str = "For more information and tips to fix this issue see this article: https://go.microsoft.com/fwlink/?LinkId=389361.";

fn online_paragraphs(status: &str) -> &'static [&'static str] {
    match status {
        "5.4.312" => &[
            "Your message couldn't be delivered. Despite repeated attempts to deliver your message, querying the Domain Name System (DNS) for the recipient's domain location information failed.",
            ARTICLE,
        ],
        "5.4.316" => &[
            "Your message wasn't delivered. Despite repeated attempts to deliver your message, the recipient's email system refused to accept a connection from your email system.",
            "Contact the recipient by some other means (by phone, for example) and ask them to tell their email admin that it appears that their email system is refusing connections from your email server. Give them the error details shown below. It's likely that the recipient's email admin is the only one who can fix this problem.",
            ARTICLE,
        ],
        "5.4.317" => &[
            "Your message wasn't delivered. Despite repeated attempts to deliver your message, a connection to the remote server couldn't be made.",
            // "connecto" stands in the original.
            "Contact the recipient by some other means (by phone, for example) and ask them to tell their email admin that it appears that your email system is unable to connecto their email system. Give them the error details shown below. It's likely that the recipient's email admin is the only one who can fix this problem.",
            ARTICLE,
        ],
        _ => &[GAVE_UP],
    }
}

/// Where the message was to go. Exchange Online names itself when it gave up.
fn receiving(voice: &Voice, subject: &Subject<'_>, why: Why<'_>) -> Option<String> {
    let old = voice.product < Product::Exchange2013;
    match why {
        Why::Refused { .. } => None,
        _ if old => None,
        Why::Expired if voice.product.is_online() => Some(voice.server.clone()),
        _ => Some(next_hop(subject)),
    }
}

fn next_hop(subject: &Subject<'_>) -> String {
    let address = subject.last.and_then(|(last, _)| last.address);
    match address {
        Some(address) => format!("{} ({})", subject.next_hop, address.ip()),
        None => subject.next_hop.to_owned(),
    }
}

/// What is said of each recipient, the newest first.
fn diagnostics(voice: &Voice, subject: &Subject<'_>, why: Why<'_>, now: SystemTime) -> Vec<String> {
    let server = match voice.product {
        Product::Exchange2013Early | Product::Exchange2013 => "Remote Server",
        _ => "Server",
    };
    let next_hop = next_hop(subject);
    let told = |at: &str, said: &str| format!("{server} at {at} returned '{said}'");
    let said = match why {
        Why::Delayed { .. } => "400 4.4.7 Message delayed".to_owned(),
        Why::Expired => voice.expired(subject.last).text,
        Why::Refused { reply, host } => return refused(voice.product, reply, host),
    };
    // What these say of a delay is inferred from what they say of a failure.
    match voice.product {
        Product::Exchange2010 => return vec![format!("#{said} ##")],
        Product::Exchange2013Early => {
            let code = enhanced_code(&said).unwrap_or_default();
            return vec![format!(
                "Remote Server returned '<{} #{code} smtp;{said}>'",
                voice.server
            )];
        }
        _ => {}
    }
    let newest = match why {
        Why::Expired if voice.product.is_online() => {
            format!("{} - {}", shown(now), told(&voice.server, &said))
        }
        Why::Expired => format!("{} - {}", shown(now), told(&next_hop, &said)),
        // A delay is told without a time.
        _ => told(&next_hop, &said),
    };
    let before = subject.last.map(|(last, at)| {
        let said = voice.description(last, at);
        format!("{} - {}", shown(at), told(&next_hop, &said))
    });
    std::iter::once(newest).chain(before).collect()
}

fn refused(product: Product, reply: &crate::Reply, host: &str) -> Vec<String> {
    let said = format!("{} {}", reply.code, reply.lines.join(" "));
    // Microsoft's samples of 2010 are about errors of its own; the name before it is inferred.
    if product == Product::Exchange2010 {
        return vec![format!("{host} #{said} ##").trim_start().to_owned()];
    }
    let returned = format!("Remote Server returned '{said}'");
    let host = (!host.is_empty()).then(|| host.to_owned());
    host.into_iter().chain([returned]).collect()
}

/// What the other side said, without its codes.
fn reply_text(why: Why<'_>) -> Option<String> {
    let Why::Refused { reply, .. } = why else {
        return None;
    };
    let said = reply.lines.join(" ");
    let whole = format!("{} {said}", reply.code);
    let text = enhanced_code(&whole).and_then(|code| said.strip_prefix(code));
    Some(text.unwrap_or(&said).trim().to_owned())
}

fn escaped(text: &str) -> String {
    let text = text.replace('&', "&amp;").replace('<', "&lt;");
    text.replace('>', "&gt;").replace('"', "&quot;")
}
