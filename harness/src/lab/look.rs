//! What there is to be seen of a cast that runs.

use std::collections::BTreeMap;

use super::view::{
    Hint, LastSession, Link, LogFile, Message, MessageState, Node, QueueRow, Role, TraceRow, View,
};
use crate::cast::{Life, Stage};
use crate::certificate_facts::CertificateFacts;
use crate::transport::{ProgressKind, message_trace, message_trace_detail};

/// Everything.
pub(super) fn view(stage: &Stage, hints: Vec<Hint>, prompt: String) -> View {
    let lives = stage.lives();
    View {
        now: stage.now(),
        next_due: stage.next_at(),
        nodes: nodes(stage),
        links: links(stage, &lives),
        messages: lives.iter().enumerate().map(message).collect(),
        trace: trace(stage, &lives),
        queues: queues(stage),
        logs: logs(stage),
        hints,
        prompt,
    }
}

fn nodes(stage: &Stage) -> Vec<Node> {
    let playing = stage.playing();
    let members = playing.members().into_iter().map(|member| Node {
        role: match (playing.exchange(&member.name), playing.eop(&member.name)) {
            (Some(_), _) => Role::Exchange,
            (None, Some(_)) => Role::Cloud,
            (None, None) => Role::Appliance,
        },
        name: member.name,
        kind: member.kind,
        host: member.host,
        addr: Some(member.addr),
    });
    let senders = playing.senders().into_iter().map(|sender| Node {
        kind: match sender.is_online() {
            true => "Exchange Online, as it sends".to_owned(),
            false => format!("sends as {}", sender.judge.name()),
        },
        host: sender.expects.unwrap_or_default(),
        role: Role::Sender,
        addr: None,
        name: sender.name,
    });
    // A tenant that takes mail and its outbound connector are one party.
    let mut nodes: Vec<Node> = members.collect();
    for sender in senders {
        if !nodes.iter().any(|node| node.name == sender.name) {
            nodes.push(sender);
        }
    }
    nodes
}

/// The member of a cast that answers for a host.
fn member(stage: &Stage, host: &str) -> String {
    let mut hosts = stage.cast().hosts();
    let member = hosts
        .find(|(known, _)| *known == host)
        .map_or(host, |(_, member)| member);
    member.split('/').next().unwrap_or(member).to_owned()
}

fn links(stage: &Stage, lives: &[Life]) -> Vec<Link> {
    let playing = stage.playing();
    let subjects = subjects(stage);
    let seen = stage.seen();
    let mut links: Vec<Link> = Vec::new();
    let mut put = |from: String, host: &str| {
        let to = member(stage, host);
        if !links.iter().any(|one| one.from == from && one.host == host) {
            links.push(Link {
                from,
                to,
                host: host.to_owned(),
                last: None,
                waiting: 0,
                sessions: 0,
            });
        }
    };
    for sender in playing.senders() {
        put(sender.name.clone(), &sender.to);
    }
    for (life, _) in lives.iter().zip(&seen) {
        let from = life.by.split('/').next().unwrap_or(&life.by);
        put(from.to_owned(), &life.to);
    }
    for (life, seen) in lives.iter().zip(&seen) {
        let from = life.by.split('/').next().unwrap_or(&life.by);
        let found = links
            .iter_mut()
            .find(|one| one.from == from && one.host == life.to);
        let Some(link) = found else { continue };
        let message = message((0, life));
        link.waiting += usize::from(message.state == MessageState::Waiting);
        let tried = life.progress.iter().rev().find(|one| {
            matches!(
                one.kind,
                ProgressKind::Deferred { .. }
                    | ProgressKind::Delivered(_)
                    | ProgressKind::Failed { .. }
            )
        });
        let Some(last) = tried else { continue };
        let thumbprint = seen.as_ref().and_then(|seen| seen.thumbprint.clone());
        let newer = link.last.as_ref().is_none_or(|known| known.at <= last.at);
        if newer {
            link.last = Some(LastSession {
                at: last.at,
                delivered: matches!(last.kind, ProgressKind::Delivered(_)),
                in_clear: seen.as_ref().is_some_and(|seen| seen.in_clear),
                message: message.last,
                certificate: thumbprint
                    .as_ref()
                    .and_then(|one| subjects.get(one).cloned()),
                thumbprint,
            });
        }
    }
    for (name, one) in playing.interceptors() {
        let servers: Vec<_> = one
            .report()
            .sessions
            .iter()
            .map(|one| one.server.peer)
            .collect();
        for before in stage.cast().before(name) {
            let addr = playing.address(&before).ok();
            links.push(Link {
                from: name.to_owned(),
                to: member(stage, &before),
                host: String::new(),
                last: None,
                waiting: 0,
                sessions: servers.iter().filter(|one| Some(**one) == addr).count(),
            });
        }
    }
    links
}

