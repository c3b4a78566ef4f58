//! Barracuda Email Security Gateway (Spam Firewall), as it talks in front of a mail server.

use std::time::Duration;

use super::{Limits, Persona, Replies};
use crate::smtp::Reply;

impl Persona {
    /// Barracuda Email Security Gateway. The banner is that of the public fingerprint database
    /// Recog (`smtp_banners.xml`), with new hex digits in each session; the 30 seconds of patience
    /// are those of its page Advanced > Email Protocol. No public source shows its EHLO list or its
    /// replies: those here are a guess, and all named in [`uncertain`](Self::uncertain).
    #[must_use]
    pub fn barracuda() -> Self {
        const EHLO: [&str; 5] = [
            "SIZE {max-size}",
            "STARTTLS",
            "PIPELINING",
            "8BITMIME",
            "HELP",
        ];
        Self {
            name: "barracuda".to_owned(),
            summary: "Barracuda Email Security Gateway; the banner is known, the rest is a guess"
                .to_owned(),
            host: "barracuda.contoso.test".to_owned(),
            banner: Reply::from("220 {host} ESMTP ({token})"),
            hello: "{host} Hello {client} [{ip}], pleased to meet you".to_owned(),
            ehlo: EHLO.map(str::to_owned).to_vec(),
            ehlo_tls: EHLO
                .into_iter()
                .filter(|line| *line != "STARTTLS")
                .map(str::to_owned)
                .collect(),
            replies: Replies::default(),
            limits: Limits {
                message: 100_000_000,
                idle: Duration::from_secs(30),
                ..Limits::default()
            },
            accepts_bare_lf: false,
            uncertain: [
                "hello",
                "ehlo",
                "ehlo-tls",
                "replies",
                "accepts-bare-lf",
                "limits.line",
                "limits.message",
                "limits.recipients",
                "limits.errors",
                "limits.concurrent",
                "limits.session",
            ]
            .map(str::to_owned)
            .to_vec(),
        }
    }
}
