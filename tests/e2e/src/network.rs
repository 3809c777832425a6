//! Two network namespaces: servers in one, the visitor's machine in the other, with two links between them. Neither
//! touches the machine's own network; both go with the test, however it ends.

use std::fs;
use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpStream as PlainStream};
use std::process::Command;
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::Duration;

use anyhow::{Context as _, Result, anyhow, ensure};
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

type Job = Box<dyn FnOnce() + Send>;

const CONNECT: Duration = Duration::from_secs(5);

/// Where the visitor finds the servers, by whichever link.
pub const SERVERS: Ipv4Addr = Ipv4Addr::new(10, 77, 0, 1);

/// A way between the visitor and the servers, with addresses of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Link {
    /// The one that the visitor begins with.
    Wifi,
    /// Another one.
    Mobile,
}

impl Link {
    const ALL: [Self; 2] = [Self::Wifi, Self::Mobile];

    /// Its name among the visitor's devices; the servers' end has an `s` behind it.
    fn name(self) -> &'static str {
        match self {
            Self::Wifi => "wifi",
            Self::Mobile => "mobile",
        }
    }

    /// The visitor's address in it that ends so.
    #[must_use]
    pub fn visitor(self, last: u8) -> Ipv4Addr {
        Ipv4Addr::new(10, 77, 1 + self as u8, last)
    }
}

/// Lets something happen in a network namespace of its own, which has a loopback and an address for servers.
///
/// # Errors
///
/// When the system refuses to make one, and what goes wrong in it.
pub fn apart(happens: impl FnOnce() -> Result<()> + Send) -> Result<()> {
    let name = thread::current().name().unwrap_or("apart").to_owned();
    thread::scope(|scope| {
        let work = || {
            unshare()?;
            ip(&format!("address add {SERVERS}/32 dev lo"))?;
            happens()
        };
        let worker = thread::Builder::new().name(name).spawn_scoped(scope, work)?;
        // What it threw was told already.
        worker.join().unwrap_or_else(|_| Err(anyhow!("the test panicked in its network")))
    })
}

/// The visitor's machine, as far as networks go.
#[derive(Debug)]
pub struct Visitor {
    jobs: mpsc::Sender<Job>,
}

impl Visitor {
    /// Makes one beside the namespace that this thread is in, with both links in place and no address yet.
    ///
    /// # Errors
    ///
    /// When the system refuses.
    pub fn join() -> Result<Self> {
        let (jobs, work) = mpsc::channel::<Job>();
        let (tell, told) = mpsc::channel();
        thread::Builder::new().name("visitor".into()).spawn(move || {
            let ready = unshare().and_then(|()| number());
            let failed = ready.is_err();
            if tell.send(ready).is_err() || failed {
                return;
            }
            while let Ok(job) = work.recv() {
                job();
            }
        })?;
        let number = told.recv().context("the visitor's network did not come up")??;
        for link in Link::ALL {
            let (own, theirs) = (link.name(), format!("{}s", link.name()));
            ip(&format!("link add {theirs} type veth peer name {own} netns {number}"))?;
            ip(&format!("address add {}/24 dev {theirs}", link.visitor(1)))?;
            ip(&format!("link set {theirs} up"))?;
        }
        Ok(Self { jobs })
    }

