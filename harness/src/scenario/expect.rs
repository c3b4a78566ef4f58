//! How a scenario should end.

use super::words::words;

words! {
    /// How the sessions of a client ended, as the server sees it.
    Expected, "outcome",
    /// A body got its 2yz reply inside TLS.
    Delivered = "delivered",
    /// A body got its 2yz reply in clear.
    DeliveredInClear = "delivered-in-clear",
    /// AUTH went out in clear.
    LeakedCredentials = "leaked-credentials",
    /// TLS was to be had or expected, and the client went no further than that step: no MAIL, no
    /// AUTH.
    RefusedTls = "refused-tls",
    /// No body was accepted, and the server's last answer was 4yz or 5yz.
    RefusedSmtp = "refused-smtp",
    /// The session ended otherwise: the connection was lost, or the client left mid-way.
    GaveUp = "gave-up",
    /// It was open past the bound.
    Hung = "hung",
    /// No client came.
    NeverCame = "never-came",
}

words! {
    /// Whether a correct client may find anything wrong.
    Kind, "kind",
    /// A server that works: a client that refuses it is broken, or limited.
    Control = "control",
    /// A server with a fault.
    Fault = "fault",
}
