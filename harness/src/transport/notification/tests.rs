//! Each layout, held against a public notification: the same input must give the same words.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::text::Text;
use super::*;
use crate::Reply;
use crate::transport::{Cause, OnlineEra};

const MAIL: &str = "Message-ID: <1@sender.test>\r\nSubject: Last minute escape?\r\n\r\nHi.\r\n";

/// A message, and what became of its last attempt.
struct Case {
    voice: Voice,
    submission: Submission,
    next_hop: &'static str,
    arrived: SystemTime,
    last: Option<(Setback, SystemTime)>,
}

impl Case {
    fn new(product: Product, server: &str, arrived: u64) -> Self {
        Self {
            voice: Voice::new(product, server),
            submission: Submission::new("news@sender.test", ["bob@student.test"], MAIL),
            next_hop: "student.test",
            arrived: at(arrived),
            last: None,
        }
    }

    fn last(mut self, cause: Cause, address: &str, when: u64) -> Self {
        let setback = Setback::new(cause).with(self.next_hop, address.parse().ok());
        self.last = Some((setback, at(when)));
        self
    }

    fn subject(&self) -> Subject<'_> {
        Subject {
            number: 1,
            submission: &self.submission,
            recipients: &self.submission.to,
            arrived: self.arrived,
            next_hop: self.next_hop,
            last: self.last.as_ref().map(|(setback, at)| (setback, *at)),
        }
    }

    /// The text up to the header of the message.
    fn text(&self, why: Why<'_>, now: u64) -> String {
        let text = Text::of(&self.voice, &self.subject(), why, at(now)).plain();
        let end = text.find("\nOriginal message headers:\n\n").unwrap();
        text[..end].to_owned()
    }

    fn status(&self, why: Why<'_>) -> String {
        let part = status::part(&self.voice, &self.subject(), why);
        String::from_utf8(part).unwrap().replace("\r\n", "\n")
    }

    fn whole(&self, why: Why<'_>, now: u64) -> String {
        let notification = notify(&self.voice, &self.subject(), why, at(now));
        String::from_utf8(notification.content).unwrap()
    }
}

fn at(seconds: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(seconds)
}

/// Thu, 1 Sep 2016 19:52:53 to Sat, 3 Sep 2016 20:05:56 UTC
fn of_2013() -> Case {
    let case = Case::new(
        Product::Exchange2013,
        "exchange1.school.test",
        1_472_759_573,
    );
    case.last(Cause::NotConnected(10060), "10.1.1.3:25", 1_472_932_707)
}

const EXPIRED_2013: u64 = 1_472_933_156;

#[test]
fn a_failure_of_2013_reads_as_it_did() {
    assert_eq!(
        of_2013().text(Why::Expired, EXPIRED_2013),
        "Delivery has failed to these recipients or groups:\n\
         \n\
         bob@student.test<mailto:bob@student.test>\n\
         The server has tried to deliver this message, without success, and has stopped trying. Please try sending this message again. If the problem continues, contact your helpdesk.\n\
         \n\n\n\n\n\n\n\n\
         Diagnostic information for administrators:\n\
         \n\
         Generating server: exchange1.school.test\n\
         Receiving server: student.test (10.1.1.3)\n\
         \n\
         bob@student.test\n\
         9/3/2016 8:05:56 PM - Remote Server at student.test (10.1.1.3) returned '550 4.4.7 QUEUE.Expired; message expired'\n\
         9/3/2016 7:58:27 PM - Remote Server at student.test (10.1.1.3) returned '441 4.4.1 Error encountered while communicating with primary target IP address: \"Failed to connect. Winsock error code: 10060, Win32 error code: 10060.\" Attempted failover to alternate host, but that did not succeed. Either there are no alternate hosts, or delivery failed to all alternate hosts. The last endpoint attempted was 10.1.1.3:25'\n"
    );
    let mut case = of_2013();
    case.submission.source_host = "exchange2.school.test".to_owned();
    assert_eq!(
        case.status(Why::Expired),
        "Content-Type: message/delivery-status\n\
         \n\
         Reporting-MTA: dns;exchange1.school.test\n\
         Received-From-MTA: dns;exchange2.school.test\n\
         Arrival-Date: Thu, 1 Sep 2016 19:52:53 +0000\n\
         \n\
         Final-Recipient: rfc822;bob@student.test\n\
         Action: failed\n\
         Status: 4.4.7\n\
         Diagnostic-Code: smtp;550 4.4.7 QUEUE.Expired; message expired\n\
         \n"
    );
}

