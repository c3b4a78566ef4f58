//! One row of a message tracking log.

use std::borrow::Cow;
use std::fmt;
use std::time::SystemTime;

use super::event::TrackingEvent;
use crate::error::Error;
use crate::exchange::log::file::{self, Columns, Fields};
use crate::exchange::log::timestamp;

/// One row of a message tracking log: something happened to a message.
///
/// `Display` writes all its fields, without a line end. Those without a meaning for an event are
/// empty.
#[derive(Clone, Debug, PartialEq)]
pub struct TrackingRow {
    /// When it happened; milliseconds are written.
    pub time: SystemTime,
    /// The address of whoever handed the message over.
    pub client_ip: String,
    /// Its name, as it called itself.
    pub client_hostname: String,
    /// The address of whoever took it.
    pub server_ip: String,
    /// Its name.
    pub server_hostname: String,
    /// What more the source has to say: of SMTP the session and the message in it.
    pub source_context: String,
    /// The connector.
    pub connector: String,
    /// The component: `SMTP`, `STOREDRIVER`, `QUEUE`, `DSN`, `AGENT`.
    pub source: String,
    /// What happened.
    pub event: TrackingEvent,
    /// The number that the server gave to the message.
    pub internal_message_id: String,
    /// The Message-ID, with its angle brackets.
    pub message_id: String,
    /// The id that the message keeps from server to server.
    pub network_message_id: String,
    /// The recipients, with `;` between them.
    pub recipient_address: String,
    /// What became of each recipient, with `;` between them.
    pub recipient_status: String,
    /// How large the message is, attachments included.
    pub total_bytes: Option<u64>,
    /// How many recipients it has.
    pub recipient_count: Option<u64>,
    /// Another recipient, where one was put in place of it.
    pub related_recipient_address: String,
    /// What it refers to: of a DSN the Message-ID of what it is about.
    pub reference: String,
    /// The subject.
    pub message_subject: String,
    /// The address of Sender or, without one, From.
    pub sender_address: String,
    /// The reverse-path of MAIL.
    pub return_path: String,
    /// More on the message.
    pub message_info: String,
    /// `Incoming`, `Originating` or nothing.
    pub directionality: String,
    /// Empty on-premises.
    pub tenant_id: String,
    /// The address of the first client.
    pub original_client_ip: String,
    /// The address of the first server.
    pub original_server_ip: String,
    /// What agents add.
    pub custom_data: String,
    /// `Email`.
    pub transport_traffic_type: String,
    /// The row's own id.
    pub log_id: String,
    /// The version of the server that wrote the row.
    pub schema_version: String,
}

/// The fields of a message tracking log, all that there are since 2016.
pub(super) const COLUMNS: Columns = Columns {
    names: &[
        "date-time",
        "client-ip",
        "client-hostname",
        "server-ip",
        "server-hostname",
        "source-context",
        "connector-id",
        "source",
        "event-id",
        "internal-message-id",
        "message-id",
        "network-message-id",
        "recipient-address",
        "recipient-status",
        "total-bytes",
        "recipient-count",
        "related-recipient-address",
        "reference",
        "message-subject",
        "sender-address",
        "return-path",
        "message-info",
        "directionality",
        "tenant-id",
        "original-client-ip",
        "original-server-ip",
        "custom-data",
        "transport-traffic-type",
        "log-id",
        "schema-version",
    ],
    needed: &["date-time", "event-id"],
};

