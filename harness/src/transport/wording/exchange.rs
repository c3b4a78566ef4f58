//! How Exchange Server speaks.
//!
//! | product | form | seen in |
//! |---|---|---|
//! | 2010, early 2013 | `451 4.4.0 Primary target IP address responded with: "…."` | KB2989382, KB4051498, KB4495258 |
//! | 2013 | the same with the endpoint; `441 4.4.1` where there was no reply | notifications of builds 15.0.1076, 15.0.1104, 15.0.1497 |
//! | 2016 and later | `451 4.4.395` and `451 4.4.397`, the cause behind an arrow | notifications and queues of 2016 and 2019 |

use crate::transport::product::Product;
use crate::transport::setback::{Cause, Setback};
use crate::transport::voice::Expired;

/// What every form until 2013 ends with.
const FAILOVER: &str = "Attempted failover to alternate host, but that did not succeed. Either there are no alternate hosts, or delivery failed to all alternate hosts.";

pub(crate) fn description(product: Product, setback: &Setback) -> String {
    if let Cause::Own { text, .. } = &setback.cause {
        return text.clone();
    }
    match product {
        Product::Exchange2010 | Product::Exchange2013Early => primary_target(&setback.cause),
        Product::Exchange2013 => with_endpoint(setback),
        _ => with_arrows(&setback.cause),
    }
}

fn primary_target(cause: &Cause) -> String {
    let words = match cause {
        Cause::Dropped(why) => dropped(why),
        Cause::NotConnected(_) => "421 4.2.1 Unable to connect".to_owned(),
        Cause::Own { text, .. } | Cause::Replied(text) => text.clone(),
    };
    let words = with_full_stop(&words);
    format!("451 4.4.0 Primary target IP address responded with: \"{words}\" {FAILOVER}")
}

fn with_endpoint(setback: &Setback) -> String {
    let without_reply = |words: &str| {
        format!(
            "441 4.4.1 Error encountered while communicating with primary target IP address: \"{words}\" {FAILOVER}"
        )
    };
    let text = match &setback.cause {
        // For a lost connection the frame is inferred from that of one that never was.
        Cause::Dropped(why) => without_reply(&with_full_stop(&dropped(why))),
        Cause::NotConnected(code) => without_reply(&failed_to_connect(*code)),
        cause => primary_target(cause),
    };
    match setback.address {
        Some(address) => format!("{text} The last endpoint attempted was {address}"),
        None => text,
    }
}

fn with_arrows(cause: &Cause) -> String {
    const BROKEN: &str = "451 4.4.397 Error communicating with target host. -> ";
    match cause {
        Cause::Dropped(why) => format!("{BROKEN}{}", dropped(why)),
        Cause::NotConnected(code) => {
            let why = match code {
                10060 => "SocketTimedout: Socket error code 10060".to_owned(),
                10061 => "SocketConnectionRefused: Socket error code 10061".to_owned(),
                code => format!(
                    "SocketError: Failed to connect. Winsock error code: {code}, Win32 error code: {code}"
                ),
            };
            format!("{BROKEN}421 4.2.1 Unable to connect -> {why}")
        }
        Cause::Own { text, .. } => text.clone(),
        Cause::Replied(text) => format!("451 4.4.395 Target host responded with error. -> {text}"),
    }
}

pub(crate) fn expired(product: Product, last: Option<&Setback>) -> Expired {
    let text = match (product, last) {
        // Seen with the last error behind an arrow; without one it is inferred.
        (Product::Exchange2016, Some(last)) => {
            format!(
                "550 5.4.300 Message expired -> {}",
                description(product, last)
            )
        }
        (Product::Exchange2016, None) => "550 5.4.300 Message expired".to_owned(),
        _ => "550 4.4.7 QUEUE.Expired; message expired".to_owned(),
    };
    Expired {
        diagnostic: text.clone(),
        text,
    }
}

fn dropped(why: &str) -> String {
    format!("421 4.4.2 Connection dropped due to {why}")
}

fn failed_to_connect(code: u32) -> String {
    format!("Failed to connect. Winsock error code: {code}, Win32 error code: {code}.")
}

fn with_full_stop(words: &str) -> String {
    let words = words.trim_end();
    match words.ends_with('.') {
        true => words.to_owned(),
        false => format!("{words}."),
    }
}
