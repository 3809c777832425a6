//! A SIP gateway with telephones behind it, all real programs on loopback: kamailio (SIP over WebSocket), rtpengine
//! (media), baresip (an agent who answers, talks and listens) and sipp (peers that follow a script).

use std::fs;
use std::net::{IpAddr, Ipv4Addr, TcpListener, UdpSocket};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::{Context as _, Result, bail, ensure};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::Recording;
use crate::process::{Folder, Process};
use crate::wait::until;

const PEERS: [&str; 7] = ["busy", "early", "echo", "odd", "ring", "stubborn", "timer"];
/// Media ports of rtpengine; more than all calls of a test take. Below those that the system hands out by itself.
const MEDIA: u16 = 400;
const AGENT_MEDIA: u16 = 100;
const PEER_MEDIA: u16 = 20;
/// Ports that something listens on.
const SERVICES: u16 = 6 + PEERS.len() as u16;

/// The running lab. Dropping it stops all of it.
#[derive(Debug)]
pub struct Lab {
    /// Ports of the gateway's two WebSocket addresses.
    pub ports: [u16; 2],
    control: u16,
    folder: Folder,
    agent_log: PathBuf,
    gateway_log: PathBuf,
    _processes: Vec<Process>,
}

impl Lab {
    /// The host part of its SIP addresses.
    pub const DOMAIN: &str = "cc.example";
    /// The password of the callers and agents that need one.
    pub const SECRET: &str = "a-secret-of-the-lab";

    /// Starts it on loopback; logs go to `target/e2e`.
    ///
    /// # Errors
    ///
    /// When a program is missing or does not come up.
    pub async fn start(name: &str) -> Result<Self> {
        Self::start_on(Ipv4Addr::LOCALHOST, name).await
    }

