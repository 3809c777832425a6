//! TLS before the demo, for telephones on the local network. `cargo xtask demo --lan` starts it.

use clap::Parser;
use frontdesk_lan::certificate::Certificate;
use frontdesk_lan::front::Front;
use std::error::Error;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::process::ExitCode;
use tokio::net::TcpListener;

/// Serves ports of an address of the local network by TLS, and passes each on to the same port on loopback.
#[derive(Debug, Parser)]
#[command(version)]
struct Options {
    /// Address of this machine to listen on.
    #[arg(long)]
    address: IpAddr,
    /// Ports to pass on.
    #[arg(required = true)]
    ports: Vec<u16>,
}

#[tokio::main]
async fn main() -> ExitCode {
    match run(&Options::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(reason) => {
            eprintln!("frontdesk-lan: {reason}");
            ExitCode::FAILURE
        }
    }
}

async fn run(options: &Options) -> Result<(), Box<dyn Error>> {
    if options.address.is_loopback() || options.address.is_unspecified() {
        return Err("--address: an address of this machine in the local network is needed".into());
    }
    let mut addresses = vec![options.address];
    // Those of other interfaces as well: which one a telephone uses is the network's business.
    addresses.extend(if_addrs::get_if_addrs()?.iter().map(if_addrs::Interface::ip));
    addresses.sort_unstable();
    addresses.dedup();
    let certificate = Certificate::of(&addresses)?;
    let front = Front::new(certificate.config());
    let mut listeners = Vec::new();
    for port in &options.ports {
        let address = SocketAddr::new(options.address, *port);
        let listener = TcpListener::bind(address).await.map_err(|error| format!("{address}: {error}"))?;
        listeners.push((listener, SocketAddr::from((Ipv4Addr::LOCALHOST, *port))));
    }
    println!("certificate {}", certificate.fingerprint());
    let tasks = listeners.into_iter().map(|(listener, to)| tokio::spawn(front.clone().serve(listener, to)));
    for task in tasks.collect::<Vec<_>>() {
        task.await?;
    }
    Ok(())
}