#[test]
fn the_header_of_2013_has_its_fields_in_their_order() {
    let mut case = of_2013();
    case.voice.domains = vec!["school.test".to_owned()];
    let whole = case.whole(Why::Expired, EXPIRED_2013);
    let header = whole.split("\r\n\r\n").next().unwrap();
    let lines = header.split("\r\n").filter(|line| !line.starts_with('\t'));
    let fields: Vec<_> = lines.map(|line| line.split_once(':').unwrap()).collect();
    let value = |name: &str| {
        let found = fields.iter().find(|(one, _)| *one == name);
        found.unwrap_or_else(|| panic!("{name}")).1.trim()
    };
    let names: Vec<_> = fields.iter().map(|(name, _)| *name).collect();
    assert_eq!(
        names,
        [
            "MIME-Version",
            "From",
            "To",
            "Date",
            "Content-Type",
            "X-MS-Exchange-Message-Is-Ndr",
            "Content-Language",
            "Message-ID",
            "In-Reply-To",
            "References",
            "Subject",
            "Auto-Submitted",
        ]
    );
    assert_eq!(value("From"), "<postmaster@school.test>");
    assert_eq!(value("To"), "<news@sender.test>");
    assert_eq!(value("Date"), "Sat, 3 Sep 2016 20:05:56 +0000");
    assert_eq!(value("X-MS-Exchange-Message-Is-Ndr"), "");
    assert_eq!(value("In-Reply-To"), "<1@sender.test>");
    assert_eq!(value("Subject"), "Undeliverable: Last minute escape?");
    assert!(value("Message-ID").ends_with("@exchange1.school.test>"));
}

/// Arrived on Mon, 11 Apr 2016 13:08:47 UTC; told 4 h 3 min later; a member of the organisation.
#[test]
fn a_delay_of_2013_reads_as_it_did() {
    let mut case = Case::new(Product::Exchange2013, "abmail13.beach.test", 1_460_380_127);
    case.voice.domains = vec!["coab.test".to_owned()];
    case.submission = Submission::new(
        "dan@coab.test",
        ["darren@license.test"],
        "Subject: RE: Cases\r\n\r\n",
    );
    case.next_hop = "license.test";
    let case = case.last(
        Cause::NotConnected(10060),
        "208.73.211.178:25",
        1_460_393_901,
    );
    let until = at(1_460_380_127 + 48 * 3_600);
    let (why, now) = (Why::Delayed { until }, 1_460_380_127 + 4 * 3_600 + 180);
    assert_eq!(
        case.text(why, now),
        "Delivery is delayed to these recipients or groups:\n\
         \n\
         darren@license.test (darren@license.test)<mailto:darren@license.test>\n\
         \n\
         Subject: RE: Cases\n\
         \n\
         This message hasn't been delivered yet. Delivery will continue to be attempted.\n\
         \n\
         The server will keep trying to deliver this message for the next 1 days, 19 hours and 57 minutes. You'll be notified if the message can't be delivered by that time.\n\
         \n\n\n\n\n\n\n\n\
         Diagnostic information for administrators:\n\
         \n\
         Generating server: abmail13.beach.test\n\
         Receiving server: license.test (208.73.211.178)\n\
         \n\
         darren@license.test\n\
         Remote Server at license.test (208.73.211.178) returned '400 4.4.7 Message delayed'\n\
         4/11/2016 4:58:21 PM - Remote Server at license.test (208.73.211.178) returned '441 4.4.1 Error encountered while communicating with primary target IP address: \"Failed to connect. Winsock error code: 10060, Win32 error code: 10060.\" Attempted failover to alternate host, but that did not succeed. Either there are no alternate hosts, or delivery failed to all alternate hosts. The last endpoint attempted was 208.73.211.178:25'\n"
    );
    assert_eq!(
        case.status(why),
        "Content-Type: message/delivery-status\n\
         \n\
         Reporting-MTA: dns;abmail13.beach.test\n\
         Received-From-MTA: dns;abmail13.beach.test\n\
         Arrival-Date: Mon, 11 Apr 2016 13:08:47 +0000\n\
         \n\
         Final-Recipient: rfc822;darren@license.test\n\
         Action: delayed\n\
         Status: 4.4.7\n\
         Diagnostic-Code: smtp;400 4.4.7 Message delayed\n\
         Will-Retry-Until: Wed, 13 Apr 2016 13:08:47 +0000\n\
         X-Display-Name: darren@license.test\n\
         \n"
    );
    let whole = case.whole(why, now);
    assert!(
        whole.contains("\r\nSubject: Delivery delayed:RE: Cases\r\n"),
        "{whole}"
    );
    assert!(
        whole.contains(
            "Microsoft Outlook\r\n <MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@coab.test>"
        ),
        "{whole}"
    );
    // The header of the message alone comes back.
    assert!(
        whole.contains("Content-Type: text/rfc822-headers\r\n\r\nSubject: RE: Cases\r\n"),
        "{whole}"
    );
}

