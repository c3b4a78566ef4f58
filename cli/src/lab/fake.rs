//! A lab made up for tests of the page: its data is fixed, or hostile, and its shell knows a few words.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering::Relaxed};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::played::{Completion, Console, Format, Grade, Played, SendState};

pub(crate) struct Fake {
    began: Instant,
    waited: AtomicU64,
    hints: AtomicUsize,
    fixed: AtomicBool,
    opportunistic: AtomicBool,
    answers: Mutex<Vec<Option<String>>>,
    /// Stands wherever a text of others stands.
    hostile: &'static str,
}

/// 2026-11-21 17:52:36 UTC
const START: u64 = 1_795_283_556_000;

const LOG: &str = r"C:\Program Files\Microsoft\Exchange Server\V15\TransportRoles\Logs\FrontEnd\ProtocolLog\SmtpReceive\RECV2026112117-1.LOG";

impl Fake {
    pub(crate) fn new(hostile: &'static str) -> Self {
        Self {
            began: Instant::now(),
            waited: AtomicU64::new(0),
            hints: AtomicUsize::new(0),
            fixed: AtomicBool::new(false),
            opportunistic: AtomicBool::new(false),
            answers: Mutex::default(),
            hostile,
        }
    }

    fn flows(&self) -> bool {
        self.fixed.load(Relaxed) || self.opportunistic.load(Relaxed)
    }

    fn words(&self) -> &'static str {
        match self.flows() {
            true => "250 2.6.0 Queued mail for delivery",
            false => {
                "450 4.7.320 Certificate validation failed [Message=SubjectMismatch] [LastAttemptedServerName=hybrid.contoso.test]"
            }
        }
    }

    fn log_text(&self) -> String {
        let mut text = "#Software: Microsoft Exchange Server\r\n#Version: 15.0.0.0\r\n#Log-type: SMTP Receive Protocol Log\r\n#Date: 2026-11-21T17:00:00.000Z\r\n#Fields: date-time,connector-id,session-id,sequence-number,local-endpoint,remote-endpoint,event,data,context\r\n".to_owned();
        for number in 0..420 {
            let data = match number % 4 {
                0 => {
                    "\"220 SERVER1.corp.contoso.test Microsoft ESMTP MAIL Service ready at Sat, 21 Nov 2026 17:52:36 +0000\""
                }
                1 => "EHLO mail-am5eur03on2041.outbound.protection.example.test",
                2 => "STARTTLS",
                _ => "\"CN=SERVER1, self-signed\"",
            };
            text += &format!(
                "2026-11-21T17:52:{:02}.{:03}Z,SERVER1\\Default Frontend SERVER1,08DE28C5D5E2F0{:02X},{},127.0.0.1:25,127.0.0.1:41822,>,{data},{}\r\n",
                number % 60,
                number % 1000,
                number / 60,
                number % 60,
                self.hostile
            );
        }
        text
    }
}

impl Played for Fake {
    fn seed(&self) -> Option<u64> {
        Some(4711)
    }

    fn ticket(&self) -> Value {
        json!({
            "from": "Dana Whitcombe <dana.whitcombe@contoso.test>",
            "subject": "Nothing from our cloud colleagues since last night",
            "text": format!("Hello,\n\nsince we swapped the certificate on our mail server yesterday evening, nobody here gets mail from\nthe colleagues whose mailboxes are in the cloud. Mail from customers arrives as always.\n\nThe new certificate is installed, I checked that twice. Could you look at it before Monday?\n\nDana {}", self.hostile),
        })
    }

