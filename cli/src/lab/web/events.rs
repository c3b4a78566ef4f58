//! What is new at a seat, as server-sent events.

use std::fmt::Write as _;
use std::time::Duration;

use hyper::body::Bytes;
use tokio::sync::mpsc;

use crate::lab::seat::{Got, News, Viewer};

/// How long nothing can be said: a browser that hears nothing cannot tell whether we are there.
const HEARTBEAT: Duration = Duration::from_secs(15);

/// How long a page may take to read. It comes again, and gets what it missed.
const UNREAD: Duration = Duration::from_secs(30);

/// Tells a page what is new, from behind the line of this number. Needs a runtime to be entered.
pub(crate) fn tell(viewer: Viewer, after: u64) -> mpsc::Receiver<Bytes> {
    let (send, pieces) = mpsc::channel(1);
    tokio::spawn(async move {
        let mut changes = viewer.changes();
        let mut got = Got::lines(after);
        // At once, so that a page knows that it is heard.
        let mut text = "retry: 1000\n\n".to_owned();
        loop {
            changes.borrow_and_update();
            for News { event, id, data } in viewer.seat().news(&mut got) {
                if let Some(id) = id {
                    let _ = writeln!(text, "id: {id}");
                }
                // JSON has no line breaks.
                let _ = write!(text, "event: {event}\ndata: {data}\n\n");
            }
            if !text.is_empty() {
                let piece = Bytes::from(std::mem::take(&mut text));
                let told = tokio::time::timeout(UNREAD, send.send(piece)).await;
                if !matches!(told, Ok(Ok(()))) {
                    return;
                }
            }
            tokio::select! {
                _ = changes.changed() => {}
                () = tokio::time::sleep(HEARTBEAT) => text = ": here\n\n".to_owned(),
                () = send.closed() => return,
            }
        }
    });
    pieces
}
