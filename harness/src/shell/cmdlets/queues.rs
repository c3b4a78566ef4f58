//! `Get-Queue`, `Retry-Queue`, `Suspend-Queue`, `Resume-Queue`, `Get-Message`, `Remove-Message`.

use super::super::command::{Call, Command, Console, Parameter, Takes};
use super::super::desk::Desk;
use super::super::trouble::Trouble;
use super::super::value::{Column, Kind, Object, Value};
use super::property::{list, number};
use super::{At, Cmdlet, named};
use crate::exchange::Exchange;
use crate::transport::{Queue, QueuedMessage};

static QUEUE: Kind = Kind {
    name: "Microsoft.Exchange.Data.QueueViewer.ExtensibleQueueInfo",
    columns: &[
        Column::of("Identity", 16),
        Column::of("DeliveryType", 28),
        Column::of("Status", 9),
        Column {
            title: "MessageCount",
            property: "MessageCount",
            width: Some(12),
            right: false,
        },
        Column::rest("NextHopDomain"),
    ],
    list: &[],
    listed: false,
};

static MESSAGE: Kind = Kind {
    name: "Microsoft.Exchange.Data.QueueViewer.ExtensibleMessageInfo",
    columns: &[
        Column::of("Identity", 20),
        Column::of("FromAddress", 30),
        Column::of("Status", 9),
        Column::of("Queue", 16),
        Column::rest("Subject"),
    ],
    list: &[],
    listed: false,
};

const IDENTITY: Parameter = Parameter::new("Identity", Takes::Text).at(0).piped();
const FILTER: Parameter = Parameter::new("Filter", Takes::Text);
const SERVER: Parameter = Parameter::new("Server", Takes::Text);
const CONFIRM: Parameter = Parameter::new("Confirm", Takes::Switch);

pub(super) static ALL: [Cmdlet; 6] = [
    Cmdlet::new(
        At::Servers,
        &Command {
            name: "Get-Queue",
            aliases: &[],
            synopsis: "Shows the queues of a server.",
            notes: &[],
            examples: &[
                "Get-Queue",
                "Get-Queue EX01\\3 | fl Identity,Status,LastError,NextRetryTime",
            ],
            parameters: &[IDENTITY, FILTER, SERVER],
            words: false,
        },
        get,
    ),
    Cmdlet::new(
        At::Servers,
        &Command {
            name: "Retry-Queue",
            aliases: &[],
            synopsis: "Connects at once for a queue that waits to be tried again.",
            notes: &["-Resubmit routes its messages anew."],
            examples: &[
                "Retry-Queue EX01\\3",
                "Retry-Queue -Filter \"NextHopDomain -eq 'contoso.mail.onmicrosoft.com' -and Status -eq 'Retry'\"",
            ],
            parameters: &[
                IDENTITY,
                FILTER,
                Parameter::new("Resubmit", Takes::Bool),
                SERVER,
                CONFIRM,
            ],
            words: false,
        },
        retry,
    ),
    Cmdlet::new(
        At::Servers,
        &Command {
            name: "Suspend-Queue",
            aliases: &[],
            synopsis: "Holds a queue: messages come in and do not leave.",
            notes: &[],
            examples: &["Suspend-Queue EX01\\3 -Confirm:$false"],
            parameters: &[IDENTITY, FILTER, SERVER, CONFIRM],
            words: false,
        },
        suspend,
    ),
    Cmdlet::new(
        At::Servers,
        &Command {
            name: "Resume-Queue",
            aliases: &[],
            synopsis: "Lets a queue go on that was suspended.",
            notes: &[],
            examples: &["Resume-Queue EX01\\3"],
            parameters: &[IDENTITY, FILTER, SERVER, CONFIRM],
            words: false,
        },
        resume,
    ),
    Cmdlet::new(
        At::Servers,
        &Command {
            name: "Get-Message",
            aliases: &[],
            synopsis: "Shows the messages in the queues of a server.",
            notes: &[],
            examples: &["Get-Message -Queue EX01\\3 | fl Subject,FromAddress,LastError"],
            parameters: &[IDENTITY, Parameter::new("Queue", Takes::Text), SERVER],
            words: false,
        },
        messages,
    ),
    Cmdlet::new(
        At::Servers,
        &Command {
            name: "Remove-Message",
            aliases: &[],
            synopsis: "Takes a message out of its queue.",
            notes: &[
                "What its sender is told is not documented: only -WithNDR $false is modelled.",
            ],
            examples: &["Remove-Message EX01\\3\\17 -WithNDR $false -Confirm:$false"],
            parameters: &[
                IDENTITY.needed(),
                Parameter::new("WithNDR", Takes::Bool),
                CONFIRM,
            ],
            words: false,
        },
        remove,
    ),
];

/// The server of `EX01\3`, and of whatever else is said.
fn server_of<'a>(desk: &'a Desk, call: &Call) -> Result<&'a Exchange, Trouble> {
    match call
        .text("Identity")
        .and_then(|identity| identity.split_once('\\'))
    {
        Some((server, _)) => desk.server(Some(server)),
        None => desk.server(call.text("Server")),
    }
}

fn get(desk: &mut Desk, call: &Call, _: &mut dyn Console) -> Result<Vec<Value>, Trouble> {
    let server = server_of(desk, call)?;
    let filter = filter(call);
    let wanted = filter.parse().map_err(|error| desk.trouble(error))?;
    let wanted: crate::transport::QueueFilter = wanted;
    let mut queues = server.queues();
    queues.retain(|one| wanted.is_for(one));
    match (queues.is_empty(), call.text("Identity")) {
        (true, Some(identity)) => Err(desk.not_found(identity)),
        _ => Ok(queues.iter().map(queue).collect()),
    }
}

