//! Where the shell is: at a server, a client or a box of a cast that runs.

use std::cell::Cell;
use std::sync::Arc;
use std::time::SystemTime;

use super::cmdlets;
use super::command::{Call, Command, Console, Host, Parameter};
use super::trouble::Trouble;
use super::value::Value;
use crate::cast::{Playing, Stage};
use crate::error::Error;
use crate::exchange::Exchange;

pub(super) mod files;

/// Where lines are typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// The management shell of an Exchange server, by its name in the file. The cmdlets of Exchange
    /// Online can be typed there as well.
    Server(String),
    /// A workstation from which the tenant is administered, where the cast has no Exchange server.
    Cloud,
    /// A host that sends, by the sender's name in the file.
    Client(String),
    /// A box in between, by its name in the file.
    Appliance(String),
}

/// The shell's view of a cast that runs.
#[derive(Debug)]
pub(crate) struct Desk {
    stage: Arc<Stage>,
    pub(super) place: Place,
    changes: Cell<usize>,
}

impl Desk {
    /// At the first Exchange server; without one at whoever there is.
    pub(crate) fn at_first(stage: Arc<Stage>) -> Self {
        let place = Self::first_place(&stage);
        Self {
            stage,
            place,
            changes: Cell::new(0),
        }
    }

    fn first_place(stage: &Stage) -> Place {
        let playing = stage.playing();
        if let Some((name, _)) = playing.exchanges().next() {
            return Place::Server(name.to_owned());
        }
        if playing.eops().next().is_some() {
            return Place::Cloud;
        }
        if let Some((name, _)) = playing.interceptors().next() {
            return Place::Appliance(name.to_owned());
        }
        let senders = playing.senders();
        let first = senders.first();
        Place::Client(first.map_or_else(String::new, |one| one.name.clone()))
    }

    /// The cast that runs.
    pub(crate) fn stage(&self) -> &Stage {
        &self.stage
    }

    pub(super) fn playing(&self) -> &Playing {
        self.stage.playing()
    }

    /// How often something was changed, or done that has an effect.
    pub(crate) fn changes(&self) -> usize {
        self.changes.get()
    }

    /// Something was changed.
    pub(super) fn changed(&self) {
        self.changes.set(self.changes.get() + 1);
    }

    /// Goes to a member of the cast or a sender, by its name in the file, its host name or, of a
    /// server, its NetBIOS name.
    pub(crate) fn go_to(&mut self, name: &str) -> Result<(), Trouble> {
        let place = self.place_of(name).ok_or_else(|| {
            Trouble::new(
                "PSRemotingTransportException",
                format!(
                    "Connecting to remote server {name} failed with the following error message : The WinRM client cannot process the request because the server name cannot be resolved."
                ),
            )
            .about("OpenError", name)
        })?;
        self.place = place;
        Ok(())
    }

    /// Comes back to where the shell was opened.
    pub(super) fn go_home(&mut self) {
        *self = Self {
            changes: self.changes.clone(),
            ..Self::at_first(Arc::clone(&self.stage))
        };
    }

    fn place_of(&self, name: &str) -> Option<Place> {
        let playing = self.playing();
        let mut servers = playing.exchanges();
        let same = |one: &str| one.eq_ignore_ascii_case(name);
        if let Some((member, _)) = servers
            .find(|(member, server)| same(member) || same(server.name()) || same(server.fqdn()))
        {
            return Some(Place::Server(member.to_owned()));
        }
        let mut boxes = playing.interceptors();
        if let Some((member, _)) = boxes.find(|(member, one)| same(member) || same(one.host())) {
            return Some(Place::Appliance(member.to_owned()));
        }
        let senders = playing.senders();
        let mut senders = senders.iter().filter(|one| one.is_a_host());
        let found = senders.find(|one| same(&one.name));
        found.map(|one| Place::Client(one.name.clone()))
    }

    /// The Exchange servers, the one where the shell is first.
    pub(super) fn servers(&self) -> Vec<&Exchange> {
        let here = |member: &str| self.place == Place::Server(member.to_owned());
        let mut all: Vec<_> = self.playing().exchanges().collect();
        all.sort_by_key(|(member, _)| !here(member));
        all.into_iter().map(|(_, server)| server).collect()
    }

    /// The server of this name; the one where the shell is if nothing is said.
    pub(super) fn server(&self, name: Option<&str>) -> Result<&Exchange, Trouble> {
        let servers = self.servers();
        let Some(name) = name else {
            return servers
                .first()
                .copied()
                .ok_or_else(|| self.not_found("the local server"));
        };
        let mut all = servers.into_iter();
        all.find(|server| {
            server.name().eq_ignore_ascii_case(name) || server.fqdn().eq_ignore_ascii_case(name)
        })
        .ok_or_else(|| self.not_found(name))
    }

