//! `Import-Certificate`: authorities that Windows should know.

use super::super::command::{Call, Command, Console, Parameter, Takes};
use super::super::desk::files::full;
use super::super::desk::{Desk, Place};
use super::super::trouble::Trouble;
use super::super::value::Value;
use super::{At, Cmdlet, client};

pub(super) static ALL: [Cmdlet; 1] = [Cmdlet {
    command: &Command {
        name: "Import-Certificate",
        aliases: &[],
        synopsis: "Puts a certificate without a key into a store: that of an authority.",
        notes: &[
            "On a server Cert:\\LocalMachine\\CA, from where Windows takes what stands between a certificate and its root. On a host that sends Cert:\\LocalMachine\\Root, whom it trusts.",
            "The certificates of a case are in C:\\certificates: NAME-ca.cer is the authority that issued NAME.",
        ],
        examples: &[
            "Import-Certificate -FilePath C:\\certificates\\public-ca.cer -CertStoreLocation Cert:\\LocalMachine\\CA",
        ],
        parameters: &[
            Parameter::new("FilePath", Takes::Text).at(0).needed(),
            Parameter::new("CertStoreLocation", Takes::Text).needed(),
            Parameter::new("Confirm", Takes::Switch),
        ],
        words: false,
    },
    at: At::Windows,
    run: import,
}];

fn import(desk: &mut Desk, call: &Call, _: &mut dyn Console) -> Result<Vec<Value>, Trouble> {
    let file = call.text("FilePath").unwrap_or_default();
    let store = call.text("CertStoreLocation").unwrap_or_default();
    let plain = store.replace('/', "\\").to_ascii_lowercase();
    match (&desk.place, plain.trim_end_matches('\\')) {
        (Place::Server(_), r"cert:\localmachine\ca") => to_server(desk, file)?,
        (Place::Client(_), r"cert:\localmachine\root") => client::trust(desk, file)?,
        // What is put among the intermediate authorities is no anchor.
        (Place::Client(_), r"cert:\localmachine\ca") => drop(desk.certificate_of(file)?),
        _ => {
            return Err(Trouble::unsupported(
                &format!("the store `{store}` here"),
                "Cert:\\LocalMachine\\CA is that of a server, Cert:\\LocalMachine\\Root that of a host that sends",
            ));
        }
    }
    Ok(vec![Value::from(format!(
        "{} is in {store}",
        full(file).rsplit('\\').next().unwrap_or_default()
    ))])
}

/// Whichever certificate of the store was issued below this one is presented with it.
fn to_server(desk: &Desk, file: &str) -> Result<(), Trouble> {
    let above = desk.certificate_of(file)?;
    let server = desk.server(None)?;
    for one in server.certificates() {
        if one.identity.chain().get(1) == Some(above) {
            let done = server.import_intermediates(one.thumbprint());
            done.map_err(|error| desk.trouble(error))?;
        }
    }
    desk.changed();
    Ok(())
}
