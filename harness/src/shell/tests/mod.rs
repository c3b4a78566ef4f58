//! The language on a host of two connectors, two queues and a file.

mod binding;
mod builtins;
mod completion;
mod errors;
mod hostile;
mod strings;
mod views;

use std::time::{Duration, SystemTime};

use super::Interpreter;
use super::command::{Call, Command, Console, Host, Parameter, Takes};
use super::trouble::Trouble;
use super::value::{Column, Kind, Object, Value};

static CONNECTOR: Kind = Kind {
    name: "Microsoft.Exchange.Data.Directory.SystemConfiguration.ReceiveConnector",
    columns: &[
        Column::of("Identity", 38),
        Column::of("Bindings", 38),
        Column::rest("Enabled"),
    ],
    list: &[],
    listed: false,
};

static QUEUE: Kind = Kind {
    name: "Microsoft.Exchange.Data.QueueViewer.ExtensibleQueueInfo",
    columns: &[
        Column::of("Identity", 12),
        Column::of("Status", 8),
        Column {
            right: true,
            ..Column::of("MessageCount", 12)
        },
        Column::rest("NextHopDomain"),
    ],
    list: &[],
    listed: false,
};

const IDENTITY: Parameter = Parameter::new("Identity", Takes::Text).at(0).piped();

static GET_RECEIVE_CONNECTOR: Command = Command {
    name: "Get-ReceiveConnector",
    aliases: &[],
    synopsis: "Views the Receive connectors of a server.",
    notes: &[],
    examples: &["Get-ReceiveConnector | fl"],
    parameters: &[IDENTITY, Parameter::new("Server", Takes::Text)],
    words: false,
};

static SET_RECEIVE_CONNECTOR: Command = Command {
    name: "Set-ReceiveConnector",
    aliases: &[],
    synopsis: "Modifies a Receive connector.",
    notes: &["The service has to be restarted."],
    examples: &["Set-ReceiveConnector \"EX01\\Default\" -Fqdn mx.contoso.test"],
    parameters: &[
        IDENTITY.needed(),
        Parameter::new("Bindings", Takes::Texts),
        Parameter::new("ConnectionTimeout", Takes::Span),
        Parameter::new("Enabled", Takes::Bool),
        Parameter::new("Fqdn", Takes::Text),
        Parameter::new("MaxHopCount", Takes::Int),
        Parameter::new("ProtocolLoggingLevel", Takes::OneOf(&["None", "Verbose"])),
        Parameter::new(
            "PermissionGroups",
            Takes::SomeOf(&["None", "AnonymousUsers", "Partners"]),
        ),
        Parameter::new("Since", Takes::Time),
        Parameter::new("TlsCertificateName", Takes::Text),
        Parameter::new("TlsDomainCapabilities", Takes::Texts),
        Parameter::new("Confirm", Takes::Switch),
        Parameter::new("WhatIf", Takes::Switch),
    ],
    words: false,
};

static GET_QUEUE: Command = Command {
    name: "Get-Queue",
    aliases: &["gq"],
    synopsis: "Views queues.",
    notes: &[],
    examples: &[],
    parameters: &[IDENTITY],
    words: false,
};

static CERTUTIL: Command = Command {
    name: "certutil",
    aliases: &["certutil.exe"],
    synopsis: "Manages certificates.",
    notes: &[],
    examples: &[],
    parameters: &[],
    words: true,
};

/// What the test looks at: what was called, and what was printed.
#[derive(Default)]
struct Desk {
    calls: Vec<String>,
}

fn connector(name: &str, tls: Option<&str>) -> Value {
    let identity = format!("EX01\\{name}");
    let properties = [
        ("Identity", identity.as_str().into()),
        ("Name", name.into()),
        (
            "Bindings",
            vec!["0.0.0.0:25".to_owned(), "[::]:25".to_owned()].into(),
        ),
        ("ConnectionTimeout", Duration::from_secs(600).into()),
        ("Enabled", true.into()),
        ("Fqdn", "ex01.contoso.test".into()),
        ("TlsCertificateName", tls.map(str::to_owned).into()),
        ("TlsDomainCapabilities", Vec::<String>::new().into()),
    ];
    Object::new(&CONNECTOR, identity, properties).into()
}

fn queue(number: i64, status: &str, count: i64, domain: &str) -> Value {
    let identity = format!("EX01\\{number}");
    let properties = [
        ("Identity", identity.as_str().into()),
        ("Status", status.into()),
        ("MessageCount", count.into()),
        ("NextHopDomain", domain.into()),
        ("LastError", Value::Null),
        ("LastRetryTime", now().into()),
    ];
    Object::new(&QUEUE, identity, properties).into()
}

/// Saturday, November 21, 2026 5:52:36 PM
fn now() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_795_283_556)
}