    /// The server and the name of `EX01\Default Frontend EX01`; the server where the shell is if
    /// none is said.
    pub(super) fn named_on_server<'a>(
        &self,
        identity: &'a str,
    ) -> Result<(&Exchange, &'a str), Trouble> {
        match identity.split_once('\\') {
            Some((server, name)) => {
                let server = self
                    .server(Some(server))
                    .map_err(|_| self.not_found(identity))?;
                Ok((server, name))
            }
            None => Ok((self.server(None)?, identity)),
        }
    }

    /// What the cmdlets of Exchange say of an object that is not there. The domain controller is
    /// one that could be.
    pub(super) fn not_found(&self, identity: &str) -> Trouble {
        let servers = self.servers();
        let domain = servers
            .first()
            .and_then(|server| server.fqdn().split_once('.'));
        let domain = domain.map_or("contoso.test", |(_, domain)| domain);
        Trouble::new(
            "ManagementObjectNotFoundException",
            format!(
                "The operation couldn't be performed because object '{identity}' couldn't be found on 'DC01.{domain}'."
            ),
        )
    }

    /// An error of the models, as a cmdlet's.
    pub(super) fn trouble(&self, error: Error) -> Trouble {
        match error {
            Error::UnknownName { given, .. } => self.not_found(&given),
            other => Trouble::new("InvalidOperationException", other.to_string())
                .about("InvalidOperation", ""),
        }
    }

    /// What this place is called in a prompt.
    fn host(&self) -> String {
        let playing = self.playing();
        match &self.place {
            Place::Server(member) => playing
                .exchange(member)
                .map_or_else(|| member.clone(), |server| server.name().to_owned()),
            Place::Cloud => "Exchange Online".to_owned(),
            Place::Client(name) => name.to_ascii_uppercase(),
            Place::Appliance(member) => member.clone(),
        }
    }

    /// Whether this is where the shell was opened.
    pub(super) fn is_at_home(&self) -> bool {
        self.place == Self::first_place(&self.stage)
    }
}

impl Host for Desk {
    fn commands(&self) -> Vec<&'static Command> {
        let here = cmdlets::all().filter(|one| one.is_at(&self.place));
        here.map(|one| one.command).collect()
    }

    fn invoke(&mut self, call: &Call, console: &mut dyn Console) -> Result<Vec<Value>, Trouble> {
        let place = self.place.clone();
        let mut all = cmdlets::all().filter(|one| one.is_at(&place));
        match all.find(|one| std::ptr::eq(one.command, call.command)) {
            Some(cmdlet) => cmdlet.run(self, call, console),
            None => Err(Trouble::unsupported(
                &format!("`{}`", call.command.name),
                "`Get-Command` lists what can be typed here",
            )),
        }
    }

    fn complete(&self, command: &Command, parameter: &Parameter) -> Vec<String> {
        let servers = self.servers();
        let noun = command.name.split_once('-').map_or("", |(_, noun)| noun);
        match (parameter.name, noun) {
            ("Server" | "ComputerName", _) => {
                servers.iter().map(|one| one.name().to_owned()).collect()
            }
            ("Thumbprint", _) | ("Identity", "ExchangeCertificate") => {
                let all = servers.iter().flat_map(|one| one.certificates());
                all.map(|one| one.thumbprint().to_owned()).collect()
            }
            ("Identity", "ReceiveConnector") => {
                let all = servers.iter().flat_map(|server| {
                    let all = server.receive_connectors().into_iter();
                    all.map(|one| identity_of(server, &one.name))
                });
                all.collect()
            }
            ("Identity", "SendConnector") => {
                let all = servers.iter().flat_map(|server| server.send_connectors());
                all.map(|one| one.name).collect()
            }
            ("Identity", "Queue") => {
                let all = servers.iter().flat_map(|server| server.queues());
                all.map(|one| one.identity).collect()
            }
            ("Identity", "InboundConnector") => {
                let all = self
                    .playing()
                    .eops()
                    .flat_map(|(_, eop)| eop.tenant().inbound_connectors);
                all.map(|one| one.name).collect()
            }
            ("Identity", "OutboundConnector") => {
                let all = self.playing().senders().into_iter();
                all.filter(|one| one.is_online())
                    .map(|one| one.connector)
                    .collect()
            }
            ("Name", "Service") => vec![
                "MSExchangeFrontEndTransport".to_owned(),
                "MSExchangeTransport".to_owned(),
            ],
            ("Path" | "FileName", _) => self.paths(),
            _ => Vec::new(),
        }
    }

    fn files(&self, path: &str) -> Result<Vec<(String, String)>, Trouble> {
        self.find_files(path)
    }

    fn prompt(&self) -> String {
        match &self.place {
            Place::Appliance(name) => format!("{name}> "),
            Place::Cloud => "PS C:\\>".to_owned(),
            _ if self.is_at_home() => "[PS] C:\\>".to_owned(),
            Place::Server(_) => format!("[{}]: [PS] C:\\>", self.host()),
            Place::Client(_) => format!("[{}]: PS C:\\>", self.host()),
        }
    }

    fn now(&self) -> SystemTime {
        self.stage.now()
    }
}

/// `EX01\Default Frontend EX01`.
pub(super) fn identity_of(server: &Exchange, connector: &str) -> String {
    format!("{}\\{connector}", server.name())
}
