//! What became of an attempt to deliver a message.

use super::setback::Setback;
use crate::smtp::Reply;

/// What became of an attempt to deliver a message, told by whoever made it.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum AttemptOutcome {
    /// The other side put the message off: it waits, and the queue goes on with the others. What
    /// the products show for it is the reply alone, so it is a
    /// [`Cause::Own`](super::Cause::Own).
    Deferred(Setback),
    /// The other side took it for every recipient, with this reply.
    Delivered(Reply),
    /// It took it for some, or for none; those who are left were answered each in their own way.
    Partly {
        /// The reply to the content; `None` where it did not come to that.
        reply: Option<Reply>,
        /// Who is left, and what was said to each: 4yz to try again, 5yz to give up.
        left: Vec<(String, Reply)>,
        /// The name of the other side; empty where it is not known.
        host: String,
    },
    /// The other side will not have the message, with this reply.
    Refused {
        /// What it said.
        reply: Reply,
        /// Its name; empty where it is not known.
        host: String,
    },
    /// It did not come to the message: the queue waits with all that is in it.
    Unreachable(Setback),
}