/// Which queues are meant: an identity, a filter, or all.
fn filter(call: &Call) -> String {
    let given = call.text("Identity").or_else(|| call.text("Filter"));
    given.unwrap_or("MessageCount -ge 0").to_owned()
}

fn queue(one: &Queue) -> Value {
    Object {
        kind: &QUEUE,
        text: one.identity.clone(),
        properties: named(vec![
            ("Identity", Value::from(one.identity.as_str())),
            ("DeliveryType", Value::from(one.delivery_type.to_string())),
            ("NextHopDomain", Value::from(one.next_hop_domain.as_str())),
            ("TlsDomain", Value::from(one.tls_domain.as_str())),
            (
                "NextHopConnector",
                Value::from(one.next_hop_connector.as_str()),
            ),
            ("Status", Value::from(one.status.to_string())),
            ("MessageCount", number(one.message_count)),
            ("LastError", Value::from(one.last_error.as_str())),
            ("RetryCount", Value::Int(i64::from(one.retry_count))),
            ("LastRetryTime", one.last_retry_time.map(Value::Time).into()),
            ("NextRetryTime", one.next_retry_time.map(Value::Time).into()),
            (
                "FirstRetryTime",
                one.first_retry_time.map(Value::Time).into(),
            ),
            ("NextHopCategory", Value::from(one.next_hop_category)),
        ]),
    }
    .into()
}

/// Holds, frees or tries queues.
fn with_queues(
    desk: &Desk,
    call: &Call,
    act: impl FnOnce(&Exchange, &str) -> Result<(), crate::error::Error>,
) -> Result<Vec<Value>, Trouble> {
    let server = server_of(desk, call)?;
    if !call.has("Identity") && !call.has("Filter") {
        return Err(Trouble::new(
            "ParameterBindingException",
            "Parameter set cannot be resolved using the specified named parameters.",
        )
        .about("InvalidArgument", ""));
    }
    let filter = filter(call);
    if call.has("Identity") {
        let wanted: crate::transport::QueueFilter =
            filter.parse().map_err(|error| desk.trouble(error))?;
        if !server.queues().iter().any(|one| wanted.is_for(one)) {
            return Err(desk.not_found(&filter));
        }
    }
    act(server, &filter).map_err(|error| desk.trouble(error))?;
    desk.changed();
    Ok(Vec::new())
}

fn retry(desk: &mut Desk, call: &Call, _: &mut dyn Console) -> Result<Vec<Value>, Trouble> {
    with_queues(desk, call, |server, filter| match call.bool("Resubmit") {
        Some(true) => {
            server.resubmit_queue(filter)?;
            server.advance(std::time::Duration::ZERO);
            Ok(())
        }
        _ => server.retry_queue(filter).map(drop),
    })
}

fn suspend(desk: &mut Desk, call: &Call, _: &mut dyn Console) -> Result<Vec<Value>, Trouble> {
    with_queues(desk, call, Exchange::suspend_queue)
}

fn resume(desk: &mut Desk, call: &Call, _: &mut dyn Console) -> Result<Vec<Value>, Trouble> {
    with_queues(desk, call, Exchange::resume_queue)
}

fn messages(desk: &mut Desk, call: &Call, _: &mut dyn Console) -> Result<Vec<Value>, Trouble> {
    let wanted = call.text("Queue").or_else(|| call.text("Identity"));
    let server = match wanted.and_then(|wanted| wanted.split_once('\\')) {
        Some((server, _)) => desk.server(Some(server))?,
        None => desk.server(call.text("Server"))?,
    };
    let mut all = server.queued_messages();
    if let Some(queue) = call.text("Queue") {
        all.retain(|one| one.queue.eq_ignore_ascii_case(queue));
    }
    if let Some(identity) = call.text("Identity") {
        // What comes out of `Get-Queue` is the identity of a queue.
        all.retain(|one| {
            one.identity.eq_ignore_ascii_case(identity) || one.queue.eq_ignore_ascii_case(identity)
        });
    }
    Ok(all.iter().map(message).collect())
}

fn message(one: &QueuedMessage) -> Value {
    Object {
        kind: &MESSAGE,
        text: one.identity.clone(),
        properties: named(vec![
            ("Identity", Value::from(one.identity.as_str())),
            ("Subject", Value::from(one.subject.as_str())),
            (
                "InternetMessageId",
                Value::from(one.internet_message_id.as_str()),
            ),
            ("FromAddress", Value::from(one.from_address.as_str())),
            ("Status", Value::from(one.status.to_string())),
            ("Size", Value::from(format!("{} B", one.size))),
            (
                "MessageSourceName",
                Value::from(one.message_source_name.as_str()),
            ),
            ("DateReceived", Value::Time(one.date_received)),
            ("ExpirationTime", Value::Time(one.expiration_time)),
            ("LastError", Value::from(one.last_error.as_str())),
            ("RetryCount", Value::Int(i64::from(one.retry_count))),
            ("Queue", Value::from(one.queue.as_str())),
            ("Recipients", list(&one.recipients)),
        ]),
    }
    .into()
}

fn remove(desk: &mut Desk, call: &Call, _: &mut dyn Console) -> Result<Vec<Value>, Trouble> {
    let identity = call.text("Identity").unwrap_or_default();
    if call.bool("WithNDR") != Some(false) {
        return Err(Trouble::unsupported(
            "removing a message with a notification",
            "write -WithNDR $false",
        ));
    }
    let server = server_of(desk, call)?;
    let number = identity
        .rsplit('\\')
        .next()
        .and_then(|number| number.parse().ok());
    match number.is_some_and(|number| server.remove_message(number)) {
        true => {
            desk.changed();
            Ok(Vec::new())
        }
        false => Err(desk.not_found(identity)),
    }
}
