//! Each action in its short form: `.close()` for `.action(Action::Close)`.

use std::time::Duration;

use super::{Action, At, Fault, HandshakeFault, LooseEnd};
use crate::smtp::Reply;

impl At {
    /// [`Action::Add`].
    ///
    /// # Panics
    ///
    /// As do all of these, if the action makes no sense at the stage: the text says why.
    #[allow(clippy::should_implement_trait)] // it adds a line, not a number
    #[track_caller]
    pub fn add(self, line: impl Into<String>) -> Fault {
        self.must(Action::Add(line.into()))
    }

    /// [`Action::Budget`].
    #[track_caller]
    #[must_use]
    pub fn budget(self, octets: u64) -> Fault {
        self.must(Action::Budget(octets))
    }

    /// [`Action::Close`].
    #[track_caller]
    #[must_use]
    pub fn close(self) -> Fault {
        self.must(Action::Close)
    }

    /// [`Action::Conceal`].
    #[track_caller]
    pub fn conceal(self, keyword: impl Into<String>) -> Fault {
        self.must(Action::Conceal(keyword.into()))
    }

    /// [`Action::Delay`].
    #[track_caller]
    #[must_use]
    pub fn delay(self, wait: Duration) -> Fault {
        self.must(Action::Delay(wait))
    }

    /// [`Action::Drip`].
    #[track_caller]
    #[must_use]
    pub fn drip(self, octets: usize, every: Duration) -> Fault {
        self.must(Action::Drip { octets, every })
    }

    /// [`Action::Endless`].
    #[track_caller]
    #[must_use]
    pub fn endless(self, every: Duration) -> Fault {
        self.must(Action::Endless(every))
    }

    /// [`Action::HalfClose`].
    #[track_caller]
    #[must_use]
    pub fn half_close(self) -> Fault {
        self.must(Action::HalfClose)
    }

    /// [`Action::Handshake`].
    #[track_caller]
    #[must_use]
    pub fn handshake(self, fault: HandshakeFault) -> Fault {
        self.must(Action::Handshake(fault))
    }

    /// [`Action::Hide`].
    #[track_caller]
    pub fn hide(self, keyword: impl Into<String>) -> Fault {
        self.must(Action::Hide(keyword.into()))
    }

    /// [`Action::HonourPipelined`].
    #[track_caller]
    #[must_use]
    pub fn honour_pipelined(self) -> Fault {
        self.must(Action::HonourPipelined)
    }

    /// [`Action::Jitter`].
    #[track_caller]
    #[must_use]
    pub fn jitter(self, most: Duration) -> Fault {
        self.must(Action::Jitter(most))
    }

    /// [`Action::Lines`].
    #[track_caller]
    #[must_use]
    pub fn lines(self, count: usize) -> Fault {
        self.must(Action::Lines(count))
    }

    /// [`Action::LooseEnd`].
    #[track_caller]
    #[must_use]
    pub fn loose_end(self, end: LooseEnd) -> Fault {
        self.must(Action::LooseEnd(end))
    }

    /// [`Action::Mask`].
    #[track_caller]
    pub fn mask(self, keyword: impl Into<String>) -> Fault {
        self.must(Action::Mask(keyword.into()))
    }

    /// [`Action::Overlong`].
    #[track_caller]
    #[must_use]
    pub fn overlong(self, octets: usize) -> Fault {
        self.must(Action::Overlong(octets))
    }

    /// [`Action::Raw`].
    #[track_caller]
    pub fn raw(self, bytes: impl Into<Vec<u8>>) -> Fault {
        self.must(Action::Raw(bytes.into()))
    }

    /// [`Action::Reply`].
    #[track_caller]
    pub fn reply(self, reply: impl Into<Reply>) -> Fault {
        self.must(Action::Reply(reply.into()))
    }

    /// [`Action::Reset`].
    #[track_caller]
    #[must_use]
    pub fn reset(self) -> Fault {
        self.must(Action::Reset)
    }

    /// [`Action::SplitCrlf`].
    #[track_caller]
    #[must_use]
    pub fn split_crlf(self, wait: Duration) -> Fault {
        self.must(Action::SplitCrlf(wait))
    }

    /// [`Action::Stall`].
    #[track_caller]
    #[must_use]
    pub fn stall(self) -> Fault {
        self.must(Action::Stall)
    }

    /// [`Action::StopReading`].
    #[track_caller]
    #[must_use]
    pub fn stop_reading(self) -> Fault {
        self.must(Action::StopReading)
    }

    /// [`Action::Throttle`].
    #[track_caller]
    #[must_use]
    pub fn throttle(self, octets: usize, per: Duration) -> Fault {
        self.must(Action::Throttle { octets, per })
    }

    #[track_caller]
    fn must(self, action: Action) -> Fault {
        match self.action(action) {
            Ok(fault) => fault,
            Err(error) => panic!("{error}"),
        }
    }
}
