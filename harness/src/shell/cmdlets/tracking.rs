//! `Get-MessageTrackingLog`: what a server did with each message.

use super::super::command::{Call, Command, Console, Parameter, Takes};
use super::super::desk::Desk;
use super::super::trouble::Trouble;
use super::super::value::{Column, Kind, Object, Value};
use super::{At, Cmdlet};
use crate::exchange::log::TrackingRow;

static KIND: Kind = Kind {
    name: "Microsoft.Exchange.Management.TransportLogSearchTasks.MessageTrackingEvent",
    columns: &[
        Column::of("EventId", 14),
        Column::of("Source", 10),
        Column::of("Sender", 30),
        Column::of("Recipients", 34),
        Column::rest("MessageSubject"),
    ],
    list: &[],
    listed: false,
};

pub(super) static ALL: [Cmdlet; 1] = [Cmdlet {
    command: &Command {
        name: "Get-MessageTrackingLog",
        aliases: &[],
        synopsis: "Shows what a server did with each message, the oldest event first.",
        notes: &["RecipientStatus has the other server's reply."],
        examples: &[
            "Get-MessageTrackingLog -EventId FAIL | fl Timestamp,Recipients,RecipientStatus",
        ],
        parameters: &[
            Parameter::new("Server", Takes::Text).piped(),
            Parameter::new("EventId", Takes::Text),
            Parameter::new("Sender", Takes::Text),
            Parameter::new("Recipients", Takes::Texts),
            Parameter::new("MessageId", Takes::Text),
            Parameter::new("MessageSubject", Takes::Text),
            Parameter::new("Start", Takes::Time),
            Parameter::new("End", Takes::Time),
            Parameter::new("ResultSize", Takes::Any),
        ],
        words: false,
    },
    at: At::Servers,
    run: get,
}];

fn get(desk: &mut Desk, call: &Call, _: &mut dyn Console) -> Result<Vec<Value>, Trouble> {
    let server = desk.server(call.text("Server"))?;
    let logs = server.message_tracking_log().into_iter();
    let mut rows: Vec<TrackingRow> = logs.flat_map(|log| log.rows).collect();
    let is = |parameter: &str, value: &str| {
        let wanted = call.text(parameter);
        wanted.is_none_or(|wanted| wanted.eq_ignore_ascii_case(value))
    };
    let time = |parameter: &str| match call.value(parameter) {
        Some(Value::Time(time)) => Some(*time),
        _ => None,
    };
    let (start, end) = (time("Start"), time("End"));
    let wanted = call.texts("Recipients");
    let subject = call.text("MessageSubject").map(str::to_lowercase);
    rows.retain(|row| {
        let mut to = row.recipient_address.split(';');
        let is_wanted = |one: &str| {
            let all = wanted.as_ref();
            all.is_none_or(|all| all.iter().any(|known| known.eq_ignore_ascii_case(one)))
        };
        is("EventId", &row.event.to_string())
            && is("Sender", &row.sender_address)
            && is("MessageId", &row.message_id)
            && to.any(is_wanted)
            && start.is_none_or(|start| row.time >= start)
            && end.is_none_or(|end| row.time <= end)
            && subject
                .as_ref()
                .is_none_or(|part| row.message_subject.to_lowercase().contains(part))
    });
    rows.sort_by_key(|row| row.time);
    if let Some(Value::Int(most)) = call.value("ResultSize") {
        rows.truncate(usize::try_from(*most).unwrap_or_default());
    }
    Ok(rows.iter().map(object).collect())
}

fn object(row: &TrackingRow) -> Value {
    let several = |text: &str| {
        let all = text.split(';').filter(|one| !one.is_empty());
        Value::List(all.map(Value::from).collect())
    };
    let number = |number: Option<u64>| number.and_then(|one| i64::try_from(one).ok()).into();
    Object::new(
        &KIND,
        row.event.to_string(),
        [
            ("Timestamp", Value::Time(row.time)),
            ("ClientIp", Value::from(row.client_ip.as_str())),
            ("ClientHostname", Value::from(row.client_hostname.as_str())),
            ("ServerIp", Value::from(row.server_ip.as_str())),
            ("ServerHostname", Value::from(row.server_hostname.as_str())),
            ("SourceContext", Value::from(row.source_context.as_str())),
            ("ConnectorId", Value::from(row.connector.as_str())),
            ("Source", Value::from(row.source.as_str())),
            ("EventId", Value::from(row.event.to_string())),
            (
                "InternalMessageId",
                Value::from(row.internal_message_id.as_str()),
            ),
            ("MessageId", Value::from(row.message_id.as_str())),
            ("Recipients", several(&row.recipient_address)),
            ("RecipientStatus", several(&row.recipient_status)),
            ("TotalBytes", number(row.total_bytes)),
            ("RecipientCount", number(row.recipient_count)),
            (
                "RelatedRecipientAddress",
                Value::from(row.related_recipient_address.as_str()),
            ),
            ("Reference", several(&row.reference)),
            ("MessageSubject", Value::from(row.message_subject.as_str())),
            ("Sender", Value::from(row.sender_address.as_str())),
            ("ReturnPath", Value::from(row.return_path.as_str())),
            ("Directionality", Value::from(row.directionality.as_str())),
            ("MessageInfo", Value::from(row.message_info.as_str())),
        ],
    )
    .into()
}
