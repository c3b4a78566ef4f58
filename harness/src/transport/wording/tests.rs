//! Each form as it stands in a public report, with names of ours.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::transport::{Cause, OnlineEra, Product, Setback, Voice};

const HOST: &str = "mail.contoso.test";
const FRONT_END: &str = "DM6NAM11FT035.eop-nam11.prod.protection.outlook.com";

/// Sat, 4 Jan 2025 16:37:07.429 UTC
fn at() -> SystemTime {
    UNIX_EPOCH + Duration::from_millis(1_736_008_627_429)
}

fn voice(product: Product) -> Voice {
    Voice {
        front_end: FRONT_END.to_owned(),
        ..Voice::new(product, "ex01.contoso.test")
    }
}

fn setback(cause: Cause) -> Setback {
    Setback::new(cause).with(HOST, "192.0.2.25:25".parse().ok())
}

fn judged(message: &str) -> Cause {
    Cause::Own {
        text: "450 4.7.320 Certificate validation failed".to_owned(),
        message: message.to_owned(),
    }
}

#[track_caller]
fn check(product: Product, cause: Cause, expected: &str) {
    assert_eq!(voice(product).last_error(&setback(cause), at()), expected);
}

#[test]
fn exchange_2010_quotes_a_reply_even_where_there_was_none() {
    let failover = "Attempted failover to alternate host, but that did not succeed. Either there are no alternate hosts, or delivery failed to all alternate hosts.";
    let quoted = |reply: &str| {
        format!("451 4.4.0 Primary target IP address responded with: \"{reply}\" {failover}")
    };
    for product in [Product::Exchange2010, Product::Exchange2013Early] {
        check(
            product,
            Cause::NotConnected(10060),
            &quoted("421 4.2.1 Unable to connect."),
        );
        let required = Cause::Replied("451 5.7.3 STARTTLS is required to send mail".to_owned());
        check(
            product,
            required,
            &quoted("451 5.7.3 STARTTLS is required to send mail."),
        );
        let timed_out = Cause::Replied("421 4.4.1 Connection timed out".to_owned());
        check(
            product,
            timed_out,
            &quoted("421 4.4.1 Connection timed out."),
        );
    }
}

#[test]
fn exchange_2013_names_the_endpoint() {
    check(
        Product::Exchange2013,
        Cause::NotConnected(10060),
        "441 4.4.1 Error encountered while communicating with primary target IP address: \"Failed to connect. Winsock error code: 10060, Win32 error code: 10060.\" Attempted failover to alternate host, but that did not succeed. Either there are no alternate hosts, or delivery failed to all alternate hosts. The last endpoint attempted was 192.0.2.25:25",
    );
    check(
        Product::Exchange2013,
        Cause::Replied(
            "451 4.7.3 The admin has temporarily disallowed this secure domain.".to_owned(),
        ),
        "451 4.4.0 Primary target IP address responded with: \"451 4.7.3 The admin has temporarily disallowed this secure domain.\" Attempted failover to alternate host, but that did not succeed. Either there are no alternate hosts, or delivery failed to all alternate hosts. The last endpoint attempted was 192.0.2.25:25",
    );
}

#[test]
fn exchange_2016_and_later_write_a_record() {
    let record = |led: &str| {
        format!(
            "[{{LED={led}}};{{MSG=}};{{FQDN={HOST}}};{{IP=192.0.2.25}};{{LRT=1/4/2025 4:37:07 PM}}]"
        )
    };
    let check = |cause, led: &str| check(Product::Exchange2016, cause, &record(led));
    check(
        Cause::Dropped("TimedOut".to_owned()),
        "451 4.4.397 Error communicating with target host. -> 421 4.4.2 Connection dropped due to TimedOut",
    );
    check(
        Cause::NotConnected(10060),
        "451 4.4.397 Error communicating with target host. -> 421 4.2.1 Unable to connect -> SocketTimedout: Socket error code 10060",
    );
    check(
        Cause::NotConnected(10061),
        "451 4.4.397 Error communicating with target host. -> 421 4.2.1 Unable to connect -> SocketConnectionRefused: Socket error code 10061",
    );
    check(
        Cause::NotConnected(10051),
        "451 4.4.397 Error communicating with target host. -> 421 4.2.1 Unable to connect -> SocketError: Failed to connect. Winsock error code: 10051, Win32 error code: 10051",
    );
    check(
        Cause::Replied("454 4.7.0 Temporary authentication failure".to_owned()),
        "451 4.4.395 Target host responded with error. -> 454 4.7.0 Temporary authentication failure",
    );
}

/// What stands in a notification or a trace of each era.
#[track_caller]
fn check_online(era: OnlineEra, cause: Cause, expected: &str) {
    let voice = voice(Product::ExchangeOnline(era));
    assert_eq!(voice.description(&setback(cause), at()), expected);
}