    /// Does something on the visitor's machine: what it starts, binds or connects belongs there.
    ///
    /// # Errors
    ///
    /// What went wrong.
    pub fn there<T: Send + 'static>(&self, run: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
        let (tell, told) = mpsc::channel();
        let job = Box::new(move || drop(tell.send(run())));
        self.jobs.send(job).map_err(|_| anyhow!("the visitor's machine is gone"))?;
        told.recv().context("the visitor's machine is gone")?
    }

    /// Comes by this link, with the address that ends so.
    ///
    /// # Errors
    ///
    /// When that is not possible.
    pub fn comes_by(&self, link: Link, last: u8) -> Result<()> {
        self.there(move || {
            let (name, own, gate) = (link.name(), link.visitor(last), link.visitor(1));
            ip(&format!("address add {own}/24 dev {name}"))?;
            ip(&format!("link set {name} up"))?;
            ip(&format!("route replace default via {gate} dev {name}"))
        })
    }

    /// Loses its address in this link, and gets the one that ends so, all at once.
    ///
    /// # Errors
    ///
    /// When that is not possible.
    pub fn is_now(&self, link: Link, last: u8) -> Result<()> {
        self.there(move || ip(&format!("address flush dev {}", link.name())))?;
        self.comes_by(link, last)
    }

    /// Loses this link: address, routes and all.
    ///
    /// # Errors
    ///
    /// When that is not possible.
    pub fn loses(&self, link: Link) -> Result<()> {
        self.there(move || {
            ip(&format!("address flush dev {}", link.name()))?;
            ip(&format!("link set {} down", link.name()))
        })
    }

    /// A port of this side's loopback that leads to one of the visitor's.
    ///
    /// # Errors
    ///
    /// When no port can be had.
    pub async fn door_to(self: &Arc<Self>, port: u16) -> Result<Door> {
        let visitor = Arc::clone(self);
        let connect = move || visitor.there(move || connect(port));
        Door::open(Ipv4Addr::LOCALHOST, 0, connect).await
    }

    /// Waits for nobody: whether something listens on this port of the visitor's loopback.
    ///
    /// # Errors
    ///
    /// When nothing does.
    pub fn listens(&self, port: u16) -> Result<()> {
        self.there(move || connect(port).map(drop))
    }
}

/// Passes connections on to a place that those who connect could not reach.
#[derive(Debug)]
pub struct Door {
    /// Where.
    pub port: u16,
    task: JoinHandle<()>,
}

impl Door {
    /// The servers' address leads to the same port of their loopback.
    ///
    /// # Errors
    ///
    /// When the port is taken.
    pub async fn from_outside(port: u16) -> Result<Self> {
        Self::open(SERVERS, port, move || connect(port)).await
    }

    async fn open(
        host: Ipv4Addr,
        port: u16,
        connect: impl Fn() -> Result<PlainStream> + Clone + Send + 'static,
    ) -> Result<Self> {
        let listener = TcpListener::bind((host, port)).await.context("no port for a door")?;
        let port = listener.local_addr()?.port();
        let task = tokio::spawn(async move {
            while let Ok((outside, _)) = listener.accept().await {
                let connect = connect.clone();
                tokio::spawn(async move { drop(pass(outside, connect).await) });
            }
        });
        Ok(Self { port, task })
    }
}

impl Drop for Door {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn pass(mut outside: TcpStream, connect: impl FnOnce() -> Result<PlainStream>) -> Result<()> {
    let inside = connect()?;
    inside.set_nonblocking(true)?;
    let mut inside = TcpStream::from_std(inside)?;
    for stream in [&outside, &inside] {
        stream.set_nodelay(true)?;
    }
    copy_bidirectional(&mut outside, &mut inside).await?;
    Ok(())
}

fn connect(port: u16) -> Result<PlainStream> {
    Ok(PlainStream::connect_timeout(&SocketAddr::from((Ipv4Addr::LOCALHOST, port)), CONNECT)?)
}

/// Leaves the network that this thread is in for a new one with nothing but loopback. Threads and programs that it starts
/// from now on are there as well.
fn unshare() -> Result<()> {
    leave().context("the system makes no network namespace")?;
    ip("link set lo up")
}

#[cfg(target_os = "linux")]
fn leave() -> io::Result<()> {
    Ok(nix::sched::unshare(nix::sched::CloneFlags::CLONE_NEWNET)?)
}

#[cfg(not(target_os = "linux"))]
fn leave() -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

/// The number of this thread, by which its network can be named.
fn number() -> Result<u32> {
    let own = fs::read_link("/proc/thread-self")?;
    let name = own.file_name().context("a thread without a number")?;
    Ok(name.to_string_lossy().parse()?)
}

/// `ip`, its arguments separated by blanks, in the network that this thread is in.
fn ip(words: &str) -> Result<()> {
    let made = Command::new("ip").args(words.split(' ')).output().context("cannot start ip")?;
    ensure!(made.status.success(), "ip {words}: {}", String::from_utf8_lossy(&made.stderr).trim());
    Ok(())
}
