//! The end of a connection whose client is still sending, since it was answered before it had sent everything.
//!
//! A socket that is closed with unread bytes is reset, and a client that writes before it reads never sees the answer
//! (RFC 9112 §9.6). So our side is closed first, and what comes is read for a while and thrown away.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::Sleep;

/// At most so many bytes are read, for so long.
const MOST_BYTES: usize = 32 << 20;
const LONGEST: Duration = Duration::from_secs(5);
const CHUNK: usize = 16 << 10;

/// A connection that lingers when it is shut down while the flag is set.
pub(super) struct Lingering<S> {
    stream: S,
    early: Arc<AtomicBool>,
    end: Option<End>,
}

/// Our side is closed.
struct End {
    until: Pin<Box<Sleep>>,
    left: usize,
}

impl<S> Lingering<S> {
    /// `early` tells, at the end, that an answer may have gone out before its request was read.
    pub(super) fn new(stream: S, early: Arc<AtomicBool>) -> Self {
        Self { stream, early, end: None }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Lingering<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, into)
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for Lingering<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(context, parts)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = &mut *self;
        if this.end.is_none() {
            ready!(Pin::new(&mut this.stream).poll_shutdown(context))?;
        }
        if !this.early.load(Ordering::Relaxed) {
            return Poll::Ready(Ok(()));
        }
        let end = this
            .end
            .get_or_insert_with(|| End { until: Box::pin(tokio::time::sleep(LONGEST)), left: MOST_BYTES });
        let mut chunk = [0; CHUNK];
        while end.until.as_mut().poll(context).is_pending() && end.left > 0 {
            let mut read = ReadBuf::new(&mut chunk);
            match Pin::new(&mut this.stream).poll_read(context, &mut read) {
                Poll::Pending => return Poll::Pending,
                Poll::Ready(Ok(())) if !read.filled().is_empty() => {
                    end.left = end.left.saturating_sub(read.filled().len());
                }
                // The client is done, in one way or another.
                Poll::Ready(_) => break,
            }
        }
        Poll::Ready(Ok(()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream};
    use tokio::time::Instant;

    fn lingering(early: bool) -> (Lingering<DuplexStream>, DuplexStream) {
        let (ours, theirs) = tokio::io::duplex(1_000);
        (Lingering::new(ours, Arc::new(AtomicBool::new(early))), theirs)
    }

    #[tokio::test(start_paused = true)]
    async fn who_is_still_sending_is_heard_out_and_sees_the_answer() {
        let (mut ours, mut theirs) = lingering(true);
        let client = async {
            theirs.write_all(&[7; 100_000]).await.unwrap();
            theirs.shutdown().await.unwrap();
            let mut answer = String::new();
            theirs.read_to_string(&mut answer).await.unwrap();
            answer
        };
        let server = async {
            ours.write_all(b"too large").await.unwrap();
            ours.shutdown().await.unwrap();
        };
        let (answer, ()) = tokio::join!(client, server);
        assert_eq!(answer, "too large");
    }

    #[tokio::test(start_paused = true)]
    async fn nobody_is_heard_for_longer_than_the_time_or_beyond_the_bytes() {
        let began = Instant::now();
        let (mut silent, _theirs) = lingering(true);
        silent.shutdown().await.unwrap();
        assert_eq!(began.elapsed(), LONGEST);
        let (mut ours, mut theirs) = lingering(true);
        let endless = tokio::spawn(async move {
            let mut sent = 0;
            while let Ok(some) = theirs.write(&[7; 1_000]).await {
                sent += some;
            }
            sent
        });
        ours.shutdown().await.unwrap();
        drop(ours);
        let sent = endless.await.unwrap();
        assert!((MOST_BYTES..MOST_BYTES + 3_000).contains(&sent), "{sent}");
    }

    #[tokio::test(start_paused = true)]
    async fn where_everything_was_read_there_is_no_waiting() {
        let began = Instant::now();
        let (mut ours, _theirs) = lingering(false);
        ours.shutdown().await.unwrap();
        assert_eq!(began.elapsed(), Duration::ZERO);
    }
}
