//! Answers that nobody reads: a client that takes next to nothing of what waits for it loses its connection, with all that is
//! held for it.

use super::pulse::{LEAST_BYTES, Pulse};
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep};

/// A connection whose writes fail once the other side has taken too little for too long.
pub(super) struct Unread<S> {
    stream: S,
    patience: Duration,
    pulse: Arc<Pulse>,
    /// Since a write had to wait: until when, and how much has been taken since.
    waiting: Option<Waiting>,
}

struct Waiting {
    until: Pin<Box<Sleep>>,
    taken: usize,
}

impl<S> Unread<S> {
    /// While something waits to be read, at least 16 KB of it must be taken in every `patience`.
    pub(super) fn new(stream: S, patience: Duration, pulse: Arc<Pulse>) -> Self {
        Self { stream, patience, pulse, waiting: None }
    }

    /// What an attempt to write has come to.
    fn judge(
        &mut self,
        context: &mut Context<'_>,
        written: Poll<io::Result<usize>>,
    ) -> Poll<io::Result<usize>> {
        match written {
            Poll::Ready(Ok(bytes)) => {
                self.pulse.take(bytes);
                if let Some(waiting) = &mut self.waiting {
                    waiting.taken = waiting.taken.saturating_add(bytes);
                    if waiting.taken >= LEAST_BYTES {
                        self.waiting = None;
                    }
                }
                Poll::Ready(Ok(bytes))
            }
            Poll::Pending => {
                let patience = self.patience;
                let waiting = self.waiting.get_or_insert_with(|| Waiting {
                    until: Box::pin(tokio::time::sleep_until(Instant::now() + patience)),
                    taken: 0,
                });
                match waiting.until.as_mut().poll(context) {
                    Poll::Pending => Poll::Pending,
                    Poll::Ready(()) => Poll::Ready(Err(io::ErrorKind::TimedOut.into())),
                }
            }
            failed => failed,
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Unread<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, into)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Unread<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.judge(context, written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(context, parts);
        self.judge(context, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let flushed = Pin::new(&mut self.stream).poll_flush(context);
        if let Poll::Ready(Ok(())) = flushed {
            // Whoever flushes has nothing left to write.
            self.waiting = None;
        }
        flushed
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream};

    const PATIENCE: Duration = Duration::from_secs(10);

    fn unread() -> (Unread<DuplexStream>, DuplexStream) {
        let (ours, theirs) = tokio::io::duplex(1_000);
        (Unread::new(ours, PATIENCE, Arc::default()), theirs)
    }

    async fn write(mut ours: Unread<DuplexStream>, bytes: usize) -> (io::Result<()>, Duration) {
        let began = Instant::now();
        let written = async {
            ours.write_all(&vec![7; bytes]).await?;
            ours.flush().await
        };
        (written.await, began.elapsed())
    }

    /// Takes so many bytes every second.
    async fn take(mut theirs: DuplexStream, bytes: usize) {
        let mut into = vec![0; bytes];
        while theirs.read_exact(&mut into).await.is_ok() {
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
    }

    #[tokio::test(start_paused = true)]
    async fn who_reads_nothing_is_cut_after_the_time() {
        let (ours, _theirs) = unread();
        let (written, took) = write(ours, 1_001).await;
        assert_eq!((written.unwrap_err().kind(), took), (io::ErrorKind::TimedOut, PATIENCE));
    }

    #[tokio::test(start_paused = true)]
    async fn who_reads_a_little_now_and_then_is_cut_as_well() {
        let (ours, theirs) = unread();
        let reader = tokio::spawn(take(theirs, 100));
        let (written, took) = write(ours, 100_000).await;
        assert_eq!((written.unwrap_err().kind(), took), (io::ErrorKind::TimedOut, PATIENCE));
        reader.await.unwrap();
    }

    #[tokio::test(start_paused = true)]
    async fn a_weak_line_gets_all_of_it_however_long_that_takes() {
        let (ours, theirs) = unread();
        let reader = tokio::spawn(take(theirs, 2_000));
        let (written, took) = write(ours, 400_000).await;
        written.unwrap();
        assert!(took > 15 * PATIENCE, "{took:?}");
        reader.await.unwrap();
    }

    #[tokio::test(start_paused = true)]
    async fn time_between_two_answers_does_not_count() {
        let (mut ours, mut theirs) = unread();
        for _ in 0..3 {
            let reader = async {
                tokio::time::sleep(PATIENCE / 2).await;
                theirs.read_exact(&mut [0; 2_000]).await.unwrap();
            };
            let writer = async {
                ours.write_all(&[7; 2_000]).await.unwrap();
                ours.flush().await.unwrap();
            };
            tokio::join!(reader, writer);
            tokio::time::sleep(3 * PATIENCE).await;
        }
    }
}
