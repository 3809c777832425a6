//! Child processes that end with the test, and everything that they started with them.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use tokio::net::TcpStream;

use crate::wait::{until, within};

/// Below those that Linux gives to connections (`ip_local_port_range`).
const GIVEN_BY_NOBODY: std::ops::Range<usize> = 12_000..32_000;
const STOP: Duration = Duration::from_secs(5);
const TICK: Duration = Duration::from_millis(20);

/// A port of loopback that nobody listens on.
///
/// # Errors
///
/// When there is none.
pub fn free_port() -> Result<u16> {
    let [port] = free_ports()?;
    Ok(port)
}

/// So many of them, each another one, and none that the system gives to whoever connects to somewhere: between this look
/// and the program that will listen there, it would be taken now and then.
///
/// # Errors
///
/// When there are none.
pub fn free_ports<const COUNT: usize>() -> Result<[u16; COUNT]> {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    // Other processes that look at the same time begin elsewhere.
    let begin = std::process::id().wrapping_mul(97);
    let mut ports = [0; COUNT];
    for port in &mut ports {
        let free = (0..GIVEN_BY_NOBODY.len()).find_map(|_| {
            let number = begin.wrapping_add(NEXT.fetch_add(1, Ordering::Relaxed)) as usize;
            let port = GIVEN_BY_NOBODY.start + number % GIVEN_BY_NOBODY.len();
            let port = u16::try_from(port).ok()?;
            TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok().then_some(port)
        });
        *port = free.context("no free port")?;
    }
    Ok(ports)
}

/// A program that is stopped, with its children, when this is dropped.
#[derive(Debug)]
pub struct Process {
    name: String,
    child: Child,
}

impl Process {
    /// Starts a program whose output goes to a file.
    ///
    /// # Errors
    ///
    /// When it cannot be started or the file not be written.
    pub fn start(command: &mut Command, log: &Path) -> Result<Self> {
        let file = File::create(log).with_context(|| format!("cannot write {}", log.display()))?;
        let copy = file.try_clone().context("cannot share a log")?;
        Self::spawn(command.stdout(file).stderr(copy))
    }

    /// Starts a program that tells something on its standard output.
    ///
    /// # Errors
    ///
    /// When it cannot be started.
    pub fn talking(command: &mut Command) -> Result<(Self, ChildStdout)> {
        let mut process = Self::spawn(command.stdout(Stdio::piped()).stderr(Stdio::null()))?;
        let output = process.child.stdout.take().context("no standard output")?;
        Ok((process, output))
    }

    fn spawn(command: &mut Command) -> Result<Self> {
        let name = Path::new(command.get_program())
            .file_name()
            .unwrap_or(OsStr::new("a program"))
            .to_string_lossy()
            .into_owned();
        let child = command.stdin(Stdio::null()).spawn().with_context(|| format!("cannot start {name}"))?;
        Ok(Self { name, child })
    }

    /// Waits until somebody listens on a port of loopback.
    ///
    /// # Errors
    ///
    /// When that takes too long.
    pub async fn listens(&mut self, port: u16) -> Result<()> {
        self.listens_on(Ipv4Addr::LOCALHOST, port).await
    }

    /// The same of another address.
    ///
    /// # Errors
    ///
    /// When that takes too long.
    pub async fn listens_on(&mut self, host: Ipv4Addr, port: u16) -> Result<()> {
        let what = format!("{} listens on port {port}", self.name);
        let connect = async || Ok(TcpStream::connect((host, port)).await?);
        until(&what, connect).await?;
        // Somebody else may listen there, and this one have ended over it.
        ensure!(self.is_running(), "{} has ended", self.name);
        Ok(())
    }

    /// Its number, as the system counts processes.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Ends it and everything that it started at once, as a crash or a lost power supply would.
    pub fn kill(&mut self) {
        if !self.is_running() {
            return;
        }
        let mut all: Vec<u32> = descendants(self.child.id()).into_iter().map(|(pid, _)| pid).collect();
        all.push(self.child.id());
        signal("KILL", &all);
        drop(self.child.wait());
    }

    /// Asks it to end and waits until it has, as whoever rolls out a new version does.
    ///
    /// # Errors
    ///
    /// When that takes too long.
    pub async fn stop(&mut self, patience: Duration) -> Result<()> {
        if self.is_running() {
            signal("TERM", &[self.child.id()]);
        }
        let what = format!("{} ends", self.name);
        within(patience, &what, async || {
            ensure!(!self.is_running(), "it still runs");
            Ok(())
        })
        .await
    }

    /// What it and the programs that it started have used of the processors so far.
    #[must_use]
    pub fn spent(&self) -> Duration {
        let children = descendants(self.child.id()).into_iter().map(|(pid, _)| pid);
        let ticks = |pid| Some(stat(pid, 11)? + stat(pid, 12)?);
        let ticks: u64 = children.chain([self.child.id()]).filter_map(ticks).sum();
        Duration::from_secs_f64(ticks as f64 / Cpu::TICKS)
    }

