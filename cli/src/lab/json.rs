//! The data of a lab as the page reads it: times as JavaScript counts them, names in lower case.

use std::time::SystemTime;

use mailfault::lab::{Link, Message, MessageState, Node, QueueRow, Role, TraceRow, View};
use serde_json::{Value, json};

/// A time as JavaScript counts it.
pub(crate) fn milliseconds(time: SystemTime) -> u64 {
    let since = time.duration_since(SystemTime::UNIX_EPOCH);
    u64::try_from(since.unwrap_or_default().as_millis()).unwrap_or(u64::MAX)
}

/// Everything that is to be seen.
pub(crate) fn view(view: &View) -> Value {
    let logs = view.logs.iter();
    let logs = logs.map(|log| json!({ "host": log.host, "path": log.path, "size": log.size }));
    let hints = view.hints.iter().map(|hint| json!({ "text": hint.text }));
    json!({
        "now": milliseconds(view.now),
        "next_due": view.next_due.map(milliseconds),
        "nodes": view.nodes.iter().map(node).collect::<Vec<_>>(),
        "links": view.links.iter().map(link).collect::<Vec<_>>(),
        "messages": view.messages.iter().map(message).collect::<Vec<_>>(),
        "trace": view.trace.iter().map(trace_row).collect::<Vec<_>>(),
        "queues": view.queues.iter().map(queue).collect::<Vec<_>>(),
        "logs": logs.collect::<Vec<_>>(),
        "hints": hints.collect::<Vec<_>>(),
        "prompt": view.prompt,
    })
}

fn node(node: &Node) -> Value {
    let role = match node.role {
        Role::Exchange => "exchange",
        Role::Cloud => "cloud",
        Role::Appliance => "appliance",
        // The page needs no more of whoever may come.
        _ => "sender",
    };
    json!({
        "name": node.name,
        "kind": node.kind,
        "host": node.host,
        "role": role,
        "addr": node.addr,
    })
}

fn link(link: &Link) -> Value {
    let last = link.last.as_ref().map(|last| {
        json!({
            "at": milliseconds(last.at),
            "delivered": last.delivered,
            "in_clear": last.in_clear,
            "message": last.message,
            "certificate": last.certificate,
            "thumbprint": last.thumbprint,
        })
    });
    json!({
        "from": link.from,
        "to": link.to,
        "host": link.host,
        "last": last,
        "waiting": link.waiting,
        "sessions": link.sessions,
    })
}

fn message(message: &Message) -> Value {
    let state = match message.state {
        MessageState::Delivered => "delivered",
        MessageState::Failed => "failed",
        _ => "waiting",
    };
    json!({
        "number": message.number,
        "by": message.by,
        "to": message.to,
        "from": message.from,
        "recipient": message.recipient,
        "state": state,
        "submitted": milliseconds(message.submitted),
        "attempts": message.attempts,
        "last": message.last,
        "notifications": message.notifications,
    })
}

fn trace_row(row: &TraceRow) -> Value {
    let events = row.events.iter().map(
        |(at, event, detail)| json!({ "at": milliseconds(*at), "event": event, "detail": detail }),
    );
    json!({
        "received": milliseconds(row.received),
        "sender": row.sender,
        "recipient": row.recipient,
        "subject": row.subject,
        "status": row.status,
        "id": row.id,
        "events": events.collect::<Vec<_>>(),
    })
}

fn queue(row: &QueueRow) -> Value {
    json!({
        "identity": row.identity,
        "delivery_type": row.delivery_type,
        "status": row.status,
        "message_count": row.message_count,
        "next_hop_domain": row.next_hop_domain,
        "next_retry": row.next_retry.map(milliseconds),
        "last_error": row.last_error,
    })
}
