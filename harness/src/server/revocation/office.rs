//! The lists of several authorities, given out by themselves: with no mail server around them.

use std::sync::Arc;

use mailfault_certs::Der;

use super::ResponderWish;
use super::made::Made;
use super::responder::{Desk, Door};
use crate::clock::Clock;
use crate::error::Error;
use crate::persona::Limits;
use crate::report::Fetch;
use crate::server::Ledger;
use crate::server::thread::Thread;

/// Where lists are given out. Dropping it closes it.
#[derive(Debug)]
pub(crate) struct Office {
    ledger: Arc<Ledger>,
    /// Taken when it ends.
    thread: Option<Thread>,
}

impl Office {
    /// Gives these lists out, each at its path, at every one of these doors.
    pub(crate) fn open(
        doors: Vec<(ResponderWish, Door)>,
        lists: &[(String, Der)],
        clock: Clock,
    ) -> Result<Self, Error> {
        let ledger = Arc::new(Ledger::new(Limits::default(), clock, None));
        let desks: Vec<_> = doors
            .into_iter()
            .map(|(wish, door)| Desk {
                door,
                wish,
                made: Made::Lists(lists.to_vec()),
            })
            .collect();
        let of_desks = Arc::clone(&ledger);
        let open = move || {
            for desk in desks {
                tokio::spawn(desk.open(Arc::clone(&of_desks)));
            }
        };
        Ok(Self {
            ledger,
            thread: Some(Thread::spawn(Vec::new(), open)?),
        })
    }

    /// Who fetched what.
    pub(crate) fn fetches(&self) -> Vec<Fetch> {
        self.ledger.report().fetches
    }
}

impl Drop for Office {
    fn drop(&mut self) {
        if let Some(thread) = self.thread.take() {
            // Whoever is still being answered can ask again elsewhere.
            thread.end(|| ());
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::{ErrorKind, Read as _, Write as _};
    use std::net::TcpStream;
    use std::time::Duration;

    use mailfault_certs::{Ca, Crl};

    use super::*;

    /// What is said to a request for this path.
    fn ask(address: &str, path: &str) -> Vec<u8> {
        let mut stream = TcpStream::connect(address).unwrap();
        write!(stream, "GET {path} HTTP/1.1\r\n\r\n").unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        answer
    }

    #[test]
    fn each_list_is_given_out_at_every_door_until_it_is_dropped() {
        let wishes = [ResponderWish::Works, ResponderWish::Status(404)];
        let doors: Vec<_> = wishes
            .iter()
            .map(|wish| (*wish, Door::bind(wish).unwrap()))
            .collect();
        let address = |at: usize| doors[at].1.url("").replace("http://", "");
        let (works, fails) = (address(0), address(1));
        let of = |path: &str| (path.to_owned(), Ca::new().crl(Crl::new()));
        let lists = [of("/1.crl"), of("/2.crl")];
        let office = Office::open(doors, &lists, Clock::system()).unwrap();
        for (path, list) in &lists {
            assert!(ask(&works, path).ends_with(list.as_bytes()), "{path}");
            assert!(ask(&fails, path).starts_with(b"HTTP/1.1 404 "), "{path}");
        }
        assert!(ask(&works, "/3.crl").starts_with(b"HTTP/1.1 404 "));
        let statuses: Vec<_> = office.fetches().iter().map(|one| one.status).collect();
        assert_eq!(statuses, [200, 404, 200, 404, 404]);
        // Whoever is there and has not asked yet is left alone.
        let mut idle = TcpStream::connect(works).unwrap();
        idle.set_read_timeout(Some(Duration::from_secs(30)))
            .unwrap();
        drop(office);
        let left = idle.read(&mut [0]).map_err(|error| error.kind());
        assert!(
            matches!(left, Ok(0) | Err(ErrorKind::ConnectionReset)),
            "{left:?}"
        );
    }
}