    /// What the programs that it started, and theirs, have used of the processors so far.
    #[must_use]
    pub fn cpu(&self) -> Cpu {
        let own = descendants(self.child.id()).into_iter().filter_map(|(pid, _)| {
            let ticks = stat(pid, 11)? + stat(pid, 12)?;
            let words = fs::read_to_string(format!("/proc/{pid}/cmdline")).ok()?;
            Some((pid, words.contains("--type=renderer"), ticks))
        });
        Cpu(own.collect())
    }

    fn is_running(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }
}

/// Ticks of the processors: number of a program, whether it renders pages, and how many it has used.
#[derive(Clone, Debug)]
pub struct Cpu(Vec<(u32, bool, u64)>);

impl Cpu {
    /// Linux counts so many in a second, on every processor (`USER_HZ`).
    const TICKS: f64 = 100.0;

    /// Seconds since then: of the programs that render pages, and of all together.
    #[must_use]
    pub fn since(&self, before: &Self) -> [f64; 2] {
        let used = |(pid, _, ticks): &(u32, bool, u64)| {
            let then = before.0.iter().find(|own| own.0 == *pid).map_or(0, |own| own.2);
            ticks.saturating_sub(then) as f64 / Self::TICKS
        };
        [self.0.iter().filter(|own| own.1).map(used).sum(), self.0.iter().map(used).sum()]
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // Only while it runs is its number surely its own.
        if !self.is_running() {
            return;
        }
        let children = descendants(self.child.id());
        signal("TERM", &[self.child.id()]);
        let asked = Instant::now();
        while self.is_running() && asked.elapsed() < STOP {
            thread::sleep(TICK);
        }
        if self.is_running() {
            drop(self.child.kill());
            drop(self.child.wait());
        }
        let left: Vec<u32> = children
            .iter()
            .filter(|(pid, started)| started_at(*pid) == *started)
            .map(|(pid, _)| *pid)
            .collect();
        if !left.is_empty() {
            signal("KILL", &left);
        }
    }
}

fn signal(name: &str, pids: &[u32]) {
    let pids = pids.iter().map(u32::to_string);
    let mut kill = Command::new("kill");
    kill.arg(format!("-{name}")).args(pids).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    drop(kill.status());
}

/// All children of a process and theirs, each with the time it was started, which tells it from a later process of
/// the same number.
fn descendants(ancestor: u32) -> Vec<(u32, Option<u64>)> {
    let mut parents: Vec<(u32, u32)> = Vec::new();
    for entry in fs::read_dir("/proc").into_iter().flatten().flatten() {
        let pid = entry.file_name().to_string_lossy().parse().ok();
        let parent = pid.and_then(|pid| stat(pid, 1)).and_then(|parent| u32::try_from(parent).ok());
        parents.extend(pid.zip(parent));
    }
    let mut found = vec![ancestor];
    let mut at = 0;
    while let Some(parent) = found.get(at).copied() {
        found.extend(parents.iter().filter(|(_, other)| *other == parent).map(|(pid, _)| *pid));
        at += 1;
    }
    found.into_iter().skip(1).map(|pid| (pid, started_at(pid))).collect()
}

fn started_at(pid: u32) -> Option<u64> {
    stat(pid, 19)
}

/// A field of `/proc/PID/stat`, counted from the one after the name.
fn stat(pid: u32, field: usize) -> Option<u64> {
    let line = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    line.rsplit_once(')')?.1.split_whitespace().nth(field)?.parse().ok()
}

/// A folder that goes when this is dropped.
#[derive(Debug)]
pub struct Folder(PathBuf);

impl Folder {
    /// An empty one.
    ///
    /// # Errors
    ///
    /// When it cannot be created.
    pub fn temporary() -> Result<Self> {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("frontdesk-e2e-{}-{number}", std::process::id()));
        fs::create_dir_all(&path).with_context(|| format!("cannot create {}", path.display()))?;
        Ok(Self(path))
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        drop(fs::remove_dir_all(&self.0));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn children_of_children_end_as_well() {
        // The shell ignores being asked to end, and waits for its child.
        let mut shell = Command::new("sh");
        shell.args(["-c", "trap '' TERM; sleep 600 & echo $!; wait"]);
        let (process, output) = Process::talking(&mut shell).unwrap();
        let mut line = String::new();
        std::io::BufRead::read_line(&mut std::io::BufReader::new(output), &mut line).unwrap();
        let child: u32 = line.trim().parse().unwrap();
        assert!(started_at(child).is_some());
        drop(process);
        // Killed, it may still wait for somebody to take note of its end.
        let lives = || {
            let line = fs::read_to_string(format!("/proc/{child}/stat")).unwrap_or_default();
            !line.is_empty() && !line.contains(") Z ")
        };
        let asked = Instant::now();
        while lives() && asked.elapsed() < STOP {
            thread::sleep(TICK);
        }
        assert!(!lives(), "the child of the child lives on");
    }
}
