//! Accepts connections and holds a conversation on each, on the server's own thread.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use tokio::net::{TcpListener, TcpSocket, TcpStream};

use super::{Ending, House, script};
use crate::error::Error;
use crate::first::first;
use crate::smtp::Conversation;
use crate::wire::Wire;

/// A port of the server.
#[derive(Debug)]
pub(super) enum Port {
    /// Bound, and nobody listens there: the operating system refuses whoever connects.
    Closed(TcpSocket),
    Open(std::net::TcpListener),
}

impl Port {
    /// Binds in the caller's thread, so that clients can connect at once and a taken port is told.
    pub(super) fn open(address: SocketAddr) -> Result<Self, Error> {
        let listener = std::net::TcpListener::bind(address).and_then(|listener| {
            listener.set_nonblocking(true)?;
            Ok(listener)
        });
        cannot_listen(address, listener).map(Self::Open)
    }

    /// Takes a port and keeps it closed.
    pub(super) fn closed(address: SocketAddr) -> Result<Self, Error> {
        let socket = match address {
            SocketAddr::V4(_) => TcpSocket::new_v4(),
            SocketAddr::V6(_) => TcpSocket::new_v6(),
        };
        let socket = socket.and_then(|socket| {
            socket.bind(address)?;
            Ok(socket)
        });
        cannot_listen(address, socket).map(Self::Closed)
    }

    pub(super) fn address(&self) -> io::Result<SocketAddr> {
        match self {
            Self::Closed(socket) => socket.local_addr(),
            Self::Open(listener) => listener.local_addr(),
        }
    }
}

fn cannot_listen<T>(address: SocketAddr, bound: io::Result<T>) -> Result<T, Error> {
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
    port: Port,
    implicit_tls: bool,
    mut ending: Ending,
) -> io::Result<()> {
    let listener = match port {
        Port::Open(listener) => listener,
        Port::Closed(_socket) => {
            ending.closing().await;
            return Ok(());
        }
    };
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
    let (recorder, open, open_from) = house.ledger.open(peer, implicit_tls);
    let full = open > limits.concurrent;
    let wire = Wire::new(stream, recorder, limits, ending.closing.clone());
    if let Some(session) = &house.script {
        return script::begin(house, Arc::clone(session), wire, ending.clone());
    }
    let conversation =
        Conversation::new(wire, Arc::clone(house), peer.ip(), open_from, implicit_tls);
    tokio::spawn(Box::new(conversation).hold(full));
}
