//! `delist`: what is asked for on a page of Microsoft's.

use std::net::IpAddr;

use super::super::command::{Call, Command, Console};
use super::super::desk::Desk;
use super::super::trouble::Trouble;
use super::super::value::Value;
use super::{At, Cmdlet};

pub(super) static ALL: [Cmdlet; 1] = [Cmdlet {
    command: &Command {
        name: "delist",
        aliases: &[],
        synopsis: "Asks Microsoft to take mail from an address again, as the portal at https://sender.office.com/ does.",
        notes: &["A command of the lab. On the real portal it takes up to a day."],
        examples: &["delist 127.0.0.1"],
        parameters: &[],
        words: true,
    },
    at: At::Everywhere,
    run: delist,
}];

fn delist(desk: &mut Desk, call: &Call, _: &mut dyn Console) -> Result<Vec<Value>, Trouble> {
    let usage =
        || Trouble::new("ArgumentException", "usage: delist ADDRESS").about("InvalidArgument", "");
    let [address] = call.words.as_slice() else {
        return Err(usage());
    };
    let address: IpAddr = address.parse().map_err(|_| usage())?;
    for (_, eop) in desk.playing().eops() {
        eop.delist(address);
        desk.changed();
    }
    Ok(vec![Value::from(format!(
        "asked for the removal of {address}"
    ))])
}
