//! The logs of a server as files, where an administrator would look for them.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use mailfault_certs::Der;

use super::listener::{Listener, Run};
use super::log::{
    ClientCertificateStatus, LogKind, LogRole, ProtocolLog, ReceiveContext, Row, TrackingLog,
    receive_rows,
};
use super::receive_connector::{PermissionGroup, ProtocolLoggingLevel, TransportRole};
use super::{Exchange, capabilities};
use crate::certificate_facts::CertificateFacts;

impl Exchange {
    /// The SmtpReceive logs of a service, a file for each hour (each day in 2010). Only connectors
    /// whose `ProtocolLoggingLevel` is `Verbose` are in them.
    #[must_use]
    pub fn smtp_receive_log(&self, role: TransportRole) -> Vec<ProtocolLog> {
        let state = self.state();
        let listeners = state.listeners.iter().flatten();
        let of_role = listeners.filter(|one| one.connector.transport_role == role);
        let rows = of_role.flat_map(|one| self.rows(one)).collect();
        self.files(LogKind::SmtpReceive, rows)
    }

    /// The SmtpSend logs of the Transport service. Only connectors whose `ProtocolLoggingLevel` is
    /// `Verbose` are in them.
    #[must_use]
    pub fn smtp_send_log(&self) -> Vec<ProtocolLog> {
        let rows = self.state().sending.rows();
        self.files(LogKind::SmtpSend, rows)
    }

    /// Every log as a file of an installation: its path below `C:\Program Files\Microsoft\Exchange
    /// Server`, with slashes, and what is in it. The Application log is among them as `events.log`.
    #[must_use]
    pub fn log_files(&self) -> Vec<(PathBuf, String)> {
        let generation = self.settings.version.generation();
        let receive = |role| self.smtp_receive_log(role);
        let all = [
            (
                LogRole::FrontEnd,
                LogKind::SmtpReceive,
                receive(TransportRole::FrontendTransport),
            ),
            (
                LogRole::Hub,
                LogKind::SmtpReceive,
                receive(TransportRole::HubTransport),
            ),
            (LogRole::Hub, LogKind::SmtpSend, self.smtp_send_log()),
        ];
        let mut files = Vec::new();
        for (role, kind, logs) in all {
            let folder = PathBuf::from(role.folder(generation, kind));
            for log in logs {
                files.push((folder.join(log.file_name(1)), log.to_string()));
            }
        }
        let folder = PathBuf::from(TrackingLog::folder(generation));
        for log in self.message_tracking_log() {
            files.push((folder.join(log.file_name(1)), log.to_string()));
        }
        let events = self.events();
        if !events.is_empty() {
            let lines = events.iter().map(|event| format!("{event}\n"));
            files.push((PathBuf::from("events.log"), lines.collect()));
        }
        files
    }

    /// Writes every log as a file below `root`, as an installation has them below its folder
    /// (`V15/TransportRoles/Logs/…`), and the Application log as `events.log`. Says which files
    /// were written.
    ///
    /// # Errors
    ///
    /// Whatever the file system says.
    pub fn write_logs(&self, root: impl AsRef<Path>) -> io::Result<Vec<PathBuf>> {
        let root = root.as_ref();
        fs::create_dir_all(root)?;
        let mut written = Vec::new();
        for (path, text) in self.log_files() {
            let path = root.join(path);
            if let Some(folder) = path.parent() {
                fs::create_dir_all(folder)?;
            }
            fs::write(&path, text)?;
            written.push(path);
        }
        Ok(written)
    }

    fn files(&self, kind: LogKind, mut rows: Vec<Row>) -> Vec<ProtocolLog> {
        // Sessions are told one after the other; a file has them as they happened.
        rows.sort_by_key(|row| row.time);
        let version = self.settings.version.generation().log_version();
        ProtocolLog::by_file(kind, version, rows)
    }

    fn rows(&self, listener: &Listener) -> Vec<Row> {
        let runs = listener.runs();
        let verbose =
            |run: &&Run| run.connector.protocol_logging_level == ProtocolLoggingLevel::Verbose;
        let rows = runs.iter().filter(verbose).flat_map(|run| {
            let id = format!("{}\\{}", self.settings.name, run.connector.name);
            let mut context = ReceiveContext::new(id, listener.addr).era(self.settings.era);
            if !run.connector.is_for(PermissionGroup::AnonymousUsers) {
                // What stands there for a connector without anonymous users is inferred.
                context.permissions = "None".to_owned();
            }
            run.sessions.iter().flat_map(move |session| {
                let mut context = context.clone();
                let chain = session.tls.as_ref().map(|tls| &tls.client_certificate);
                context.client_certificate =
                    chain.map(|chain| self.client_status(run, chain, session.began));
                receive_rows(session, &context)
            })
        });
        rows.collect()
    }

    /// What `TlsDomainCapabilities` makes of a client's certificate.
    fn client_status(&self, run: &Run, chain: &[Der], at: SystemTime) -> ClientCertificateStatus {
        let Some(leaf) = chain.first().and_then(CertificateFacts::read) else {
            return ClientCertificateStatus::none();
        };
        capabilities::judge(&run.connector, &leaf, self.trust.has_either(chain, at))
    }
}
