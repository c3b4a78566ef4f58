//! The cmdlets, and the other commands that can be typed.
//!
//! Names, properties and their order are Microsoft's; what of their output is not documented is
//! said where it is.

mod appliance;
mod certificate_drive;
mod certificates;
mod client;
mod components;
mod delist;
mod directory;
mod dns;
mod domains;
mod events;
mod files;
mod hybrid;
mod inbound_connector;
mod intermediates;
mod outbound_connector;
mod outside;
mod permissions;
mod places;
mod property;
mod queues;
mod receive_connector;
mod registry;
mod send_connector;
mod servers;
mod services;
mod storage;
mod time;
mod trace;
mod tracking;

use std::borrow::Cow;

use super::command::{Call, Command, Console};
use super::desk::{Desk, Place};
use super::trouble::Trouble;
use super::value::Value;

/// What a command does.
type Run = fn(&mut Desk, &Call, &mut dyn Console) -> Result<Vec<Value>, Trouble>;

/// A command, where it can be typed, and what it does.
#[derive(Debug)]
pub(super) struct Cmdlet {
    pub(super) command: &'static Command,
    at: At,
    run: Run,
}

/// Where a command can be typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum At {
    Everywhere,
    Servers,
    /// Servers, and the workstation from which a tenant is administered: wherever the cmdlets of
    /// Exchange Online are.
    Online,
    Clients,
    Appliances,
    /// Servers, and clients that run Windows: wherever PowerShell is.
    Windows,
}

impl Cmdlet {
    const fn new(at: At, command: &'static Command, run: Run) -> Self {
        Self { command, at, run }
    }

    pub(super) fn is_at(&self, place: &Place) -> bool {
        match self.at {
            At::Everywhere => true,
            At::Servers => matches!(place, Place::Server(_)),
            At::Online => matches!(place, Place::Server(_) | Place::Cloud),
            At::Clients => matches!(place, Place::Client(_)),
            At::Appliances => matches!(place, Place::Appliance(_)),
            At::Windows => !matches!(place, Place::Appliance(_)),
        }
    }

    pub(super) fn run(
        &self,
        desk: &mut Desk,
        call: &Call,
        console: &mut dyn Console,
    ) -> Result<Vec<Value>, Trouble> {
        (self.run)(desk, call, console)
    }
}

/// Properties whose names the program knows.
fn named(all: Vec<(&'static str, Value)>) -> Vec<(Cow<'static, str>, Value)> {
    all.into_iter()
        .map(|(name, value)| (Cow::Borrowed(name), value))
        .collect()
}

/// Every command.
pub(super) fn all() -> impl Iterator<Item = &'static Cmdlet> {
    [
        appliance::ALL.as_slice(),
        certificate_drive::ALL.as_slice(),
        certificates::ALL.as_slice(),
        client::ALL.as_slice(),
        components::ALL.as_slice(),
        delist::ALL.as_slice(),
        directory::ALL.as_slice(),
        dns::ALL.as_slice(),
        domains::ALL.as_slice(),
        events::ALL.as_slice(),
        files::ALL.as_slice(),
        hybrid::ALL.as_slice(),
        inbound_connector::ALL.as_slice(),
        intermediates::ALL.as_slice(),
        outbound_connector::ALL.as_slice(),
        outside::ALL.as_slice(),
        permissions::ALL.as_slice(),
        places::ALL.as_slice(),
        queues::ALL.as_slice(),
        receive_connector::ALL.as_slice(),
        registry::ALL.as_slice(),
        send_connector::ALL.as_slice(),
        servers::ALL.as_slice(),
        services::ALL.as_slice(),
        storage::ALL.as_slice(),
        time::ALL.as_slice(),
        trace::ALL.as_slice(),
        tracking::ALL.as_slice(),
    ]
    .into_iter()
    .flatten()
}
