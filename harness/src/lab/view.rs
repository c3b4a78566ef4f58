//! What a lab shows of itself: everything that a page or a report needs, as plain data.

use std::time::SystemTime;

/// A lab, as it is at a moment.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct View {
    /// What time it is in the lab.
    pub now: SystemTime,
    /// When something is due next: an attempt, a notification; `None` if nothing ever is.
    pub next_due: Option<SystemTime>,
    /// Who takes part.
    pub nodes: Vec<Node>,
    /// Who talks to whom.
    pub links: Vec<Link>,
    /// Every message so far, the oldest first.
    pub messages: Vec<Message>,
    /// The message trace of the cloud; empty where no cloud takes part.
    pub trace: Vec<TraceRow>,
    /// The queues of the servers on the premises.
    pub queues: Vec<QueueRow>,
    /// The log files, by host and path.
    pub logs: Vec<LogFile>,
    /// The hints, those that were opened with their text.
    pub hints: Vec<Hint>,
    /// What the shell's prompt is.
    pub prompt: String,
}

/// Somebody who takes part.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Node {
    /// The name in the file: `ex01`, `cloud`.
    pub name: String,
    /// What it is: `Exchange Server 2016`, `Barracuda Email Security Gateway`.
    pub kind: String,
    /// What it calls itself.
    pub host: String,
    /// Which part it plays.
    pub role: Role,
    /// Where it listens; nobody who only sends does.
    pub addr: Option<std::net::SocketAddr>,
}

/// Which part somebody plays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Role {
    /// An Exchange server.
    Exchange,
    /// Exchange Online.
    Cloud,
    /// A box in between.
    Appliance,
    /// Somebody who sends.
    Sender,
}

/// Who talks to whom, and what came of it last.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Link {
    /// The name of a node.
    pub from: String,
    /// The name of a node.
    pub to: String,
    /// The name under which `to` is found: `hybrid.contoso.test`; empty behind a box.
    pub host: String,
    /// How the last session went; `None` if there was none.
    pub last: Option<LastSession>,
    /// How many messages wait to go this way.
    pub waiting: usize,
    /// How many sessions went this way, where `from` is a box: what became of the messages is its
    /// clients' to tell.
    pub sessions: usize,
}

/// How a session went, as the sender saw it.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct LastSession {
    /// When.
    pub at: SystemTime,
    /// Whether the message was taken.
    pub delivered: bool,
    /// Whether it was taken in clear.
    pub in_clear: bool,
    /// The sender's words, or the server's reply.
    pub message: String,
    /// The subject of the certificate that was shown.
    pub certificate: Option<String>,
    /// Its thumbprint.
    pub thumbprint: Option<String>,
}

/// A message, and what became of it.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Message {
    /// Its number, from 1.
    pub number: usize,
    /// Who sends it: a node, and its connector behind a slash where it has one.
    pub by: String,
    /// Where it goes.
    pub to: String,
    /// The envelope's sender.
    pub from: String,
    /// The envelope's recipient.
    pub recipient: String,
    /// What became of it.
    pub state: MessageState,
    /// When it was submitted.
    pub submitted: SystemTime,
    /// How often it was tried.
    pub attempts: usize,
    /// The last words about it.
    pub last: String,
    /// What its sender was told: the notifications as mail, headers and all.
    pub notifications: Vec<String>,
}

/// What became of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum MessageState {
    /// It waits.
    Waiting,
    /// It arrived.
    Delivered,
    /// It came back.
    Failed,
}

/// A row of the message trace with its events.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct TraceRow {
    /// `Received`.
    pub received: SystemTime,
    /// `SenderAddress`.
    pub sender: String,
    /// `RecipientAddress`.
    pub recipient: String,
    /// `Subject`.
    pub subject: String,
    /// `Status`.
    pub status: String,
    /// `MessageTraceId`.
    pub id: String,
    /// The events of `Get-MessageTraceDetail`: when, which, and the detail.
    pub events: Vec<(SystemTime, String, String)>,
}

/// A queue, in Microsoft's property names.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct QueueRow {
    /// `Identity`
    pub identity: String,
    /// `DeliveryType`
    pub delivery_type: String,
    /// `Status`
    pub status: String,
    /// `MessageCount`
    pub message_count: usize,
    /// `NextHopDomain`
    pub next_hop_domain: String,
    /// `NextRetryTime`
    pub next_retry: Option<SystemTime>,
    /// `LastError`
    pub last_error: String,
}

/// A log file that can be read.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct LogFile {
    /// The node on which it is.
    pub host: String,
    /// Its path there, as its product has it.
    pub path: String,
    /// In octets.
    pub size: usize,
}

/// A hint.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Hint {
    /// `None` until it is opened.
    pub text: Option<String>,
}
