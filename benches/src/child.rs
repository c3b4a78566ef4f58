//! Servers in a process of their own, so that what they use can be told from what the load uses.

use std::error::Error;
use std::fs;
use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::process::{Child, Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

use mailfault::{Ca, Limits, MockServer};

use crate::{bare, mailin};

/// A server that can be measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Mailfault,
    Bare,
    Mailin,
    MailinNodelay,
    SmtpSink,
}

const ALL: [Kind; 5] = [
    Kind::Mailfault,
    Kind::Bare,
    Kind::Mailin,
    Kind::MailinNodelay,
    Kind::SmtpSink,
];

const SMTP_SINK: &str = "/usr/sbin/smtp-sink";

impl Kind {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Mailfault => "mailfault",
            Self::Bare => "bare-loop",
            Self::Mailin => "mailin-embedded",
            Self::MailinNodelay => "mailin-embedded+nodelay",
            Self::SmtpSink => "smtp-sink",
        }
    }

    pub(crate) fn by_name(name: &str) -> Option<Self> {
        ALL.into_iter().find(|kind| kind.name() == name)
    }

    pub(crate) fn is_installed(self) -> bool {
        self != Self::SmtpSink || Path::new(SMTP_SINK).exists()
    }
}

/// A server's process. It ends when this goes.
pub(crate) struct Served {
    child: Child,
    pub(crate) addr: SocketAddr,
}

impl Served {
    pub(crate) fn start(kind: Kind) -> io::Result<Self> {
        match kind {
            Kind::SmtpSink => Self::smtp_sink(),
            _ => Self::this_program(kind),
        }
    }

    fn this_program(kind: Kind) -> io::Result<Self> {
        let mut child = Command::new(std::env::current_exe()?)
            .args(["serve", kind.name()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let mut line = String::new();
        if let Some(stdout) = child.stdout.take() {
            BufReader::new(stdout).read_line(&mut line)?;
        }
        let addr = line.trim().parse().map_err(io::Error::other)?;
        Ok(Self { child, addr })
    }

    fn smtp_sink() -> io::Result<Self> {
        // It cannot be given a free port, so a port is found and let go for it.
        let addr = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?;
        let mut command = Command::new(SMTP_SINK);
        if fs::metadata("/proc/self")?.uid() == 0 {
            // It does not run as root.
            command.args(["-u", "nobody"]);
        }
        let child = command
            .args(["-m", "6000", &addr.to_string(), "1024"])
            .stdin(Stdio::null())
            .spawn()?;
        let served = Self { child, addr };
        let until = Instant::now() + Duration::from_secs(5);
        while let Err(error) = TcpStream::connect(addr) {
            if Instant::now() > until {
                return Err(error);
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        Ok(served)
    }

    /// What the process has used of the processors so far.
    pub(crate) fn cpu(&self) -> io::Result<Duration> {
        let mut nanoseconds = 0;
        for thread in fs::read_dir(format!("/proc/{}/task", self.child.id()))? {
            // The first number is the time on a processor; a thread may end meanwhile.
            let text = fs::read_to_string(thread?.path().join("schedstat")).unwrap_or_default();
            let first = text
                .split(' ')
                .next()
                .and_then(|text| text.parse::<u64>().ok());
            nanoseconds += first.unwrap_or_default();
        }
        Ok(Duration::from_nanos(nanoseconds))
    }

    /// What the process holds of memory, in octets.
    pub(crate) fn memory(&self) -> io::Result<u64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kib = line.and_then(|line| line.trim().strip_suffix(" kB")?.trim().parse::<u64>().ok());
        Ok(kib.ok_or(io::ErrorKind::InvalidData)? * 1024)
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        // This very process, by its own handle; it may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Is a server until its standard input ends.
pub(crate) fn serve(kind: Kind) -> ExitCode {
    let served = (|| -> Result<(), Box<dyn Error>> {
        let identity = Ca::new().issue("mx.test");
        // The server of the library lives as long as this does.
        let mut server = None;
        let addr = match kind {
            Kind::Mailfault => {
                let limits = Limits {
                    idle: Duration::from_secs(600),
                    kept_mail: mailin::KEPT_MAIL,
                    ..Limits::default()
                };
                let started = MockServer::builder()
                    .limits(limits)
                    .starttls(identity)
                    .start();
                server.insert(started).addr()
            }
            Kind::Bare => bare::start(&identity)?,
            Kind::Mailin => mailin::start(&identity, false)?,
            Kind::MailinNodelay => mailin::start(&identity, true)?,
            Kind::SmtpSink => return Err("smtp-sink is a program of its own".into()),
        };
        println!("{addr}");
        io::stdout().flush()?;
        io::stdin().read_to_end(&mut Vec::new())?;
        Ok(())
    })();
    match served {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{}: {error}", kind.name());
            ExitCode::FAILURE
        }
    }
}
