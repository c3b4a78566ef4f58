//! How Exchange Online speaks.
//!
//! The codes are those of Microsoft's list of notifications and of public ones of 2017 to 2026:
//! 4.4.312 DNS, 4.4.315 time-out, 4.4.316 refused, 4.4.317 no session, 4.4.318 closed, 4.7.320
//! certificate; 4.7.321 to 4.7.325 DANE, 4.4.8 and 4.7.5 MTA-STS.

use std::time::SystemTime;

use crate::persona::timestamp;
use crate::session_id::session_id;
use crate::transport::product::OnlineEra;
use crate::transport::setback::{Cause, Setback};
use crate::transport::voice::Expired;

/// The error in a sentence with everything that goes with it.
pub(crate) fn description(
    era: OnlineEra,
    setback: &Setback,
    front_end: &str,
    at: SystemTime,
) -> String {
    let (text, message) = said(era, &setback.cause);
    if message.is_empty() || era == OnlineEra::Early2017 {
        return text;
    }
    let mut out = format!("{text} [Message={message}]");
    if !setback.host.is_empty() {
        out += &format!(" [LastAttemptedServerName={}]", setback.host);
    }
    if let Some(address) = setback.address {
        out += &format!(" [LastAttemptedIP={address}]");
    }
    match era {
        OnlineEra::Early2017 | OnlineEra::Late2017 => out + &format!(" [{front_end}]"),
        OnlineEra::From2018 | OnlineEra::From2020 => out + &format!(" [{front_end}]({message})"),
        OnlineEra::From2023 => {
            // The id is that of the front end's session; that it is its time in ticks is inferred.
            let (time, id) = (timestamp(at), session_id(at, 0));
            let security = security(setback);
            let detail = format!(" [SmtpSecurity={security}] [{front_end} {time} {id:016X}]");
            match text.starts_with("450 4.7.320") {
                // The sample of this code has nothing behind the brackets.
                true => out + &detail,
                false => out + &detail + &format!("({message})"),
            }
        }
    }
}

/// `SmtpSecurity` was -1;-1 where a certificate was looked at and -2;-2 where TLS never was; what
/// the numbers mean is not documented.
fn security(setback: &Setback) -> &'static str {
    match &setback.cause {
        Cause::Own { text, .. } if text.starts_with("450 4.7.320") => "-1;-1",
        _ => "-2;-2",
    }
}

/// `LED` and `MSG` of a trace. Since 2018 the first has everything in it.
pub(crate) fn apart(
    era: OnlineEra,
    setback: &Setback,
    front_end: &str,
    at: SystemTime,
) -> (String, String) {
    match era {
        OnlineEra::Early2017 => said(era, &setback.cause),
        _ => (description(era, setback, front_end, at), String::new()),
    }
}

/// The error and its reason.
fn said(era: OnlineEra, cause: &Cause) -> (String, String) {
    let no_session = match era {
        OnlineEra::From2023 => "450 4.4.317 Cannot establish session with remote server",
        _ => "450 4.4.317 Cannot connect to remote server",
    };
    let socket = |code: &u32| format!("Socket error code {code}");
    let (text, message) = match cause {
        // What stands as reason for 4.4.318 and 4.4.315 is inferred from 4.4.316.
        Cause::Dropped(why) => ("450 4.4.318 Connection was closed abruptly", why.clone()),
        Cause::NotConnected(code @ 10060) => ("450 4.4.315 Connection timed out", socket(code)),
        Cause::NotConnected(code @ 10061) => ("450 4.4.316 Connection refused", socket(code)),
        Cause::NotConnected(code) => (
            no_session,
            format!("Failed to connect. Winsock error code: {code}, Win32 error code: {code}"),
        ),
        Cause::Own { text, message } => (text.as_str(), message.clone()),
        Cause::Replied(text) => (no_session, text.clone()),
    };
    (text.to_owned(), message)
}

pub(crate) fn expired(
    era: OnlineEra,
    last: Option<(&Setback, SystemTime)>,
    front_end: &str,
) -> Expired {
    let plain = |text: &str| Expired {
        text: text.to_owned(),
        diagnostic: text.to_owned(),
    };
    let Some((setback, at)) = last else {
        // Nobody has shown the notification of a message that was never tried.
        return plain("550 4.4.7 QUEUE.Expired; message expired");
    };
    if era < OnlineEra::From2018 {
        return plain("550 4.4.7 QUEUE.Expired; message expired");
    }
    let (text, message) = said(era, &setback.cause);
    if let Some(text) = listed(&text) {
        return plain(&text);
    }
    let named = KNOWN.iter().find(|(code, _)| text.contains(code));
    let Some((code, words)) = named else {
        // So it is for what has no code of its own; that it is for 4.7.320 is uncertain.
        let text = description(era, setback, front_end, at);
        return plain(&format!("550 5.4.300 Message expired -> {text}"));
    };
    let diagnostic = format!("550 5{} Message expired, {words}", &code[1..]);
    Expired {
        text: format!("{diagnostic}({message})"),
        diagnostic,
    }
}

/// DANE and MTA-STS: Microsoft's list has the same words under the code of each class. What else
/// the report says is not known.
fn listed(text: &str) -> Option<String> {
    const CODES: [&str; 7] = [
        "4.4.8", "4.7.5", "4.7.321", "4.7.322", "4.7.323", "4.7.324", "4.7.325",
    ];
    let (code, words) = text.strip_prefix("450 ")?.split_once(' ')?;
    let is_listed = CODES.contains(&code);
    is_listed.then(|| format!("550 5{} {words}", &code[1..]))
}

/// What stands behind `Message expired, `. Those of 4.4.312, 4.4.316 and 4.4.317 were seen, the
/// other two are inferred.
const KNOWN: [(&str, &str); 5] = [
    ("4.4.312", "DNS query failed"),
    ("4.4.315", "connection timed out"),
    ("4.4.316", "connection refused"),
    ("4.4.317", "cannot connect to remote server"),
    ("4.4.318", "connection was closed abruptly"),
];
