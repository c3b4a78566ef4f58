//! A cast: several systems, each on ports of its own, until the command is told to end.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TryRecvError, sync_channel};
use std::thread;

use mailfault::Event;
use mailfault::cast::{Cast, Member, Playing};
use mailfault::exchange::EventEntry;
use serde::Serialize;
use serde_json::{Value, json};
use tokio::sync::oneshot;

use super::text::event_lines_of;
use super::{Arguments, UNREAD};
use crate::error::Error;
use crate::json::Happened;
use crate::output;
use crate::play::{Files, make_directory};
use crate::signals::{Signals, end_of_stdin};

/// Something that happened, on its way to be shown.
struct Told {
    member: String,
    connector: String,
    session: u64,
    event: Event,
}

/// What is shown next; nothing when all is over.
type Next = Option<Told>;

/// How many may wait to be shown; what does not fit is counted.
const WAITING: usize = 16_384;

pub(super) async fn until_told(arguments: &Arguments, cast: &Cast) -> Result<(), Error> {
    check(arguments)?;
    let mut signals =
        Signals::new().map_err(|error| Error::new(format!("cannot wait for signals: {error}")))?;
    let files = Files::new(arguments.out.as_deref())?;
    let (queue, told) = sync_channel(WAITING);
    let lost = Arc::new(AtomicU64::new(0));
    let playing = start(cast, queue.clone(), Arc::clone(&lost))?;
    let ca = files.ca();
    let written = playing.roots_pem().write_to(&ca);
    written.map_err(|error| Error::system("write", &ca, &error))?;
    let show = Show {
        json: arguments.json,
        out: files.out().map(Path::to_owned),
        playing: Arc::new(playing),
    };
    show.ready(cast, &ca)?;

    let playing = Arc::clone(&show.playing);
    let out = show.out.clone();
    let mut shown = show.start(told);
    tokio::select! {
        () = signals.next() => {}
        () = end_of_stdin(), if arguments.until_eof => {}
        early = &mut shown => {
            playing.stop();
            return early.unwrap_or(Ok(()));
        }
    }
    playing.stop();
    let id = cast.id.clone();
    let json = arguments.json;
    // Where the queue is full, nobody reads.
    let _ = queue.try_send(None);
    let told = async { shown.await.unwrap_or(Ok(())) };
    let told = tokio::time::timeout(UNREAD, told).await;
    if let Some(out) = &out {
        write(&playing, out)?;
    }
    match lost.load(Ordering::Relaxed) {
        0 => {}
        lost => output::note(&format!(
            "note: {lost} events are not shown, they came too fast"
        )),
    }
    let Ok(told) = told else {
        output::note("note: nobody reads stdout, so that the rest was not said");
        return Ok(());
    };
    told?;
    Ok(end(&playing, &id, json)?)
}

/// Options that are for one server.
fn check(arguments: &Arguments) -> Result<(), Error> {
    let given = [
        ("--port", arguments.port.is_some_and(|port| port != 0)),
        ("--implicit-port", arguments.implicit_port != 0),
        ("--also-name", !arguments.also_names.is_empty()),
        ("--persona", arguments.persona.is_some()),
        ("--expose", arguments.expose.is_some()),
        ("--once", arguments.once),
    ];
    match given.iter().find(|(_, given)| *given) {
        Some((option, _)) => Err(Error::new(format!(
            "`{option}` is for a scenario with one server"
        ))
        .hint("the members of a cast are as its file says, each on free ports of 127.0.0.1")),
        None => Ok(()),
    }
}

fn start(cast: &Cast, queue: SyncSender<Next>, lost: Arc<AtomicU64>) -> Result<Playing, Error> {
    let player = cast.player().observe(move |happening| {
        let told = Told {
            member: happening.member.to_owned(),
            connector: happening.connector.to_owned(),
            session: happening.session,
            event: happening.event.clone(),
        };
        // It never makes a member wait.
        if queue.try_send(Some(told)).is_err() {
            lost.fetch_add(1, Ordering::Relaxed);
        }
    });
    Ok(player.start()?)
}

fn write(playing: &Playing, out: &Path) -> Result<(), Error> {
    make_directory(out)?;
    let written = playing.write_bundle(out);
    written.map_err(|error| Error::system("write into", out, &error))?;
    Ok(())
}

struct Show {
    json: bool,
    out: Option<PathBuf>,
    playing: Arc<Playing>,
}

#[derive(Serialize)]
struct InCast<'a> {
    server: &'a str,
    connector: &'a str,
    #[serde(flatten)]
    happened: Happened,
}

