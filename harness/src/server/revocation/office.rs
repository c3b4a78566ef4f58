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
    /// Ends with it.
    _thread: Thread,
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
            _thread: Thread::spawn(Vec::new(), open)?,
        })
    }

    /// Who fetched what.
    pub(crate) fn fetches(&self) -> Vec<Fetch> {
        self.ledger.report().fetches
    }
}