/// Whose each certificate is that anybody in the cast could show, by thumbprint.
fn subjects(stage: &Stage) -> BTreeMap<String, String> {
    let playing = stage.playing();
    let named = playing
        .certificates()
        .map(|(_, identity)| identity.leaf().clone());
    let stores = playing
        .exchanges()
        .flat_map(|(_, server)| server.certificates());
    let stored = stores.map(|one| one.identity.leaf().clone());
    let tenants = playing
        .eops()
        .map(|(_, eop)| eop.certificate().leaf().clone());
    let boxes = playing
        .interceptors()
        .filter_map(|(_, one)| one.certificate());
    let shown = boxes.map(|identity| identity.leaf().clone());
    let all = named.chain(stored).chain(tenants).chain(shown);
    let facts = all.filter_map(|der| CertificateFacts::read(&der));
    facts
        .map(|facts| (facts.thumbprint, facts.subject.to_string()))
        .collect()
}

fn message((at, life): (usize, &Life)) -> Message {
    let first = life.progress.first();
    let mut message = Message {
        number: at + 1,
        by: life.by.clone(),
        to: life.to.clone(),
        from: first.map_or_else(String::new, |one| one.submission.from.clone()),
        recipient: first
            .and_then(|one| one.recipients.first().cloned())
            .unwrap_or_default(),
        state: MessageState::Waiting,
        submitted: first.map_or(std::time::UNIX_EPOCH, |one| one.at),
        attempts: 0,
        last: String::new(),
        notifications: Vec::new(),
    };
    for one in &life.progress {
        match &one.kind {
            ProgressKind::Deferred { .. } => {
                message.attempts += 1;
                life.setback(one).clone_into(&mut message.last);
            }
            ProgressKind::Delivered(reply) => {
                message.attempts += 1;
                message.state = MessageState::Delivered;
                reply.to_string().trim_end().clone_into(&mut message.last);
            }
            ProgressKind::Failed { status, .. } => {
                message.state = MessageState::Failed;
                message.last.clone_from(status);
            }
            _ => {}
        }
        if let Some(told) = one.kind.notification() {
            let content = String::from_utf8_lossy(&told.content).into_owned();
            message.notifications.push(content);
        }
    }
    message
}

fn trace(stage: &Stage, lives: &[Life]) -> Vec<TraceRow> {
    let of_cloud = lives
        .iter()
        .filter(|life| life.is_of_cloud(stage.playing()));
    let mut rows: Vec<TraceRow> = of_cloud
        .flat_map(|life| {
            let detail = message_trace_detail(&life.progress);
            let rows = message_trace(&life.progress).into_iter();
            rows.map(move |row| {
                let mut events = detail.clone();
                events.retain(|one| one.recipient_address == row.recipient_address);
                TraceRow {
                    received: row.received,
                    id: events
                        .first()
                        .map(|one| one.message_trace_id.clone())
                        .unwrap_or_default(),
                    events: events
                        .into_iter()
                        .map(|one| (one.date, one.event.to_string(), one.detail))
                        .collect(),
                    status: row.status.to_string(),
                    sender: row.sender_address,
                    recipient: row.recipient_address,
                    subject: row.subject,
                }
            })
            .collect::<Vec<_>>()
        })
        .collect();
    for (_, eop) in stage.playing().eops() {
        rows.extend(eop.message_trace().into_iter().map(|row| TraceRow {
            received: row.received,
            status: row.status.to_string(),
            sender: row.sender_address,
            recipient: row.recipient_address,
            subject: row.subject,
            id: String::new(),
            events: Vec::new(),
        }));
    }
    rows.sort_by_key(|row| std::cmp::Reverse(row.received));
    rows
}

fn queues(stage: &Stage) -> Vec<QueueRow> {
    let all = stage
        .playing()
        .exchanges()
        .flat_map(|(_, server)| server.queues());
    all.map(|one| QueueRow {
        identity: one.identity,
        delivery_type: one.delivery_type.to_string(),
        status: one.status.to_string(),
        message_count: one.message_count,
        next_hop_domain: one.next_hop_domain,
        next_retry: one.next_retry_time,
        last_error: one.last_error,
    })
    .collect()
}

fn logs(stage: &Stage) -> Vec<LogFile> {
    let all = stage.playing().exchanges().flat_map(|(name, server)| {
        let files = server.log_files().into_iter();
        files.map(move |(path, text)| LogFile {
            host: name.to_owned(),
            path: path.to_string_lossy().replace('/', "\\"),
            size: text.len(),
        })
    });
    all.collect()
}

/// A log file of a server.
pub(super) fn log(stage: &Stage, host: &str, path: &str) -> Option<String> {
    let server = stage.playing().exchange(host)?;
    let wanted = path.replace('\\', "/");
    let mut files = server.log_files().into_iter();
    files
        .find(|(known, _)| known.to_string_lossy() == wanted)
        .map(|(_, text)| text)
}

/// The first line of a log, or the first deferral of a message, in which a text stands.
pub(super) fn line_with(stage: &Stage, wanted: &str) -> Option<String> {
    let lives = stage.lives();
    let told = lives.iter().flat_map(|life| {
        let setbacks = life.progress.iter();
        setbacks
            .map(|one| life.setback(one).to_owned())
            .collect::<Vec<_>>()
    });
    let servers = stage.playing().exchanges();
    let logs = servers.flat_map(|(_, server)| server.log_files());
    let lines = logs.flat_map(|(_, text)| text.lines().map(str::to_owned).collect::<Vec<_>>());
    let found = told.chain(lines).find(|line| line.contains(wanted));
    found.map(|line| line.chars().take(1_000).collect())
}
