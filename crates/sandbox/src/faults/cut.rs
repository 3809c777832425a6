//! Cutting connections and bodies.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::body::{Bytes, HttpBody};
use hyper::body::Frame;
use tokio::sync::Notify;

/// Closes the connection a request came on, at once. The server puts one into every request.
#[derive(Clone, Debug, Default)]
pub(crate) struct Abort(Arc<Notify>);

impl Abort {
    pub(crate) fn now(&self) {
        self.0.notify_one();
    }

    pub(crate) async fn requested(&self) {
        self.0.notified().await;
    }
}

/// A body that breaks off after its first part.
#[derive(Debug)]
pub(crate) struct Cut {
    first: Option<Bytes>,
    rests: u8,
}

impl Cut {
    pub(crate) fn after(first: Bytes) -> Cut {
        Cut { first: Some(first), rests: 2 }
    }
}

impl HttpBody for Cut {
    type Data = Bytes;
    type Error = std::io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, std::io::Error>>> {
        if let Some(first) = self.first.take() {
            return Poll::Ready(Some(Ok(Frame::data(first))));
        }
        // Without these rests the error overtakes the part, and nothing at all is written.
        if self.rests > 0 {
            self.rests -= 1;
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        Poll::Ready(Some(Err(std::io::ErrorKind::ConnectionReset.into())))
    }
}