impl TrackingRow {
    /// A row that says no more than this.
    #[must_use]
    pub fn new(time: SystemTime, source: &str, event: TrackingEvent) -> Self {
        Self {
            time,
            client_ip: String::new(),
            client_hostname: String::new(),
            server_ip: String::new(),
            server_hostname: String::new(),
            source_context: String::new(),
            connector: String::new(),
            source: source.to_owned(),
            event,
            internal_message_id: String::new(),
            message_id: String::new(),
            network_message_id: String::new(),
            recipient_address: String::new(),
            recipient_status: String::new(),
            total_bytes: None,
            recipient_count: None,
            related_recipient_address: String::new(),
            reference: String::new(),
            message_subject: String::new(),
            sender_address: String::new(),
            return_path: String::new(),
            message_info: String::new(),
            directionality: String::new(),
            tenant_id: String::new(),
            original_client_ip: String::new(),
            original_server_ip: String::new(),
            custom_data: String::new(),
            transport_traffic_type: String::new(),
            log_id: String::new(),
            schema_version: String::new(),
        }
    }

    pub(super) fn read(fields: &Fields<'_>) -> Result<Self, Error> {
        let optional = |name| match fields.text(name).is_empty() {
            true => Ok(None),
            false => fields.number(name).map(Some),
        };
        Ok(Self {
            time: fields.time("date-time")?,
            client_ip: fields.text("client-ip"),
            client_hostname: fields.text("client-hostname"),
            server_ip: fields.text("server-ip"),
            server_hostname: fields.text("server-hostname"),
            source_context: fields.text("source-context"),
            connector: fields.text("connector-id"),
            source: fields.text("source"),
            event: TrackingEvent::named(&fields.text("event-id")),
            internal_message_id: fields.text("internal-message-id"),
            message_id: fields.text("message-id"),
            network_message_id: fields.text("network-message-id"),
            recipient_address: fields.text("recipient-address"),
            recipient_status: fields.text("recipient-status"),
            total_bytes: optional("total-bytes")?,
            recipient_count: optional("recipient-count")?,
            related_recipient_address: fields.text("related-recipient-address"),
            reference: fields.text("reference"),
            message_subject: fields.text("message-subject"),
            sender_address: fields.text("sender-address"),
            return_path: fields.text("return-path"),
            message_info: fields.text("message-info"),
            directionality: fields.text("directionality"),
            tenant_id: fields.text("tenant-id"),
            original_client_ip: fields.text("original-client-ip"),
            original_server_ip: fields.text("original-server-ip"),
            custom_data: fields.text("custom-data"),
            transport_traffic_type: fields.text("transport-traffic-type"),
            log_id: fields.text("log-id"),
            schema_version: fields.text("schema-version"),
        })
    }

    /// What is written, in the order of [`COLUMNS`].
    pub(super) fn values(&self) -> [Cow<'_, str>; 30] {
        let number =
            |number: Option<u64>| number.map_or_else(String::new, |n| n.to_string()).into();
        [
            timestamp::write(self.time).into(),
            self.client_ip.as_str().into(),
            self.client_hostname.as_str().into(),
            self.server_ip.as_str().into(),
            self.server_hostname.as_str().into(),
            self.source_context.as_str().into(),
            self.connector.as_str().into(),
            self.source.as_str().into(),
            self.event.name().into(),
            self.internal_message_id.as_str().into(),
            self.message_id.as_str().into(),
            self.network_message_id.as_str().into(),
            self.recipient_address.as_str().into(),
            self.recipient_status.as_str().into(),
            number(self.total_bytes),
            number(self.recipient_count),
            self.related_recipient_address.as_str().into(),
            self.reference.as_str().into(),
            self.message_subject.as_str().into(),
            self.sender_address.as_str().into(),
            self.return_path.as_str().into(),
            self.message_info.as_str().into(),
            self.directionality.as_str().into(),
            self.tenant_id.as_str().into(),
            self.original_client_ip.as_str().into(),
            self.original_server_ip.as_str().into(),
            self.custom_data.as_str().into(),
            self.transport_traffic_type.as_str().into(),
            self.log_id.as_str().into(),
            self.schema_version.as_str().into(),
        ]
    }
}

impl fmt::Display for TrackingRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let values = self.values();
        file::write_row(f, values.iter().map(AsRef::as_ref))
    }
}