    /// The same with what callers use, the gateway's addresses and the media, on this address.
    ///
    /// # Errors
    ///
    /// When a program is missing or does not come up.
    pub async fn start_on(host: Ipv4Addr, name: &str) -> Result<Self> {
        let folder = Folder::temporary()?;
        for own in ["baresip", "heard", "kamailio"] {
            fs::create_dir_all(folder.path().join(own))?;
        }
        let media = free_range(MEDIA + AGENT_MEDIA + PEER_MEDIA * PEERS.len() as u16 + SERVICES)?;
        let agent_media = media + MEDIA;
        let peer_media = |number: usize| agent_media + AGENT_MEDIA + PEER_MEDIA * number as u16;
        let service = peer_media(PEERS.len());
        let [ws, ws_too, control, ng, udp, baresip] = [0, 1, 2, 3, 4, 5].map(|number| service + number);
        let peers: Vec<u16> = (0..PEERS.len() as u16).map(|number| service + 6 + number).collect();

        let mut words: Vec<(String, String)> = [
            ("HOST", host.to_string()),
            ("WS", ws.to_string()),
            ("WS_TOO", ws_too.to_string()),
            ("UDP", udp.to_string()),
            ("NG", ng.to_string()),
            ("CONTROL", control.to_string()),
            ("BARESIP", baresip.to_string()),
            ("AGENT_RTP", format!("{agent_media}-{}", agent_media + AGENT_MEDIA - 1)),
            ("RUN", folder.path().display().to_string()),
            ("MODULES", modules()?.display().to_string()),
            ("SECRET", Self::SECRET.to_owned()),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .into();
        words.extend(PEERS.iter().zip(&peers).map(|(name, port)| (name.to_uppercase(), port.to_string())));
        for (from, to) in [
            ("kamailio.cfg", "kamailio.cfg"),
            ("baresip/config", "baresip/config"),
            ("baresip/accounts", "baresip/accounts"),
        ] {
            fill(&super::folder().join(from), &folder.path().join(to), &words)?;
        }

        let log = |program: &str| crate::output().join(format!("{name}.{program}.log"));
        let mut processes = Vec::new();
        let mut relay = Command::new("rtpengine");
        // No kernel module, no firewall rules.
        relay.args(["--config-file=none", "--foreground", "--log-stderr", "--log-level=5", "--table=-1"]);
        relay.args(["--num-threads=2", "--delete-delay=0", "--timeout=60"]);
        relay.arg(format!("--interface={host}"));
        relay.arg(format!("--listen-ng=127.0.0.1:{ng}"));
        relay.arg(format!("--port-min={media}")).arg(format!("--port-max={}", agent_media - 1));
        processes.push(Process::start(&mut relay, &log("rtpengine"))?);
        // kamailio asks it whether it is there, once.
        is_taken(ng, "rtpengine").await?;

        let own = folder.path().join("kamailio");
        let mut gateway = Command::new("kamailio");
        gateway.args(["-DD", "-E", "-m", "32", "-M", "4", "-f"]).arg(folder.path().join("kamailio.cfg"));
        gateway.arg("-Y").arg(&own).arg("-w").arg(&own);
        let mut gateway = Process::start(&mut gateway, &log("kamailio"))?;

        let mut agent = Command::new("baresip");
        agent.arg("-f").arg(folder.path().join("baresip"));
        let mut agent = Process::start(&mut agent, &log("baresip"))?;

        for (number, (peer, port)) in PEERS.iter().zip(peers).enumerate() {
            let mut command = Command::new("sipp");
            command.arg("-sf").arg(super::folder().join("sipp").join(format!("{peer}.xml")));
            command.args(["-i", "127.0.0.1", "-mi", "127.0.0.1", "-nostdin", "-rtp_echo", "-trace_err"]);
            command.args(["-p", &port.to_string(), "-mp", &peer_media(number).to_string()]);
            command.arg("-error_file").arg(folder.path().join(peer).with_extension("err"));
            processes.push(Process::start(&mut command, &log(peer))?);
            is_taken(port, peer).await?;
        }
        gateway.listens_on(host, ws).await?;
        gateway.listens_on(host, ws_too).await?;
        agent.listens(control).await?;
        processes.extend([gateway, agent]);
        let (agent_log, gateway_log) = (log("baresip"), log("kamailio"));
        Ok(Self { ports: [ws, ws_too], control, folder, agent_log, gateway_log, _processes: processes })
    }

    /// The gateway's first address.
    #[must_use]
    pub fn address(&self) -> String {
        let [port, _] = self.ports;
        format!("ws://127.0.0.1:{port}")
    }

    /// The SIP address behind an access code.
    #[must_use]
    pub fn sip(user: &str) -> String {
        format!("sip:{user}@{}", Self::DOMAIN)
    }

    /// Lets the agent's telephone do something: `hold`, `resume`, `hangup`.
    ///
    /// # Errors
    ///
    /// When it does not do it.
    pub async fn agent(&self, command: &str) -> Result<()> {
        let mut line = TcpStream::connect((Ipv4Addr::LOCALHOST, self.control)).await?;
        let text = serde_json::json!({ "command": command }).to_string();
        line.write_all(format!("{}:{text},", text.len()).as_bytes()).await?;
        let mut answer = vec![0; 4096];
        // It also tells what happens meanwhile.
        loop {
            let length = line.read(&mut answer).await?;
            let said = String::from_utf8_lossy(answer.get(..length).unwrap_or_default()).into_owned();
            if said.contains("\"response\":true") {
                ensure!(said.contains("\"ok\":true"), "the agent's telephone says {said}");
                return Ok(());
            }
            if length == 0 {
                bail!("the agent's telephone does not answer");
            }
        }
    }

    /// Waits until the agent's telephones have reported all this, in this order.
    ///
    /// # Errors
    ///
    /// When that takes too long.
    pub async fn agent_reports(&self, words: &[&str]) -> Result<()> {
        until(&format!("the agent's telephone reports {words:?}"), async || {
            let all = String::from_utf8_lossy(&fs::read(&self.agent_log)?).into_owned();
            let mut rest = all.as_str();
            for own in words {
                let found = rest.split_once(own);
                rest = found.with_context(|| format!("no \"{own}\" in {}", self.agent_log.display()))?.1;
            }
            Ok(())
        })
        .await
    }

    /// Fails when the peer that follows this script has seen anything but what the script expects.
    ///
    /// # Errors
    ///
    /// What it has complained about.
    pub fn peer_is_content(&self, name: &str) -> Result<()> {
        let path = self.folder.path().join(name).with_extension("err");
        let complaints = fs::read_to_string(path).unwrap_or_default();
        ensure!(complaints.is_empty(), "{name}: {complaints}");
        Ok(())
    }

    /// What the agent's telephone has heard so far, one recording for each call, the newest last.
    ///
    /// # Errors
    ///
    /// When they cannot be read.
    pub fn recordings(&self) -> Result<Vec<Recording>> {
        let entries = fs::read_dir(self.folder.path().join("heard"))?;
        let mut all: Vec<_> = entries.flatten().map(|entry| entry.path()).collect();
        all.retain(|path| path.to_string_lossy().ends_with("-dec.wav"));
        all.sort();
        all.iter().map(|path| Recording::read(path)).collect()
    }

    /// Waits until the agent's telephone has recorded so many seconds more in its newest call, with this tone near their
    /// end.
    ///
    /// # Errors
    ///
    /// When that takes too long.
    pub async fn agent_hears(&self, hertz: f64, seconds: f64) -> Result<()> {
        let newest = || Ok::<_, anyhow::Error>(self.recordings()?.pop());
        let before = newest()?.map_or(0.0, |own| own.seconds());
        until(&format!("the agent hears {hertz} Hz for {seconds} s"), async || {
            let recording = newest()?.context("the agent hears nothing")?;
            let now = recording.seconds();
            ensure!(now >= before + seconds, "it was {before} s, it is {now} s");
            ensure!(recording.has_at(now - 0.5, hertz), "the tone is missing after {now} s");
            Ok(())
        })
        .await
    }

    /// What the gateway was asked by pages, in order.
    ///
    /// # Errors
    ///
    /// When its log cannot be read.
    pub fn asked(&self) -> Result<Vec<Asked>> {
        let log = fs::read(&self.gateway_log)?;
        let log = String::from_utf8_lossy(&log);
        Ok(log.lines().filter_map(|line| Asked::read(line.split_once("asked ")?.1)).collect())
    }

    /// Waits until the gateway was asked something that is so, and gives it.
    ///
    /// # Errors
    ///
    /// When that takes too long.
    pub async fn is_asked(&self, what: &str, is: impl Fn(&Asked) -> bool) -> Result<Asked> {
        until(&format!("the gateway is asked {what}"), async || {
            let all = self.asked()?;
            all.iter().rfind(|asked| is(asked)).cloned().with_context(|| format!("it was asked {all:?}"))
        })
        .await
    }

    /// Waits until a telephone has answered this with such a status, by way of the gateway.
    ///
    /// # Errors
    ///
    /// When that takes too long.
    pub async fn is_answered(&self, asked: &Asked, status: u16) -> Result<()> {
        let Asked { method, number, call, .. } = asked;
        let line = format!("answered {status} to {method} {number} of {call} ");
        until(&format!("{method} {number} is answered with {status}"), async || {
            let log = fs::read(&self.gateway_log)?;
            ensure!(String::from_utf8_lossy(&log).contains(&line), "see {}", self.gateway_log.display());
            Ok(())
        })
        .await
    }
}

/// A request of a page, as the gateway saw it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// Its method.
    pub method: String,
    /// The number of its CSeq.
    pub number: u32,
    /// The Call-ID, which names the dialog together with tags that never change.
    pub call: String,
    /// From which address it came.
    pub from: IpAddr,
    /// Its `a=ice-ufrag:` line; another one in the same call restarts ICE (RFC 8445, 2.4).
    pub ice: String,
}