#[test]
fn exchange_online_speaks_as_it_did_at_the_time() {
    check_online(
        OnlineEra::Late2017,
        judged("SubjectMismatch"),
        &format!(
            "450 4.7.320 Certificate validation failed [Message=SubjectMismatch] [LastAttemptedServerName={HOST}] [LastAttemptedIP=192.0.2.25:25] [{FRONT_END}]"
        ),
    );
    check_online(
        OnlineEra::From2018,
        Cause::NotConnected(10061),
        &format!(
            "450 4.4.316 Connection refused [Message=Socket error code 10061] [LastAttemptedServerName={HOST}] [LastAttemptedIP=192.0.2.25:25] [{FRONT_END}](Socket error code 10061)"
        ),
    );
    check_online(
        OnlineEra::From2020,
        Cause::Replied("451 5.7.3 STARTTLS is required to send mail".to_owned()),
        &format!(
            "450 4.4.317 Cannot connect to remote server [Message=451 5.7.3 STARTTLS is required to send mail] [LastAttemptedServerName={HOST}] [LastAttemptedIP=192.0.2.25:25] [{FRONT_END}](451 5.7.3 STARTTLS is required to send mail)"
        ),
    );
    let id = format!("{:016X}", crate::session_id::session_id(at(), 0));
    check_online(
        OnlineEra::From2023,
        judged(
            "SubjectMismatch Expected Subject: *.contoso.com. Presented Subject: CN=ExchangeServer01. Thumbprint: 00.",
        ),
        &format!(
            "450 4.7.320 Certificate validation failed [Message=SubjectMismatch Expected Subject: *.contoso.com. Presented Subject: CN=ExchangeServer01. Thumbprint: 00.] [LastAttemptedServerName={HOST}] [LastAttemptedIP=192.0.2.25:25] [SmtpSecurity=-1;-1] [{FRONT_END} 2025-01-04T16:37:07.429Z {id}]"
        ),
    );
    check_online(
        OnlineEra::From2023,
        Cause::NotConnected(995),
        &format!(
            "450 4.4.317 Cannot establish session with remote server [Message=Failed to connect. Winsock error code: 995, Win32 error code: 995] [LastAttemptedServerName={HOST}] [LastAttemptedIP=192.0.2.25:25] [SmtpSecurity=-2;-2] [{FRONT_END} 2025-01-04T16:37:07.429Z {id}](Failed to connect. Winsock error code: 995, Win32 error code: 995)"
        ),
    );
    // What the other side says of one message stands alone.
    let greylisted = "451 4.7.1 greylisted";
    for era in [OnlineEra::Early2017, OnlineEra::From2023] {
        check_online(era, Cause::own(greylisted), greylisted);
    }
}

#[test]
fn a_trace_of_2017_has_the_reason_apart_and_later_ones_do_not() {
    let detail = |era| {
        let voice = voice(Product::ExchangeOnline(era));
        voice.trace_detail(&setback(judged("SubjectMismatch")), at())
    };
    let proxy = format!("OutboundProxyTargetIP: 192.0.2.25. OutboundProxyTargetHostName: {HOST}");
    assert_eq!(
        detail(OnlineEra::Early2017),
        format!(
            "Reason: [{{LED=450 4.7.320 Certificate validation failed}};{{MSG=SubjectMismatch}};{{FQDN={HOST}}};{{IP=192.0.2.25}};{{LRT=1/4/2025 4:37:07 PM}}]. {proxy}"
        ),
    );
    let later = detail(OnlineEra::From2023);
    assert!(
        later.starts_with(
            "Reason: [{LED=450 4.7.320 Certificate validation failed [Message=SubjectMismatch] ["
        ),
        "{later}"
    );
    assert!(later.contains("]};{MSG=};{FQDN="), "{later}");
}

#[track_caller]
fn check_expired(product: Product, cause: Option<Cause>, text: &str, diagnostic: &str) {
    let setback = cause.map(setback);
    let last = setback.as_ref().map(|setback| (setback, at()));
    let expired = voice(product).expired(last);
    assert_eq!(
        (expired.text.as_str(), expired.diagnostic.as_str()),
        (text, diagnostic)
    );
}

#[test]
fn a_message_expires_in_the_words_of_its_time() {
    let old = "550 4.4.7 QUEUE.Expired; message expired";
    for product in [
        Product::Exchange2010,
        Product::Exchange2013Early,
        Product::Exchange2013,
    ] {
        check_expired(product, Some(Cause::NotConnected(10060)), old, old);
        check_expired(product, None, old, old);
    }
    let new = "550 5.4.300 Message expired -> 451 4.4.397 Error communicating with target host. -> 421 4.4.2 Connection dropped due to ConnectionReset";
    let reset = Cause::Dropped("ConnectionReset".to_owned());
    check_expired(Product::Exchange2016, Some(reset), new, new);
    check_expired(
        Product::ExchangeOnline(OnlineEra::From2018),
        Some(Cause::NotConnected(10061)),
        "550 5.4.316 Message expired, connection refused(Socket error code 10061)",
        "550 5.4.316 Message expired, connection refused",
    );
    check_expired(
        Product::ExchangeOnline(OnlineEra::From2018),
        Some(Cause::Own {
            text: "450 4.4.312 DNS query failed".to_owned(),
            message: "InfoNoRecords".to_owned(),
        }),
        "550 5.4.312 Message expired, DNS query failed(InfoNoRecords)",
        "550 5.4.312 Message expired, DNS query failed",
    );
    let dane = "tlsa-invalid: The domain failed DANE validation.";
    check_expired(
        Product::ExchangeOnline(OnlineEra::From2023),
        Some(Cause::own(format!("450 4.7.323 {dane}"))),
        &format!("550 5.7.323 {dane}"),
        &format!("550 5.7.323 {dane}"),
    );
    check_expired(
        Product::ExchangeOnline(OnlineEra::From2023),
        Some(Cause::NotConnected(995)),
        "550 5.4.317 Message expired, cannot connect to remote server(Failed to connect. Winsock error code: 995, Win32 error code: 995)",
        "550 5.4.317 Message expired, cannot connect to remote server",
    );
}