impl Show {
    fn ready(&self, cast: &Cast, ca: &Path) -> io::Result<()> {
        let members = self.playing.members();
        match self.json {
            true => output::json(&json!({
                "ready": true,
                "servers": members.iter().map(member_json).collect::<Vec<_>>(),
                "ca": ca,
                "out": self.out,
            }))?,
            false => output::print(&self.welcome(cast, &members, ca))?,
        }
        for (member, entry) in self.playing.events() {
            match self.json {
                true => output::json(&entry_json(&member, &entry))?,
                false => output::line(format!("[{member}] {entry}"))?,
            }
        }
        Ok(())
    }

    fn welcome(&self, cast: &Cast, members: &[Member], ca: &Path) -> String {
        let mut text = format!("{}: {}\n", cast.id, cast.summary);
        if let Some(story) = &cast.story {
            text += &format!("\n{}\n", story.trim());
        }
        for member in members {
            text += &format!("\n{}: {}, {}\n", member.name, member.kind, member.host);
            let ways = member.connectors.iter();
            let ways: Vec<_> = ways
                .map(|(name, addr)| (name.as_str(), addr.to_string()))
                .collect();
            let ways = ways.iter().map(|(name, addr)| (*name, addr.as_str()));
            text += &output::indent(&output::table(ways));
        }
        let ca = ca.display().to_string();
        let out = self.out.as_ref().map(|out| out.display().to_string());
        let mut facts = vec![("root to trust", ca.as_str())];
        if let Some(out) = &out {
            facts.push(("files", out));
        }
        text += &format!("\n{}\nTry it:\n\n", output::table(facts));
        for member in members {
            let addr = member.addr;
            let lines = format!(
                "openssl s_client -starttls smtp -connect {addr} -CAfile {}\nswaks --server {addr} --tls --from alice@example.test --to {}\n",
                crate::paste::quoted(&ca),
                member.recipient,
            );
            text += &output::indent(&lines);
        }
        text + "\n"
    }

    fn start(self, told: Receiver<Next>) -> oneshot::Receiver<Result<(), Error>> {
        let (tell, over) = oneshot::channel();
        // A reader of stdout that does not read must keep nobody from ending the command.
        thread::spawn(move || tell.send(self.until_end(&told)));
        over
    }

    fn until_end(&self, told: &Receiver<Next>) -> Result<(), Error> {
        loop {
            let next = match told.try_recv() {
                Ok(next) => next,
                Err(TryRecvError::Disconnected) => return Ok(()),
                Err(TryRecvError::Empty) => {
                    // Nothing waits: the files are brought up to date.
                    if let Some(out) = &self.out {
                        write(&self.playing, out)?;
                    }
                    match told.recv() {
                        Ok(next) => next,
                        Err(_) => return Ok(()),
                    }
                }
            };
            match next {
                Some(told) => self.event(&told)?,
                None => return Ok(()),
            }
        }
    }

    fn event(&self, told: &Told) -> io::Result<()> {
        let Told {
            member,
            connector,
            session,
            event,
        } = told;
        match self.json {
            true => output::json(&InCast {
                server: member,
                connector,
                happened: Happened::new(*session, event),
            }),
            false => {
                let of = format!("{member} {connector} {session}");
                output::print(&event_lines_of(&of, event))
            }
        }
    }
}

fn member_json(member: &Member) -> Value {
    let way = |(name, addr): &(String, std::net::SocketAddr)| json!({ "name": name, "addr": addr });
    json!({
        "name": member.name,
        "persona": member.kind,
        "host": member.host,
        "addr": member.addr,
        "implicit_addr": null,
        "tls_name": member.host,
        "connectors": member.connectors.iter().map(way).collect::<Vec<_>>(),
    })
}

fn entry_json(member: &str, entry: &EventEntry) -> Value {
    json!({
        "event": "application-log",
        "server": member,
        "id": entry.event.id(),
        "level": entry.event.level().to_string(),
        "source": entry.source(),
        "text": entry.event.to_string(),
        "uncertain": entry.event.is_uncertain(),
    })
}

fn end(playing: &Playing, id: &str, as_json: bool) -> io::Result<()> {
    let (sessions, mail) = (playing.session_count(), playing.mail_count());
    match as_json {
        true => output::json(&json!({
            "event": "report",
            "id": id,
            "sessions": sessions,
            "mail": mail,
        })),
        false => output::line(format!(
            "{id}: sessions: {sessions}, messages taken: {mail}"
        )),
    }
}
