//! Accepts connections and holds a conversation on each, on the server's own thread.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use tokio::net::{TcpListener, TcpStream};

use super::{Ending, House, script};
use crate::error::Error;
use crate::first::first;
use crate::smtp::Conversation;
use crate::wire::Wire;

/// Binds in the caller's thread, so that clients can connect at once and a taken port is told.
pub(super) fn bind(address: SocketAddr) -> Result<std::net::TcpListener, Error> {
    let bound = std::net::TcpListener::bind(address).and_then(|listener| {
        listener.set_nonblocking(true)?;
        Ok(listener)
    });
    bound.map_err(|error| Error::CannotListen {
        address: address.to_string(),
        why: match error.kind() {
            io::ErrorKind::AddrInUse => "the port is taken".to_owned(),
            _ => error.to_string(),
        },
        taken: error.kind() == io::ErrorKind::AddrInUse,
    })
}

/// Accepts until the server ends; then what still waits in the queue, and no more. A client that
/// has connected is a session, however early the server is ended.
pub(super) async fn accept(
    house: Arc<House>,
    listener: std::net::TcpListener,
    implicit_tls: bool,
    mut ending: Ending,
) -> io::Result<()> {
    let listener = TcpListener::from_std(listener)?;
    loop {
        let accepted = {
            let accept = std::pin::pin!(listener.accept());
            let stopped = std::pin::pin!(ending.closing());
            match first(accept, stopped).await {
                Some(accepted) => accepted,
                None => break,
            }
        };
        match accepted {
            Ok((stream, peer)) => begin(&house, stream, peer, implicit_tls, &ending),
            // Out of descriptors, or the client was gone before it was accepted: the next may
            // do better, and a yield keeps others going meanwhile.
            Err(_) => tokio::task::yield_now().await,
        }
    }
    let listener = listener.into_std()?;
    while let Ok((stream, peer)) = listener.accept() {
        stream.set_nonblocking(true)?;
        begin(
            &house,
            TcpStream::from_std(stream)?,
            peer,
            implicit_tls,
            &ending,
        );
    }
    Ok(())
}

fn begin(
    house: &Arc<House>,
    stream: TcpStream,
    peer: SocketAddr,
    implicit_tls: bool,
    ending: &Ending,
) {
    let limits = &house.persona.limits;
    let (recorder, open) = house.ledger.open(peer, implicit_tls);
    let full = open > limits.concurrent;
    let wire = Wire::new(stream, recorder, limits, ending.closing.clone());
    if let Some(session) = &house.script {
        return script::begin(house, Arc::clone(session), wire, ending.clone());
    }
    let conversation = Conversation::new(wire, Arc::clone(house), peer.ip(), implicit_tls);
    tokio::spawn(Box::new(conversation).hold(full));
}
