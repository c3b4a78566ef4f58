//! What is new at a seat, as server-sent events.

use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;

use hyper::body::Bytes;
use tokio::sync::mpsc;

use crate::lab::class::Class;
use crate::lab::seat::{Got, News, Viewer};

/// How long nothing can be said: a browser that hears nothing cannot tell whether we are there.
const HEARTBEAT: Duration = Duration::from_secs(15);

/// How long a page may take to read. It comes again, and gets what it missed.
const UNREAD: Duration = Duration::from_secs(30);

/// How often the trainer's list is looked through.
const BETWEEN_OVERVIEWS: Duration = Duration::from_secs(1);

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
            if !said(&send, &mut text).await {
                return;
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

/// Tells a trainer how the class is, whenever it is otherwise. Needs a runtime to be entered.
pub(crate) fn tell_of(class: Arc<Class>) -> mpsc::Receiver<Bytes> {
    let (send, pieces) = mpsc::channel(1);
    tokio::spawn(async move {
        let mut changes = class.changes();
        let mut text = "retry: 1000\n\n".to_owned();
        let (mut last, mut silent) = (String::new(), Duration::ZERO);
        loop {
            changes.borrow_and_update();
            let now = class.overview().to_string();
            if now != last {
                let _ = write!(text, "event: class\ndata: {now}\n\n");
                last = now;
            } else if silent >= HEARTBEAT {
                ": here\n\n".clone_into(&mut text);
            }
            silent = match text.is_empty() {
                true => silent + BETWEEN_OVERVIEWS,
                false => Duration::ZERO,
            };
            if !said(&send, &mut text).await {
                return;
            }
            tokio::select! {
                _ = changes.changed() => {}
                () = tokio::time::sleep(BETWEEN_OVERVIEWS) => {}
                () = send.closed() => return,
            }
        }
    });
    pieces
}

/// Sends what is to be said, if there is anything; `false` where nobody reads it.
async fn said(send: &mpsc::Sender<Bytes>, text: &mut String) -> bool {
    if text.is_empty() {
        return true;
    }
    let piece = Bytes::from(std::mem::take(text));
    matches!(
        tokio::time::timeout(UNREAD, send.send(piece)).await,
        Ok(Ok(()))
    )
}
