//! `mailfault probe`: a server, as others would judge it.

mod json; // all of it as one object
mod text; // all of it for people

use std::net::{SocketAddr, ToSocketAddrs as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;
use mailfault::Der;
use mailfault::judge::{
    Evidence, Expectation, Findings, Judge, MtaSts, Probe, Tlsa, Trouble, Verdict,
};

use crate::arguments::duration;
use crate::error::{Ended, Error};
use crate::output;

/// Examine a mail server: stages, certificates, all that is wrong, and what EOP, Exchange, .NET, openssl and others make of it
///
/// The server is sent EHLO, STARTTLS, EHLO and QUIT, and no mail. Every certificate is taken, so that all that is wrong
/// with it is seen; each judge then says whether mail would go, in its own words. `mailfault list judges` shows them.
#[derive(Args)]
#[command(after_help = "\
Exit code: 0 the judges of `--as` would deliver, 1 one of them would not, 2 could not run. Without `--as` all of them are
asked, and the code is that of `rustls`, which demands TLS and verifies.

Examples:
  mailfault probe mail.contoso.com:25
  mailfault probe mail.contoso.com:25 --as eop --tls-domain '*.contoso.com'
  mailfault probe 10.1.2.3:465 --implicit --name mail.contoso.com --ca contoso-root.pem --as dotnet --as openssl
  mailfault probe mx1.contoso.com:25 --as eop-opportunistic --tlsa \"$(dig +short TLSA _25._tcp.mx1.contoso.com)\"
  mailfault probe mx1.contoso.com:25 --as eop-opportunistic --recipient-domain contoso.com --mta-sts 'enforce *.contoso.com'
  mailfault probe mail.contoso.com:25 --as root-pin=D4DE20D05E66FC53FE1A50882C78DB2852CAE474 --json")]
pub(crate) struct Arguments {
    /// The server: a host name or an address, and a port
    #[arg(value_name = "HOST:PORT")]
    server: String,

    /// TLS by STARTTLS; so if nothing is said, but on port 465
    #[arg(long, conflicts_with = "implicit")]
    starttls: bool,

    /// TLS from the first octet
    #[arg(long)]
    implicit: bool,

    /// The name that the certificate must be for, also asked for with SNI; HOST if nothing is said
    #[arg(long, value_name = "HOST")]
    name: Option<String>,

    /// Trust the certificates in this PEM file, and no others; the system's if nothing is said
    #[arg(long, value_name = "FILE")]
    ca: Option<PathBuf>,

    /// Ask this judge, out of `mailfault list judges`; may be given more than once
    #[arg(long = "as", value_name = "JUDGE")]
    judges: Vec<String>,

    /// What to call itself in EHLO
    #[arg(long, value_name = "HOST")]
    helo: Option<String>,

    /// The name in the MX record, to hold the certificate against
    #[arg(long, value_name = "HOST")]
    mx_name: Option<String>,

    /// The recipient's domain, to hold the certificate against
    #[arg(long, value_name = "DOMAIN")]
    recipient_domain: Option<String>,

    /// `TlsDomain` of the connectors of EOP and Exchange
    #[arg(long, value_name = "DOMAIN")]
    tls_domain: Option<String>,

    /// What reverse DNS says of the address; it is not looked up
    #[arg(long, value_name = "HOST")]
    reverse_dns: Option<String>,

    /// A TLSA record of the server, for EOP, which does DANE: `3 1 1 8CE4…`, or several, a line each, as `dig` prints
    /// them; may be given more than once. Nothing is looked up
    #[arg(long, value_name = "RECORD", value_parser = records)]
    tlsa: Vec<Records>,

    /// The answers of DNS about the server fail DNSSEC
    #[arg(long)]
    dnssec_bogus: bool,

    /// The MTA-STS policy of the recipient's domain, for EOP: its mode and its hosts
    #[arg(long, value_name = "POLICY")]
    mta_sts: Option<MtaSts>,

    /// How long to wait for the connection, each answer, and the handshake: 500ms, 10s, 2m
    #[arg(long, value_name = "TIME", default_value = "10s", value_parser = duration)]
    timeout: Duration,

    /// Print one object with everything
    #[arg(long)]
    json: bool,
}

/// The TLSA records of one argument.
#[derive(Clone)]
struct Records(Vec<Tlsa>);

fn records(text: &str) -> Result<Records, mailfault::Error> {
    let lines = text.lines().filter(|line| !line.trim().is_empty());
    let records: Vec<Tlsa> = lines.map(str::parse).collect::<Result<_, _>>()?;
    match records.is_empty() {
        // Says how a record is written.
        true => text.parse::<Tlsa>().map(|record| Records(vec![record])),
        false => Ok(Records(records)),
    }
}

/// What is told.
struct Told<'a> {
    server: &'a str,
    findings: &'a Findings,
    verdicts: &'a [Verdict],
}

