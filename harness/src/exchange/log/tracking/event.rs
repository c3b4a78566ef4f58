//! What can happen to a message.

use std::fmt;

/// What happened to a message.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TrackingEvent {
    /// An agent has something to say.
    AgentInfo,
    /// Delivery was put off.
    Defer,
    /// It was put into a mailbox.
    Deliver,
    /// A delivery status notification was made.
    Dsn,
    /// It could not be delivered.
    Fail,
    /// A shadow copy was thrown away: the message had arrived.
    HaDiscard,
    /// A shadow copy came.
    HaReceive,
    /// A shadow copy was made.
    HaRedirect,
    /// It came in.
    Receive,
    /// It was put in line again.
    Resubmit,
    /// It was handed to another server of the organisation.
    Send,
    /// It was handed to somebody else's server.
    SendExternal,
    /// It was taken out of the outbox of a mailbox.
    Submit,
    /// Any other, by its word.
    Other(String),
}

impl TrackingEvent {
    const NAMED: [Self; 13] = [
        Self::AgentInfo,
        Self::Defer,
        Self::Deliver,
        Self::Dsn,
        Self::Fail,
        Self::HaDiscard,
        Self::HaReceive,
        Self::HaRedirect,
        Self::Receive,
        Self::Resubmit,
        Self::Send,
        Self::SendExternal,
        Self::Submit,
    ];

    /// The word in the log: `SENDEXTERNAL`.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::AgentInfo => "AGENTINFO",
            Self::Defer => "DEFER",
            Self::Deliver => "DELIVER",
            Self::Dsn => "DSN",
            Self::Fail => "FAIL",
            Self::HaDiscard => "HADISCARD",
            Self::HaReceive => "HARECEIVE",
            Self::HaRedirect => "HAREDIRECT",
            Self::Receive => "RECEIVE",
            Self::Resubmit => "RESUBMIT",
            Self::Send => "SEND",
            Self::SendExternal => "SENDEXTERNAL",
            Self::Submit => "SUBMIT",
            Self::Other(name) => name,
        }
    }

    pub(super) fn named(name: &str) -> Self {
        let mut known = Self::NAMED.into_iter();
        let found = known.find(|event| event.name() == name);
        found.unwrap_or_else(|| Self::Other(name.to_owned()))
    }
}

impl fmt::Display for TrackingEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
