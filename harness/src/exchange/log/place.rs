//! Where Exchange keeps its logs, and what the files are called.

use std::time::SystemTime;

use super::LogKind;
use super::timestamp;

/// The folder of an installation, and with it the habits of its logs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Generation {
    /// Exchange 2010: `V14`; a log file a day.
    V14,
    /// Exchange 2013 and everything since: `V15`; a log file an hour.
    V15,
}

impl Generation {
    /// The folder below `C:\Program Files\Microsoft\Exchange Server`.
    #[must_use]
    pub fn folder(self) -> &'static str {
        match self {
            Self::V14 => "V14",
            Self::V15 => "V15",
        }
    }

    /// What stands behind `#Version:`. The documentation shows the version of the build there;
    /// files do not.
    #[must_use]
    pub fn log_version(self) -> &'static str {
        match self {
            Self::V14 => "14.0.0.0",
            Self::V15 => "15.0.0.0",
        }
    }

    /// What the number of a log's version says; later ones write as `V15` does.
    pub(super) fn of_log_version(version: &str) -> Self {
        let first = version.split('.').next().unwrap_or_default();
        match first.parse() {
            Ok(0..=14) => Self::V14,
            _ => Self::V15,
        }
    }

    /// `2023011116` for files of an hour, `20101201` for those of a day.
    pub(super) fn stamp(self, time: SystemTime) -> String {
        let length = match self {
            Self::V14 => "20101201".len(),
            Self::V15 => "2023011116".len(),
        };
        let time = timestamp::write(time);
        let digits = time.chars().filter(char::is_ascii_digit);
        digits.take(length).collect()
    }
}

/// Which service writes a log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LogRole {
    /// Transport on an Edge server.
    Edge,
    /// Front End Transport, since 2013.
    FrontEnd,
    /// Transport.
    Hub,
    /// Mailbox Transport, since 2013: delivery, and submission.
    Mailbox,
}

impl LogRole {
    /// The folder of its protocol logs below the folder that holds `V14` or `V15`, with slashes.
    /// 2010 has one for all roles.
    ///
    /// ```
    /// use mailfault::exchange::log::{Generation, LogKind, LogRole};
    ///
    /// let folder = LogRole::FrontEnd.folder(Generation::V15, LogKind::SmtpReceive);
    /// assert_eq!(folder, "V15/TransportRoles/Logs/FrontEnd/ProtocolLog/SmtpReceive");
    /// let folder = LogRole::Hub.folder(Generation::V14, LogKind::SmtpSend);
    /// assert_eq!(folder, "V14/TransportRoles/Logs/ProtocolLog/SmtpSend");
    /// ```
    #[must_use]
    pub fn folder(self, generation: Generation, kind: LogKind) -> String {
        let role = match (generation, self) {
            (Generation::V14, _) => "",
            (_, Self::Edge) => "Edge/",
            (_, Self::FrontEnd) => "FrontEnd/",
            (_, Self::Hub) => "Hub/",
            (_, Self::Mailbox) => "Mailbox/",
        };
        let service = match (generation, self, kind) {
            (Generation::V15, Self::Mailbox, LogKind::SmtpReceive) => "/Delivery",
            (Generation::V15, Self::Mailbox, LogKind::SmtpSend) => "/Submission",
            _ => "",
        };
        let (folder, kind) = (generation.folder(), kind.folder());
        format!("{folder}/TransportRoles/Logs/{role}ProtocolLog/{kind}{service}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_role_has_a_folder() {
        #[track_caller]
        fn check(role: LogRole, generation: Generation, kind: LogKind, expected: &str) {
            assert_eq!(role.folder(generation, kind), expected);
        }
        use Generation::{V14, V15};
        use LogKind::{SmtpReceive, SmtpSend};
        let logs = "V15/TransportRoles/Logs";
        let path = |rest: &str| format!("{logs}/{rest}");
        check(
            LogRole::Hub,
            V15,
            SmtpSend,
            &path("Hub/ProtocolLog/SmtpSend"),
        );
        check(
            LogRole::Edge,
            V15,
            SmtpReceive,
            &path("Edge/ProtocolLog/SmtpReceive"),
        );
        let delivery = path("Mailbox/ProtocolLog/SmtpReceive/Delivery");
        check(LogRole::Mailbox, V15, SmtpReceive, &delivery);
        let submission = path("Mailbox/ProtocolLog/SmtpSend/Submission");
        check(LogRole::Mailbox, V15, SmtpSend, &submission);
        let old = "V14/TransportRoles/Logs/ProtocolLog/SmtpReceive";
        check(LogRole::Edge, V14, SmtpReceive, old);
        check(LogRole::Hub, V14, SmtpReceive, old);
    }

    #[test]
    fn versions_of_logs_are_told_apart() {
        for (version, expected) in [
            ("14.0.0.0", Generation::V14),
            ("8.0.0.0", Generation::V14),
            ("15.0.0.0", Generation::V15),
            ("15.02.1118.007", Generation::V15),
            ("", Generation::V15),
        ] {
            assert_eq!(Generation::of_log_version(version), expected, "{version}");
        }
    }
}