pub(crate) fn probe(arguments: &Arguments) -> Result<Ended, Error> {
    let (host, addresses) = resolve(&arguments.server)?;
    let name = arguments.name.clone().unwrap_or(host);
    let judges = judges(arguments)?;
    let expectation = expectation(arguments, &name)?;
    let evidence = look(arguments, &name, &addresses);
    let findings = Findings::of(&evidence, &expectation);
    let verdicts: Vec<Verdict> = judges.iter().map(|judge| judge.judge(&findings)).collect();
    let told = Told {
        server: &arguments.server,
        findings: &findings,
        verdicts: &verdicts,
    };
    // The verdict is the exit code, whether or not somebody reads stdout.
    match tell(arguments, &told) {
        Ok(()) | Err(Error::ReaderLeft) => {}
        Err(error) => return Err(error),
    }
    let mut decisive = verdicts
        .iter()
        .filter(|verdict| !arguments.judges.is_empty() || verdict.judge == "rustls");
    Ok(match decisive.all(Verdict::would_deliver) {
        true => Ended::AsExpected,
        false => Ended::NotAsExpected,
    })
}

fn tell(arguments: &Arguments, told: &Told<'_>) -> Result<(), Error> {
    match arguments.json {
        true => output::json(&told.json())?,
        false => output::print(&told.text())?,
    }
    Ok(())
}

/// The host as it was written, and its addresses in the order of the resolver.
fn resolve(server: &str) -> Result<(String, Vec<SocketAddr>), Error> {
    const HINT: &str = "write `mail.contoso.com:25`, `192.0.2.1:25` or `[2001:db8::1]:25`";
    let (host, _) = server
        .rsplit_once(':')
        .filter(|(host, port)| !host.is_empty() && port.parse::<u16>().is_ok())
        .ok_or_else(|| Error::new(format!("`{server}` is no host and port")).hint(HINT))?;
    let addresses = server
        .to_socket_addrs()
        .map_err(|error| Error::new(format!("cannot find `{host}`: {error}")).hint(HINT))?;
    let addresses: Vec<SocketAddr> = addresses.collect();
    if addresses.is_empty() {
        return Err(Error::new(format!("`{host}` has no address")).hint(HINT));
    }
    let host = host.trim_start_matches('[').trim_end_matches(']');
    Ok((host.to_owned(), addresses))
}

/// Those that were asked for, or all.
fn judges(arguments: &Arguments) -> Result<Vec<Judge>, Error> {
    let named = |name: &String| {
        Judge::named(name)
            .map_err(|error| Error::from(error).hint("`mailfault list judges` shows them all"))
    };
    let mut judges = match arguments.judges.as_slice() {
        [] => Judge::all(),
        names => names.iter().map(named).collect::<Result<_, _>>()?,
    };
    for judge in &mut judges {
        match judge {
            Judge::Eop(connector) => connector.tls_domain.clone_from(&arguments.tls_domain),
            Judge::ExchangeSend(connector) => {
                connector.tls_domain.clone_from(&arguments.tls_domain);
            }
            _ => {}
        }
    }
    Ok(judges)
}

fn expectation(arguments: &Arguments, name: &str) -> Result<Expectation, Error> {
    let expectation = Expectation::new(name);
    let mut expectation = match &arguments.ca {
        Some(file) => {
            let pem = std::fs::read(file).map_err(|error| Error::system("read", file, &error))?;
            expectation
                .trusting_pem(&pem)
                .map_err(|error| not_pem(file, &error))?
        }
        None => expectation.trusting(&system_roots()),
    };
    expectation.mx_name.clone_from(&arguments.mx_name);
    expectation
        .recipient_domain
        .clone_from(&arguments.recipient_domain);
    expectation.reverse_dns.clone_from(&arguments.reverse_dns);
    let records = arguments.tlsa.iter().flat_map(|Records(all)| all);
    expectation.tlsa.extend(records.cloned());
    expectation.dnssec_bogus = arguments.dnssec_bogus;
    expectation.mta_sts.clone_from(&arguments.mta_sts);
    Ok(expectation)
}

fn not_pem(file: &Path, error: &mailfault::Error) -> Error {
    Error::new(format!("cannot read `{}`: {error}", file.display()))
        .hint("certificates are wanted as PEM: `-----BEGIN CERTIFICATE-----`")
}

/// What this machine trusts. Without any, every chain is untrusted, which the reader should know.
fn system_roots() -> Vec<Der> {
    let found = rustls_native_certs::load_native_certs();
    if found.certs.is_empty() {
        output::note("note: this system has no roots to trust; `--ca FILE` names some");
    }
    let roots = found.certs.iter();
    roots.map(|root| Der::from(root.to_vec())).collect()
}

/// A look at the first address that can be reached.
fn look(arguments: &Arguments, name: &str, addresses: &[SocketAddr]) -> Evidence {
    let implicit = arguments.implicit || (!arguments.starttls && addresses[0].port() == 465);
    let mut evidence = None;
    for address in addresses {
        let mut probe = Probe::new(*address).name(name).time_out(arguments.timeout);
        if implicit {
            probe = probe.implicit();
        }
        if let Some(helo) = &arguments.helo {
            probe = probe.helo(helo);
        }
        let seen = probe.run();
        let unreachable = matches!(seen.trouble, Some(Trouble::Unreachable(_)));
        evidence = Some(seen);
        if !unreachable {
            break;
        }
    }
    evidence.unwrap_or_else(|| Probe::new(addresses[0]).run())
}