    fn view(&self) -> Value {
        let passed = u64::try_from(self.began.elapsed().as_millis()).unwrap();
        let now = START + passed + self.waited.load(Relaxed);
        let at = START + self.waited.load(Relaxed);
        let flows = self.flows();
        let hints = [
            "Who refuses, and what does it look at?",
            "Compare what the cloud was shown with what you installed.",
            "A connector can name its certificate.",
        ];
        let open = self.hints.load(Relaxed);
        let hints: Vec<_> = hints
            .iter()
            .enumerate()
            .map(|(i, text)| json!({ "text": (i < open).then_some(text) }))
            .collect();
        let certificate = match self.fixed.load(Relaxed) {
            true => "CN=hybrid.contoso.test, O=\"Contoso, Inc.\", L=Phoenix, S=Arizona, C=US",
            false => "CN=SERVER1",
        };
        let hostile = self.hostile;
        json!({
            "now": now,
            "next_due": (!flows).then_some(at + 300_000),
            "nodes": [
                { "name": "cloud", "kind": "Exchange Online", "host": "outbound.protection.example.test", "role": "cloud", "addr": null },
                { "name": "internet", "kind": "a mail server that takes any TLS", "host": "", "role": "sender", "addr": null },
                { "name": "barracuda", "kind": "Barracuda Email Security Gateway", "host": "hybrid.contoso.test", "role": "appliance", "addr": "127.0.0.1:2525" },
                { "name": "ex01", "kind": "Exchange Server 2016", "host": format!("SERVER1.corp.contoso.test{hostile}"), "role": "exchange", "addr": "127.0.0.1:2526" },
            ],
            "links": [
                { "from": "cloud", "to": "barracuda", "host": "hybrid.contoso.test", "waiting": if flows { 0 } else { 3 },
                  "last": { "at": at, "delivered": flows, "in_clear": false, "message": self.words(), "certificate": certificate, "thumbprint": "9C2A6B1D0E4F8A73B5D2C19E6F70A8B4D3E2F1C0" } },
                { "from": "internet", "to": "barracuda", "host": "hybrid.contoso.test", "waiting": 0,
                  "last": { "at": at, "delivered": true, "in_clear": self.opportunistic.load(Relaxed), "message": "250 2.6.0 Queued mail for delivery", "certificate": null, "thumbprint": null } },
                { "from": "barracuda", "to": "ex01", "host": "", "waiting": 0, "last": null },
            ],
            "messages": [
                { "number": 1, "by": "cloud", "to": "hybrid.contoso.test", "from": "erin@contoso.test", "recipient": "dana.whitcombe@contoso.test",
                  "state": if flows { "delivered" } else { "waiting" }, "submitted": START - 3_600_000, "attempts": 4, "last": self.words(), "notifications": [] },
                { "number": 2, "by": "internet", "to": "hybrid.contoso.test", "from": "orders@fabrikam.test", "recipient": "dana.whitcombe@contoso.test",
                  "state": "delivered", "submitted": START - 3_000_000, "attempts": 1, "last": "250 2.6.0 Queued mail for delivery", "notifications": [] },
                { "number": 3, "by": "cloud", "to": "hybrid.contoso.test", "from": "erin@contoso.test", "recipient": "sam@contoso.test",
                  "state": "failed", "submitted": START - 90_000_000, "attempts": 12, "last": "550 5.4.316 Message expired",
                  "notifications": [format!("From: postmaster@contoso.test\nTo: erin@contoso.test\nSubject: Undeliverable: budget\n\nYour message wasn't delivered. {hostile}")] },
            ],
            "trace": [
                { "received": START - 3_600_000, "sender": "erin@contoso.test", "recipient": "dana.whitcombe@contoso.test", "subject": format!("budget {hostile}"),
                  "status": if flows { "Delivered" } else { "Pending" }, "id": "5f0d3c7e-8c57-4a39-8a3e-08de28c5d5e2",
                  "events": [{ "at": START - 3_600_000, "event": "Receive", "detail": "Message received by: AM5EUR03" }, { "at": at, "event": "Defer", "detail": self.words() }] },
            ],
            "queues": [
                { "identity": "SERVER1\\3", "delivery_type": "DnsConnectorDelivery", "status": "Retry", "message_count": 2, "next_hop_domain": "fabrikam.test",
                  "next_retry": at + 300_000, "last_error": "451 4.4.0 Primary target IP address responded with: \"454 4.7.5 Certificate validation failed, 0x80096010\"" },
            ],
            "logs": [
                { "host": "ex01", "path": LOG, "size": self.log_text().len() },
                { "host": "ex01", "path": "Application", "size": 213 },
            ],
            "hints": hints,
            "prompt": "[PS] C:\\>",
        })
    }

