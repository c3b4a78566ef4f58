//! Two futures, whichever is ready first. (`select!` would bring five more crates.)

use std::future::poll_fn;
use std::pin::Pin;
use std::task::Poll;

/// The output of `a`, or `None` if `b` ends before it.
pub(crate) async fn first<A: Future + Unpin, B: Future + Unpin>(
    mut a: A,
    mut b: B,
) -> Option<A::Output> {
    poll_fn(|context| {
        if let Poll::Ready(output) = Pin::new(&mut a).poll(context) {
            return Poll::Ready(Some(output));
        }
        Pin::new(&mut b).poll(context).map(|_| None)
    })
    .await
}
