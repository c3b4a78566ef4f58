//! A server in a thread of its own, and the smallest client that can talk to it.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use serde_json::Value;
use tokio::net::TcpListener;
use tokio::sync::oneshot;

use crate::lab::fake::Fake;
use crate::lab::seat::Seat;
use crate::lab::web::{self, Site, Token};

/// Longer than anything here takes on a slow machine; a test that reaches it has failed.
const PATIENCE: Duration = Duration::from_secs(60);

/// A lab that is served until this is dropped.
pub(super) struct Server {
    pub(super) addr: SocketAddr,
    pub(super) token: String,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    pub(super) fn start() -> Self {
        Self::with(Fake::new(""))
    }

    pub(super) fn with(lab: Fake) -> Self {
        let (stop, stopped) = oneshot::channel();
        let (ready, is_ready) = std::sync::mpsc::channel();
        let thread = std::thread::spawn(move || {
            let runtime = crate::signals::runtime().unwrap();
            runtime.block_on(async {
                let seat = Seat::alone();
                seat.begin(Arc::new(lab));
                let token = Token::new().unwrap();
                let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
                let at = (listener.local_addr().unwrap(), token.to_string());
                ready.send(at).unwrap();
                tokio::select! {
                    () = web::serve(listener, Site::of(token, Arc::clone(&seat))) => {}
                    _ = stopped => seat.close(Some("over".to_owned()), None),
                }
            });
        });
        let (addr, token) = is_ready.recv_timeout(PATIENCE).unwrap();
        Self {
            addr,
            token,
            stop: Some(stop),
            thread: Some(thread),
        }
    }

    pub(super) fn url(&self) -> String {
        format!("http://{}/{}/", self.addr, self.token)
    }

    pub(super) fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.addr).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream
    }

    /// Sends these octets, and returns what comes until the server closes.
    pub(super) fn raw(&self, octets: &[u8]) -> Answer {
        let mut stream = self.connect();
        // It may refuse before it has heard everything.
        let _ = stream.write_all(octets);
        let mut text = Vec::new();
        let _ = stream.read_to_end(&mut text);
        Answer::parse(&String::from_utf8_lossy(&text))
    }

    /// Asks for a path of the lab.
    pub(super) fn get(&self, path: &str) -> Answer {
        let Self { addr, token, .. } = self;
        self.raw(
            format!("GET /{token}/{path} HTTP/1.1\r\nHost: {addr}\r\nConnection: close\r\n\r\n")
                .as_bytes(),
        )
    }

    /// Posts a body, which need not be JSON.
    pub(super) fn post(&self, path: &str, body: &str) -> Answer {
        self.raw(self.posting(path, body).as_bytes())
    }

    pub(super) fn posting(&self, path: &str, body: &str) -> String {
        let Self { addr, token, .. } = self;
        format!(
            "POST /{token}/{path} HTTP/1.1\r\nHost: {addr}\r\nOrigin: http://{addr}\r\nConnection: close\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        )
    }

    /// Types a line.
    pub(super) fn run(&self, line: &str) -> Answer {
        self.post("run", &serde_json::json!({ "line": line }).to_string())
    }

    /// What is told, from behind a line on.
    pub(super) fn events(&self, after: u64) -> Events {
        let Self { addr, token, .. } = self;
        let mut stream = self.connect();
        let request = format!("GET /{token}/events?after={after} HTTP/1.1\r\nHost: {addr}\r\n\r\n");
        stream.write_all(request.as_bytes()).unwrap();
        let mut reader = BufReader::new(stream);
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            assert!(reader.read_line(&mut head).unwrap() > 0, "{head}");
        }
        Events {
            head,
            reader,
            began: Instant::now(),
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let ended = thread.join();
            if !std::thread::panicking() {
                ended.unwrap();
            }
        }
    }
}

/// An answer, read to its end.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    head: String,
    pub(super) body: String,
}

impl Answer {
    fn parse(text: &str) -> Self {
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or((text, ""));
        let status = head.split(' ').nth(1).and_then(|code| code.parse().ok());
        Self {
            // 0 is no answer at all.
            status: status.unwrap_or(0),
            head: head.to_ascii_lowercase(),
            body: body.to_owned(),
        }
    }

    #[track_caller]
    pub(super) fn header(&self, name: &str) -> &str {
        let mut lines = self.head.lines().filter_map(|line| line.split_once(": "));
        match lines.find(|(known, _)| *known == name) {
            Some((_, value)) => value,
            None => panic!("no {name} in {}", self.head),
        }
    }

    #[track_caller]
    pub(super) fn json(&self) -> Value {
        match serde_json::from_str(&self.body) {
            Ok(value) => value,
            Err(error) => panic!("{error} in {self:?}"),
        }
    }

    /// What went wrong, in words.
    #[track_caller]
    pub(super) fn error(&self) -> String {
        self.json()["error"].as_str().unwrap().to_owned()
    }
}

/// What is told as it happens.
pub(super) struct Events {
    pub(super) head: String,
    reader: BufReader<TcpStream>,
    began: Instant,
}

impl Events {
    /// The next event, and its data.
    fn next(&mut self) -> (String, Value) {
        let mut event = String::new();
        loop {
            // A heartbeat would have it wait for ever.
            assert!(
                self.began.elapsed() < PATIENCE,
                "what was waited for did not come"
            );
            let mut line = String::new();
            assert!(
                self.reader.read_line(&mut line).unwrap() > 0,
                "the server closed"
            );
            // Lengths of chunks and ids are passed over.
            if let Some(name) = line.strip_prefix("event: ") {
                event = name.trim_end().to_owned();
            } else if let Some(data) = line.strip_prefix("data: ") {
                return (event, serde_json::from_str(data).unwrap());
            }
        }
    }

    /// The data of the next event of this name.
    pub(super) fn next_of(&mut self, name: &str) -> Value {
        loop {
            let (event, data) = self.next();
            if event == name {
                return data;
            }
        }
    }

    /// Lines until one of them has this text, by kind and text.
    pub(super) fn lines_until(&mut self, text: &str) -> Vec<(String, String)> {
        let mut all = Vec::new();
        loop {
            for line in self.next_of("lines").as_array().unwrap() {
                let of = |name: &str| line[name].as_str().unwrap().to_owned();
                all.push((of("kind"), of("text")));
            }
            if all.iter().any(|(_, known)| known.contains(text)) {
                return all;
            }
        }
    }

    /// Statuses until one fits.
    pub(super) fn status_until(&mut self, fits: impl Fn(&Value) -> bool) -> Value {
        loop {
            let status = self.next_of("status");
            if fits(&status) {
                return status;
            }
        }
    }
}
