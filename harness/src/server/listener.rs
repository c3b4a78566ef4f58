//! Accepts connections, on the server's own thread.

use std::io;
use std::net::SocketAddr;

use tokio::net::{TcpListener, TcpSocket, TcpStream};

use super::Ending;
use crate::error::Error;
use crate::first::first;

/// A port of the server.
#[derive(Debug)]
pub(crate) enum Port {
    /// Bound, and nobody listens there: the operating system refuses whoever connects.
    Closed(TcpSocket),
    Open(std::net::TcpListener),
}

impl Port {
    /// Binds in the caller's thread, so that clients can connect at once and a taken port is told.
    pub(crate) fn open(address: SocketAddr) -> Result<Self, Error> {
        Self::listener(address).map(Self::Open)
    }

    /// Binds it, for whoever keeps it.
    pub(crate) fn listener(address: SocketAddr) -> Result<std::net::TcpListener, Error> {
        let listener = std::net::TcpListener::bind(address).and_then(|listener| {
            listener.set_nonblocking(true)?;
            Ok(listener)
        });
        cannot_listen(address, listener)
    }

    /// Takes a port and keeps it closed.
    pub(crate) fn closed(address: SocketAddr) -> Result<Self, Error> {
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

    /// The same port once more: whoever has it keeps others from taking it, and clients wait.
    #[cfg_attr(not(feature = "models"), allow(dead_code))]
    pub(crate) fn again(listener: &std::net::TcpListener) -> io::Result<Self> {
        listener.try_clone().map(Self::Open)
    }

    pub(crate) fn address(&self) -> io::Result<SocketAddr> {
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

/// A port, and what becomes of each connection to it.
pub(crate) struct Door {
    pub(crate) port: Port,
    pub(crate) begin: Begin,
}

/// Begins a session in the background.
pub(crate) type Begin = Box<dyn Fn(TcpStream, SocketAddr, &Ending) + Send>;

/// Accepts until the server ends; then what still waits in the queue, and no more. A client that
/// has connected is a session, however early the server is ended.
pub(super) async fn accept(door: Door, mut ending: Ending) -> io::Result<()> {
    let Door { port, begin } = door;
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
            Ok((stream, peer)) => begin(stream, peer, &ending),
            // Out of descriptors, or the client was gone before it was accepted: the next may
            // do better, and a yield keeps others going meanwhile.
            Err(_) => tokio::task::yield_now().await,
        }
    }
    let listener = listener.into_std()?;
    while let Ok((stream, peer)) = listener.accept() {
        stream.set_nonblocking(true)?;
        begin(TcpStream::from_std(stream)?, peer, &ending);
    }
    Ok(())
}
