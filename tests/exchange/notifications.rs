//! Notifications, read by Python's standard library.

use std::time::{Duration, SystemTime};

use mailfault::Clock;
use mailfault::transport::{
    AttemptOutcome, Cause, Destination, Notification, NotificationKind, OnlineEra, Product,
    ProgressKind, RetrySchedule, Setback, Submission, Transport, Voice,
};
use serde_json::Value;

use crate::support::program;

const READER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/exchange/read_report.py");

/// A subject beyond ASCII, a line of dots, octets that are no text, and a boundary of its own.
const MAIL: &[u8] = b"From: =?utf-8?Q?J=C3=BCrgen?= <alice@contoso.test>\r\nTo: bob@fabrikam.test\r\nSubject: Gr\xC3\xBC\xC3\x9Fe = 100%\r\nMessage-ID: <1@contoso.test>\r\nContent-Type: multipart/mixed; boundary=\"x\"\r\n\r\n--x\r\n\r\n.\r\n\xFF\xFE\r\n--x--\r\n";

/// The notifications of a message that nobody takes, as one product writes them.
fn notifications(product: Product) -> Vec<Notification> {
    let clock = Clock::at(SystemTime::UNIX_EPOCH + Duration::from_secs(1_526_000_000));
    let until = clock.now() + Duration::from_secs(49 * 60 * 60);
    let mut voice = Voice::new(product, "ex01.contoso.test");
    voice.domains.push("contoso.test".to_owned());
    let mut transport = Transport::new("EX01", voice, RetrySchedule::mailbox_server(), clock);
    let recipients = ["bob@fabrikam.test", "carol@fabrikam.test"];
    let message = Submission::new("alice@contoso.test", recipients, MAIL);
    transport.submit(
        Destination::domain("To the internet", "fabrikam.test"),
        message,
    );
    let setback = Setback::new(Cause::NotConnected(10061));
    let setback = setback.with("fabrikam.test", "192.0.2.25:25".parse().ok());
    let progress = transport.play_until(until, |_| AttemptOutcome::Unreachable(setback.clone()));
    assert!(matches!(
        progress.last().unwrap().kind,
        ProgressKind::Failed { .. }
    ));
    let told = progress.iter().filter_map(|one| one.kind.notification());
    told.cloned().collect()
}

/// What Python makes of it; nothing where it is not installed.
fn read(notification: &Notification) -> Option<Value> {
    let python = program::installed("python3")?;
    let home = tempfile::TempDir::new().unwrap();
    let mut reader = program::command(python, home.path());
    reader.args(["-I", READER]);
    let finished = program::run(&mut reader, &notification.content);
    let read = serde_json::from_str(&finished.said);
    Some(read.unwrap_or_else(|error| panic!("{error}: {}", finished.said)))
}

#[track_caller]
fn check(product: Product, notification: &Notification) {
    let Some(read) = read(notification) else {
        return;
    };
    let last = match notification.kind {
        NotificationKind::Delay => "text/rfc822-headers",
        _ => "message/rfc822",
    };
    let types = [
        "multipart/report",
        "delivery-status",
        "multipart/alternative",
        "text/plain",
        "text/html",
        "message/delivery-status",
        last,
    ];
    assert_eq!(read["types"], serde_json::json!(types), "{product:?}");
    assert_eq!(read["defects"], serde_json::json!([]), "{product:?}");

    let header = &read["header"];
    let title = match notification.kind {
        NotificationKind::Delay => "Delivery delayed:Grüße = 100%",
        _ => "Undeliverable: Grüße = 100%",
    };
    assert_eq!(header["Subject"], title);
    assert_eq!(header["To"], "alice@contoso.test");
    assert_eq!(header["Message-ID"], notification.message_id.as_str());
    assert_eq!(read["original"]["Message-ID"], "<1@contoso.test>");

    // RFC 3464 §2.2 and §2.3: what must be there, for the message and for each recipient.
    // The part ends in an empty line too many, as public ones do.
    let status = read["status"].as_array().unwrap();
    let status = status.strip_suffix(&[serde_json::json!({})]).unwrap();
    assert_eq!(status.len(), 3, "{status:?}");
    assert_eq!(status[0]["Reporting-MTA"], "dns;ex01.contoso.test");
    let (action, class) = match notification.kind {
        NotificationKind::Delay => ("delayed", '4'),
        _ if product < Product::Exchange2016 => ("failed", '4'),
        NotificationKind::Failure
            if product.is_online() && product < Product::ExchangeOnline(OnlineEra::From2018) =>
        {
            ("failed", '4')
        }
        _ => ("failed", '5'),
    };
    for (block, recipient) in status[1..].iter().zip(["bob", "carol"]) {
        assert_eq!(
            block["Final-Recipient"],
            format!("rfc822;{recipient}@fabrikam.test")
        );
        assert_eq!(block["Action"], action);
        assert!(
            block["Status"].as_str().unwrap().starts_with(class),
            "{block}"
        );
        assert!(
            block["Diagnostic-Code"]
                .as_str()
                .unwrap()
                .starts_with("smtp;"),
            "{block}"
        );
    }

    // Text and HTML say the same.
    let words = |text: &Value| {
        let text = text
            .as_str()
            .unwrap()
            .replace("<mailto:bob@fabrikam.test>", " ");
        let text = text.replace("<mailto:carol@fabrikam.test>", " ");
        text.split_whitespace()
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    assert_eq!(words(&read["plain"]), words(&read["shown"]), "{product:?}");
    assert!(
        read["plain"]
            .as_str()
            .unwrap()
            .contains("Subject: Grüße = 100%")
    );
}

#[test]
fn python_reads_what_each_product_writes() {
    for product in Product::ALL {
        let told = notifications(product);
        let kinds: Vec<_> = told.iter().map(|one| one.kind).collect();
        assert_eq!(
            kinds,
            [NotificationKind::Delay, NotificationKind::Failure],
            "{product:?}"
        );
        for notification in &told {
            check(product, notification);
        }
    }
}

#[test]
fn the_same_message_is_told_of_in_the_same_words() {
    for product in Product::ALL {
        assert_eq!(notifications(product), notifications(product));
    }
}