/// Sun, 17 Jun 2018 07:31:37 to Tue, 19 Jun 2018 07:32:05 UTC
#[test]
fn a_failure_of_exchange_online_reads_as_it_did() {
    let product = Product::ExchangeOnline(OnlineEra::From2018);
    let mut case = Case::new(product, "HT007.example.test", 1_529_220_697);
    case.voice.domains = vec!["sender.test".to_owned()];
    case.voice.front_end = "HK2APC01FT031.eop-APC01.prod.protection.outlook.com".to_owned();
    let case = case.last(Cause::NotConnected(10061), "192.0.2.107:25", 1_529_393_171);
    let text = case.text(Why::Expired, 1_529_393_525);
    assert!(text.contains("\nbob@student.test (bob@student.test)<mailto:bob@student.test>\nYour message wasn't delivered. Despite repeated attempts"), "{text}");
    let (_, diagnostics) = text.split_once("bob@student.test\n6/19").unwrap();
    assert_eq!(
        diagnostics,
        "/2018 7:32:05 AM - Server at HT007.example.test returned '550 5.4.316 Message expired, connection refused(Socket error code 10061)'\n\
         6/19/2018 7:26:11 AM - Server at student.test (192.0.2.107) returned '450 4.4.316 Connection refused [Message=Socket error code 10061] [LastAttemptedServerName=student.test] [LastAttemptedIP=192.0.2.107:25] [HK2APC01FT031.eop-APC01.prod.protection.outlook.com](Socket error code 10061)'\n"
    );
    let status = case.status(Why::Expired);
    assert!(
        status.ends_with(
            "Final-Recipient: rfc822;bob@student.test\n\
             Action: failed\n\
             Status: 5.4.316\n\
             Diagnostic-Code: smtp;550 5.4.316 Message expired, connection refused\n\
             X-Display-Name: bob@student.test\n\n"
        ),
        "{status}"
    );
}

#[test]
fn a_refusal_names_who_refused() {
    let product = Product::ExchangeOnline(OnlineEra::From2018);
    let case = Case::new(product, "HT040.example.test", 1_527_063_349);
    let reply = Reply::new(501, "5.1.8 Sender address rejected");
    let why = Why::Refused {
        reply: &reply,
        host: "nijo.test",
    };
    let text = case.text(why, 1_527_063_353);
    assert!(
        text.starts_with(
            "nijo.test rejected your message to the following email addresses:\n\nbob@"
        ),
        "{text}"
    );
    assert!(
        text.contains("\n\n\nnijo.test gave this error:\nSender address rejected\n"),
        "{text}"
    );
    assert!(text.ends_with("\nbob@student.test\nnijo.test\nRemote Server returned '501 5.1.8 Sender address rejected'\n"), "{text}");
    let status = case.status(why);
    assert!(status.contains("Status: 5.1.8\nDiagnostic-Code: smtp;501 5.1.8 Sender address rejected\nRemote-MTA: dns;nijo.test\n"), "{status}");
}

#[test]
fn older_ones_say_less() {
    let case = Case {
        voice: Voice::new(Product::Exchange2010, "ex10.school.test"),
        ..of_2013()
    };
    let text = case.text(Why::Expired, EXPIRED_2013);
    assert!(text.ends_with("helpdesk.\n\n\n\n\n\n\n\nDiagnostic information for administrators:\n\nGenerating server: ex10.school.test\n\nbob@student.test\n#550 4.4.7 QUEUE.Expired; message expired ##\n"), "{text}");
    let whole = case.whole(Why::Expired, EXPIRED_2013);
    assert!(!whole.contains("X-MS-Exchange-Message-Is-Ndr") && !whole.contains("Auto-Submitted"));

    let case = Case {
        voice: Voice::new(Product::Exchange2013Early, "ex13.school.test"),
        ..of_2013()
    };
    let text = case.text(Why::Expired, EXPIRED_2013);
    assert!(text.ends_with("\nbob@student.test\nRemote Server returned '<ex13.school.test #4.4.7 smtp;550 4.4.7 QUEUE.Expired; message expired>'\n"), "{text}");
}

#[test]
fn html_escapes_what_a_message_says() {
    let mut case = of_2013();
    case.submission.content =
        b"Subject: <script>alert(1)</script>\r\nFrom: \"A & B\" <a@b.test>\r\n\r\n".to_vec();
    let html = Text::of(&case.voice, &case.subject(), Why::Expired, at(EXPIRED_2013)).html();
    assert!(!html.contains("<script>"), "{html}");
    assert!(
        html.contains("From: &quot;A &amp; B&quot; &lt;a@b.test&gt;"),
        "{html}"
    );
    assert!(html.contains("<p>Generating server: exchange1.school.test<br>\nReceiving server: student.test (10.1.1.3)<br>\n</p>"), "{html}");
}