    fn run(&self, line: &str, console: &mut dyn Console) {
        match line.trim() {
            "fix" => self.fixed.store(true, Relaxed),
            "cheat" => self.opportunistic.store(true, Relaxed),
            "warn" => console.warn("The command completed successfully but no settings of 'SERVER1\\Default Frontend SERVER1' have been modified."),
            "panic" => panic!("as the test wants it"),
            "flood" => (0..20_000).for_each(|number| console.print(&format!("line {number}"))),
            "ask" => {
                let answer = console.ask("Overwrite the existing default SMTP certificate?\n\n[Y] Yes  [A] Yes to All  [N] No  [L] No to All  [?] Help (default is \"Y\"):");
                console.print(&format!("answered: {answer:?}"));
                self.answers.lock().unwrap().push(answer);
            }
            "list" => {
                let text = "\r\n\r\nRunspaceId            : 2f6d2a1c-63a7-4d0a-9a56-6ad1e5a6f1c4\r\nAuthMechanism         : Tls, Integrated, BasicAuth, BasicAuthRequireTLS, ExchangeServer\r\nBanner                :\r\nFqdn                  : SERVER1.corp.contoso.test\r\nTlsCertificateName    :\r\nIdentity              : SERVER1\\Default Frontend SERVER1\r\n";
                text.lines().for_each(|line| console.print(line));
            }
            "hostile" => console.print(self.hostile),
            other => console.error(&format!("{other} : The term '{other}' is not recognized as the name of a cmdlet, function, script file, or operable program.\nCheck the spelling of the name, or if a path was included, verify that the path is correct and try again.\nAt line:1 char:1\n+ {other}\n+ {}\n    + CategoryInfo          : ObjectNotFound: ({other}:String) [], CommandNotFoundException\n    + FullyQualifiedErrorId : CommandNotFoundException\n ", "~".repeat(other.len()))),
        }
    }

    fn is_incomplete(&self, line: &str) -> bool {
        line.matches('{').count() > line.matches('}').count()
    }

    fn complete(&self, line: &str, cursor: usize) -> Completion {
        let start = line[..cursor].rfind(' ').map_or(0, |at| at + 1);
        let known = ["Get-ExchangeCertificate", "Get-EventLog", "list", "fix"];
        let begun = line[start..cursor].to_lowercase();
        let meant = known
            .iter()
            .filter(|one| one.to_lowercase().starts_with(&begun));
        Completion {
            start,
            candidates: meant.map(|one| (*one).to_owned()).collect(),
        }
    }

    fn wait(&self, time: Duration) {
        self.waited
            .fetch_add(u64::try_from(time.as_millis()).unwrap(), Relaxed);
    }

    fn wait_until_next(&self) {
        self.wait(Duration::from_secs(300));
    }

    fn catch_up(&self) {}

    fn log(&self, host: &str, path: &str) -> Option<String> {
        match (host, path) {
            ("ex01", LOG) => Some(self.log_text()),
            ("ex01", "Application") => Some("Error 12014 MSExchangeFrontEndTransport\nMicrosoft Exchange could not find a certificate that contains the domain name SERVER1.corp.contoso.test".to_owned()),
            _ => None,
        }
    }

    fn explain(&self, row: &str) -> Vec<String> {
        vec![format!("A row of {} characters.", row.len()), "The server shows this certificate; the client compares its names with the one that it asked for.".to_owned()]
    }

    fn open_hint(&self) -> bool {
        self.hints.fetch_add(1, Relaxed) < 3
    }

    fn grade(&self) -> Result<Grade, String> {
        let policy_broken = match self.opportunistic.load(Relaxed) {
            true => vec![
                "the connector of the cloud no longer validates the certificate (TlsSettings)"
                    .to_owned(),
            ],
            false => Vec::new(),
        };
        let send = |by: &str, good| SendState {
            by: by.to_owned(),
            to: "hybrid.contoso.test".to_owned(),
            good,
            seen: if good { "deliver" } else { "defer" },
            words: if good {
                String::new()
            } else {
                self.words().to_owned()
            },
        };
        Ok(Grade {
            mail_flows: self.flows(),
            solved: self.flows() && policy_broken.is_empty(),
            sends: vec![send("cloud", self.flows()), send("internet", true)],
            policy_broken,
            summary: "made up",
        })
    }

    fn report(&self, format: Format) -> Result<String, String> {
        Ok(format!("{format:?} {}", self.hostile))
    }
}
