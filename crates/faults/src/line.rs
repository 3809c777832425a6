//! What one TCP connection carries, both ways, and how that goes wrong.

use crate::chance::{between, mix};
use crate::kind::Toxic;
use crate::plan::Plan;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::{Notify, watch};

const PIECE: usize = 16 * 1024;
/// While nothing passes, so much is taken off the sender, as a network would.
const HELD_MAX: usize = 64 * 1024;

/// Asks for a connection to be reset.
#[derive(Debug, Default)]
pub(crate) struct Cut {
    asked: AtomicBool,
    told: Notify,
}

impl Cut {
    pub(crate) fn reset(&self) {
        self.asked.store(true, Ordering::SeqCst);
        self.told.notify_one();
    }

    fn is_asked(&self) -> bool {
        self.asked.load(Ordering::SeqCst)
    }
}

/// The plan as it is now, and when it changes.
pub(crate) type Weather = watch::Receiver<Arc<Plan>>;

/// Waits so long, or until the plan has no faults any more.
pub(crate) async fn wait(time: Duration, weather: &mut Weather) {
    tokio::select! {
        () = tokio::time::sleep(time) => {}
        () = until_healed(weather) => {}
    }
}

pub(crate) async fn until_healed(weather: &mut Weather) {
    if weather.wait_for(|plan| plan.is_healed()).await.is_err() {
        // The proxy goes, and this with it.
        std::future::pending::<()>().await;
    }
}

/// Closes a connection as a network does that knows nothing of it: with RST instead of FIN (RFC 9293 §3.5.2).
pub(crate) fn reset(stream: &TcpStream) {
    // A connection that is gone already cannot be reset.
    let _ = stream.set_zero_linger();
}

/// One connection.
#[derive(Debug)]
pub(crate) struct Line<'a> {
    pub(crate) toxic: Option<(Toxic, u64)>,
    pub(crate) weather: Weather,
    pub(crate) cut: &'a Cut,
    /// Of bytes that came back; 0 at the beginning.
    pub(crate) passed_down: AtomicU64,
    /// Ends when the far side closes, whatever the near side still wants to say.
    pub(crate) ends_with_far: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    Up,
    Down,
}

impl Line<'_> {
    /// Carries until both sides have closed, or the connection breaks.
    pub(crate) async fn carry(&self, mut near: TcpStream, far: impl AsyncRead + AsyncWrite) {
        let (from_far, to_far) = tokio::io::split(far);
        let carried = {
            let (from_near, to_near) = near.split();
            let up = self.pass(from_near, to_far, Way::Up);
            let down = self.pass(from_far, to_near, Way::Down);
            tokio::pin!(up, down);
            tokio::select! {
                result = both(up, down, self.ends_with_far) => result,
                () = self.cut.told.notified() => Err(io::ErrorKind::ConnectionReset.into()),
                () = self.hole_closes() => Err(io::ErrorKind::ConnectionReset.into()),
            }
        };
        let broken = carried.is_err_and(|error| error.kind() == io::ErrorKind::ConnectionReset);
        if broken || self.cut.is_asked() {
            reset(&near);
        }
    }

    /// A black hole does not last for ever.
    async fn hole_closes(&self) {
        let mut weather = self.weather.clone();
        if !matches!(self.toxic, Some((Toxic::BlackHole, _))) {
            return std::future::pending().await;
        }
        let time = Duration::from_millis(weather.borrow().black_hole_ms);
        tokio::select! {
            () = tokio::time::sleep(time) => {}
            () = async { until_healed(&mut weather).await; std::future::pending::<()>().await } => {}
        }
    }

    async fn pass(
        &self,
        mut from: impl AsyncRead + Unpin,
        mut to: impl AsyncWrite + Unpin,
        way: Way,
    ) -> io::Result<()> {
        let mut weather = self.weather.clone();
        let mut buffer = vec![0; PIECE];
        for turn in 0u64.. {
            let length = from.read(&mut buffer).await?;
            let bytes = buffer.get(..length).unwrap_or_default();
            if bytes.is_empty() {
                if self.cut.is_asked() {
                    return Err(io::ErrorKind::ConnectionReset.into());
                }
                return to.shutdown().await;
            }
            let plan = Arc::clone(&weather.borrow_and_update());
            let toxic = self.toxic.filter(|_| plan.toxic_percent > 0.0);
            let Some((toxic, chance)) = toxic else {
                put(&mut to, bytes).await?;
                continue;
            };
            match (toxic, way) {
                (Toxic::ResetBefore, Way::Up) | (Toxic::ResetAfter, Way::Down) | (Toxic::Refused, _) => {
                    return Err(io::ErrorKind::ConnectionReset.into());
                }
                (Toxic::Limit, Way::Down) => {
                    let most = between(chance, [1, plan.limit_bytes.max(1)]);
                    let before = self.passed_down.fetch_add(bytes.len() as u64, Ordering::SeqCst);
                    let left = usize::try_from(most.saturating_sub(before)).unwrap_or(usize::MAX);
                    put(&mut to, bytes.get(..left).unwrap_or(bytes)).await?;
                    if left <= bytes.len() {
                        return Err(io::ErrorKind::ConnectionAborted.into());
                    }
                }
                (Toxic::Slice, _) => {
                    for byte in bytes.chunks(1) {
                        put(&mut to, byte).await?;
                        tokio::task::yield_now().await;
                    }
                }
                (Toxic::Bandwidth, _) => {
                    let rate = plan.bytes_per_second.max(1);
                    for piece in bytes.chunks(usize::try_from(rate / 10).unwrap_or(PIECE).max(1)) {
                        put(&mut to, piece).await?;
                        let ms = (piece.len() as u64).saturating_mul(1_000) / rate;
                        wait(Duration::from_millis(ms), &mut weather).await;
                    }
                }
                (Toxic::Latency, _) => {
                    let ms = between(mix(&[chance, way as u64, turn]), plan.latency_ms);
                    wait(Duration::from_millis(ms), &mut weather).await;
                    put(&mut to, bytes).await?;
                }
                (Toxic::BlackHole, _) | (Toxic::StallUp, Way::Up) | (Toxic::StallDown, Way::Down) => {
                    let held = hold(bytes.to_vec(), &mut from, &mut weather).await?;
                    put(&mut to, &held).await?;
                }
                _ => put(&mut to, bytes).await?,
            }
        }
        Ok(())
    }
}

/// Keeps what comes until the network heals.
async fn hold(
    mut held: Vec<u8>,
    from: &mut (impl AsyncRead + Unpin),
    weather: &mut Weather,
) -> io::Result<Vec<u8>> {
    let mut buffer = vec![0; PIECE];
    loop {
        tokio::select! {
            () = until_healed(weather) => return Ok(held),
            length = from.read(&mut buffer), if held.len() < HELD_MAX => match length? {
                // The sender has given up.
                0 => return Err(io::ErrorKind::UnexpectedEof.into()),
                length => held.extend_from_slice(buffer.get(..length).unwrap_or_default()),
            }
        }
    }
}

async fn both(
    mut up: impl Future<Output = io::Result<()>> + Unpin,
    mut down: impl Future<Output = io::Result<()>> + Unpin,
    ends_with_far: bool,
) -> io::Result<()> {
    tokio::select! {
        result = &mut up => match result {
            Ok(()) => down.await,
            Err(error) => Err(error),
        },
        result = &mut down => match result {
            Ok(()) if !ends_with_far => up.await,
            result => result,
        },
    }
}

async fn put(to: &mut (impl AsyncWrite + Unpin), bytes: &[u8]) -> io::Result<()> {
    to.write_all(bytes).await?;
    to.flush().await
}