impl Host for Desk {
    fn commands(&self) -> Vec<&'static Command> {
        vec![
            &GET_RECEIVE_CONNECTOR,
            &SET_RECEIVE_CONNECTOR,
            &GET_QUEUE,
            &CERTUTIL,
        ]
    }

    fn invoke(&mut self, call: &Call, console: &mut dyn Console) -> Result<Vec<Value>, Trouble> {
        if self.calls.len() < 1_000 {
            self.calls.push(match call.words.as_slice() {
                [] => format!("{} {:?}", call.command.name, call.given),
                words => format!("{} {words:?}", call.command.name),
            });
        }
        let all = match call.command.name {
            "Get-ReceiveConnector" => vec![
                connector(
                    "Default Frontend EX01",
                    Some("<I>CN=CA<S>CN=mx.contoso.test"),
                ),
                connector("Client Proxy", None),
            ],
            "Get-Queue" => vec![
                queue(3, "Retry", 12, "contoso.mail.onmicrosoft.com"),
                queue(4, "Ready", 0, "fabrikam.test"),
            ],
            "Set-ReceiveConnector" => {
                console.warn("The service has to be restarted.");
                return Ok(Vec::new());
            }
            _ => return Ok(Vec::new()),
        };
        let Some(wanted) = call.text("Identity") else {
            return Ok(all);
        };
        let found: Vec<Value> = all
            .into_iter()
            .filter(|value| matches!(value, Value::Object(one) if one.text.eq_ignore_ascii_case(wanted)))
            .collect();
        match found.is_empty() {
            false => Ok(found),
            true => Err(Trouble::new(
                "ManagementObjectNotFoundException",
                format!("The object '{wanted}' couldn't be found."),
            )),
        }
    }

    fn complete(&self, _: &Command, parameter: &Parameter) -> Vec<String> {
        match parameter.name {
            "Identity" => vec![
                "EX01\\Default Frontend EX01".to_owned(),
                "EX01\\Proxy".to_owned(),
            ],
            _ => Vec::new(),
        }
    }

    fn files(&self, path: &str) -> Result<Vec<(String, String)>, Trouble> {
        let text =
            "#Fields: date-time\r\n1,+,\r\n2,>,220 ready\r\n3,<,EHLO x\r\n4,>,250 STARTTLS\r\n";
        match path {
            "C:\\Logs\\*.log" | "C:\\Logs\\recv.log" => {
                Ok(vec![("C:\\Logs\\recv.log".to_owned(), text.to_owned())])
            }
            _ => Err(Trouble::new(
                "ItemNotFoundException",
                format!("Cannot find path '{path}' because it does not exist."),
            )
            .about("ObjectNotFound", path)),
        }
    }

    fn prompt(&self) -> String {
        "[PS] C:\\>".to_owned()
    }

    fn now(&self) -> SystemTime {
        now()
    }
}

/// What was printed, one under the other; answers to give.
#[derive(Default)]
struct Screen {
    lines: Vec<String>,
    answers: Vec<String>,
}

impl Console for Screen {
    fn print(&mut self, line: &str) {
        self.lines.push(line.to_owned());
    }

    fn warn(&mut self, text: &str) {
        self.lines.push(format!("WARNING: {text}"));
    }

    fn error(&mut self, text: &str) {
        self.lines.push(text.to_owned());
    }

    fn ask(&mut self, question: &str) -> Option<String> {
        self.lines.push(question.to_owned());
        self.answers.pop()
    }
}

/// What a script prints, and which calls it makes.
fn played(script: &str) -> (String, Vec<String>) {
    let (mut desk, mut screen) = (Desk::default(), Screen::default());
    Interpreter::default().run(&mut desk, &mut screen, script);
    (screen.lines.join("\n"), desk.calls)
}

/// A script prints this.
#[track_caller]
fn check(script: &str, expected: &str) {
    let (printed, _) = played(script);
    assert_eq!(printed, expected, "{script}\n{printed}");
}

/// The last call that a script makes is this.
#[track_caller]
fn calls(script: &str, expected: &str) {
    let (printed, calls) = played(script);
    assert_eq!(
        calls.last().map(String::as_str),
        Some(expected),
        "{script}\n{printed}"
    );
}

/// A script prints an error whose sentence begins so.
#[track_caller]
fn fails(script: &str, sentence: &str) {
    let (mut desk, mut screen) = (Desk::default(), Screen::default());
    let troubles = Interpreter::default().run(&mut desk, &mut screen, script);
    let message = troubles.first().map(|trouble| trouble.message.as_str());
    assert!(
        message.is_some_and(|message| message.starts_with(sentence)),
        "{script}: {message:?}\n{}",
        screen.lines.join("\n")
    );
}