impl Asked {
    /// `INVITE 2 of <call> from ws:10.0.0.1:5060 with a=ice-ufrag:x`, as the gateway's configuration writes it.
    fn read(line: &str) -> Option<Self> {
        let mut words = line.split_whitespace();
        let (method, number) = (words.next()?.to_owned(), words.next()?.parse().ok()?);
        let call = words.nth(1)?.to_owned();
        let from = words.nth(1)?.strip_prefix("ws:")?.rsplit_once(':')?.0.parse().ok()?;
        let ice = words.nth(1)?.to_owned();
        Some(Self { method, number, call, from, ice })
    }
}

fn fill(from: &Path, to: &Path, words: &[(String, String)]) -> Result<()> {
    let mut text = fs::read_to_string(from).with_context(|| format!("cannot read {}", from.display()))?;
    for (name, value) in words {
        text = text.replace(&format!("@{name}@"), value);
    }
    fs::write(to, text).with_context(|| format!("cannot write {}", to.display()))
}

/// Where Debian keeps kamailio's modules, which depends on the processor.
fn modules() -> Result<PathBuf> {
    let places = fs::read_dir("/usr/lib")?.flatten().map(|entry| entry.path().join("kamailio/modules"));
    places.into_iter().find(|path| path.is_dir()).context(
        "kamailio is not installed (Debian: apt-get install kamailio kamailio-websocket-modules rtpengine-daemon \
         baresip-core sip-tester)",
    )
}

/// The first of so many ports in a row that nobody uses, of those that the system does not hand out by itself: what is
/// free there stays free until it is taken. Some programs take a port for UDP and TCP.
fn free_range(length: u16) -> Result<u16> {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    let free = |port: u16| {
        UdpSocket::bind((Ipv4Addr::UNSPECIFIED, port)).is_ok()
            && TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok()
    };
    let order: Vec<u16> = (20_000..32_000 - length).step_by(usize::from(length)).collect();
    // Neither two labs that start at once nor two in a row look at the same place first.
    let first = std::process::id() as usize + NEXT.fetch_add(1, Ordering::Relaxed);
    let first = first % order.len().max(1);
    let found = order
        .iter()
        .cycle()
        .skip(first)
        .take(order.len())
        .copied()
        .find(|start| (*start..*start + length).all(free));
    found.context("no range of ports for a lab is free")
}

/// Waits until a UDP port is in use, in the network that this thread is in.
async fn is_taken(port: u16, name: &str) -> Result<()> {
    until(&format!("{name} is on port {port}"), async || {
        let all = fs::read_to_string("/proc/thread-self/net/udp")?;
        ensure!(all.contains(&format!(":{port:04X} ")), "it is not");
        Ok(())
    })
    .await
}
