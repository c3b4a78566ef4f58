//! `Get-MessageTrace` and `Get-MessageTraceDetail` of Exchange Online.

use super::super::command::{Call, Command, Console, Parameter, Takes};
use super::super::desk::Desk;
use super::super::trouble::Trouble;
use super::super::value::{Column, Kind, Object, Value};
use super::{At, Cmdlet, named};
use crate::eop::MessageTrace;
use crate::transport::{TraceDetail, message_trace, message_trace_detail};

static TRACE: Kind = Kind {
    name: "Microsoft.Exchange.Management.FfoReporting.MessageTrace",
    columns: &[
        Column::of("Received", 22),
        Column {
            title: "Sender Address",
            property: "SenderAddress",
            width: Some(26),
            right: false,
        },
        Column {
            title: "Recipient Address",
            property: "RecipientAddress",
            width: Some(30),
            right: false,
        },
        Column::of("Subject", 26),
        Column::rest("Status"),
    ],
    list: &[],
    listed: false,
};

static DETAIL: Kind = Kind {
    name: "Microsoft.Exchange.Management.FfoReporting.MessageTraceDetail",
    columns: &[
        Column::of("Date", 22),
        Column::of("Event", 8),
        Column::rest("Detail"),
    ],
    list: &[],
    listed: false,
};

const SENDER: Parameter = Parameter::new("SenderAddress", Takes::Texts);
const RECIPIENT: Parameter = Parameter::new("RecipientAddress", Takes::Texts);

pub(super) static ALL: [Cmdlet; 2] = [
    Cmdlet {
        command: &Command {
            name: "Get-MessageTrace",
            aliases: &["Get-MessageTraceV2"],
            synopsis: "Shows what became of the messages that Exchange Online sent and took.",
            notes: &[],
            examples: &[
                "Get-MessageTrace",
                "Get-MessageTrace -Status Pending | Get-MessageTraceDetail | fl",
            ],
            parameters: &[
                SENDER,
                RECIPIENT,
                Parameter::new("Status", Takes::Texts),
                Parameter::new("MessageId", Takes::Texts),
                Parameter::new("StartDate", Takes::Time),
                Parameter::new("EndDate", Takes::Time),
            ],
            words: false,
        },
        at: At::Online,
        run: trace,
    },
    Cmdlet {
        command: &Command {
            name: "Get-MessageTraceDetail",
            aliases: &["Get-MessageTraceDetailV2"],
            synopsis: "Shows each event of a message, and why it was put off.",
            notes: &[],
            examples: &["Get-MessageTrace | Get-MessageTraceDetail | fl Date,Event,Detail"],
            parameters: &[
                Parameter::new("MessageTraceId", Takes::Text)
                    .needed()
                    .piped(),
                Parameter::new("RecipientAddress", Takes::Text)
                    .needed()
                    .piped(),
                Parameter::new("Event", Takes::Texts),
            ],
            words: false,
        },
        at: At::Online,
        run: detail,
    },
];

/// What waits or waited in the cloud.
fn sent(desk: &Desk) -> Vec<(MessageTrace, Vec<TraceDetail>)> {
    let lives = desk.stage().lives().into_iter();
    let online = lives.filter(|life| life.online && life.is_of_cloud(desk.playing()));
    let rows = online.flat_map(|life| {
        let detail = message_trace_detail(&life.progress);
        let rows = message_trace(&life.progress).into_iter();
        rows.map(move |row| {
            let mut detail = detail.clone();
            detail.retain(|one| one.recipient_address == row.recipient_address);
            (row, detail)
        })
    });
    rows.collect()
}

fn trace(desk: &mut Desk, call: &Call, _: &mut dyn Console) -> Result<Vec<Value>, Trouble> {
    let mut rows: Vec<(MessageTrace, String)> = sent(desk)
        .into_iter()
        .map(|(row, detail)| {
            let id = detail.first().map(|one| one.message_trace_id.clone());
            (row, id.unwrap_or_default())
        })
        .collect();
    for (_, eop) in desk.playing().eops() {
        rows.extend(
            eop.message_trace()
                .into_iter()
                .map(|row| (row, String::new())),
        );
    }
    let any = |name: &str, of: &str| {
        let like = super::super::desk::files::like;
        call.texts(name)
            .is_none_or(|all| all.iter().any(|one| like(of, one)))
    };
    rows.retain(|(row, _)| {
        any("SenderAddress", &row.sender_address)
            && any("RecipientAddress", &row.recipient_address)
            && any("Status", &row.status.to_string())
            && any("MessageId", &row.message_id)
    });
    if let Some(Value::Time(from)) = call.value("StartDate") {
        rows.retain(|(row, _)| row.received >= *from);
    }
    if let Some(Value::Time(to)) = call.value("EndDate") {
        rows.retain(|(row, _)| row.received <= *to);
    }
    // The newest first, as the service does.
    rows.sort_by_key(|(row, _)| std::cmp::Reverse(row.received));
    Ok(rows.iter().map(|(row, id)| object(row, id)).collect())
}

fn object(row: &MessageTrace, id: &str) -> Value {
    Object {
        kind: &TRACE,
        text: id.to_owned(),
        properties: named(vec![
            ("MessageId", Value::from(row.message_id.as_str())),
            ("Received", Value::Time(row.received)),
            ("SenderAddress", Value::from(row.sender_address.as_str())),
            (
                "RecipientAddress",
                Value::from(row.recipient_address.as_str()),
            ),
            ("Subject", Value::from(row.subject.as_str())),
            ("Status", Value::from(row.status.to_string())),
            ("FromIP", Value::from(row.from_ip.to_string())),
            ("Size", super::property::number(row.size)),
            ("MessageTraceId", Value::from(id)),
        ]),
    }
    .into()
}

fn detail(desk: &mut Desk, call: &Call, _: &mut dyn Console) -> Result<Vec<Value>, Trouble> {
    let id = call.text("MessageTraceId").unwrap_or_default();
    let recipient = call.text("RecipientAddress").unwrap_or_default();
    let events = call.texts("Event");
    let rows = sent(desk).into_iter().flat_map(|(_, detail)| detail);
    let rows = rows.filter(|row| {
        let event = row.event.to_string();
        row.message_trace_id == id
            && row.recipient_address.eq_ignore_ascii_case(recipient)
            && events
                .as_ref()
                .is_none_or(|all| all.iter().any(|one| one.eq_ignore_ascii_case(&event)))
    });
    let shown = rows.map(|row| {
        Object {
            kind: &DETAIL,
            text: row.message_trace_id.clone(),
            properties: named(vec![
                ("MessageId", Value::from(row.message_id)),
                ("MessageTraceId", Value::from(row.message_trace_id)),
                ("Date", Value::Time(row.date)),
                ("Event", Value::from(row.event.to_string())),
                ("Action", Value::from(row.action)),
                ("Detail", Value::from(row.detail)),
                ("SenderAddress", Value::from(row.sender_address)),
                ("RecipientAddress", Value::from(row.recipient_address)),
            ]),
        }
        .into()
    });
    Ok(shown.collect())
}
