//! Between visitors and proxies, and between proxies and centre: faults on real connections, and a balancer.

use super::options::{Options, Through};
use anyhow::Context;
use frontdesk_faults::{Class, Plan, Proxy, Settings};
use std::net::SocketAddr;

/// What lies between the processes of one run.
#[derive(Debug)]
pub struct Sockets {
    /// Before the proxies.
    pub near: Option<Proxy>,
    /// Before the centre.
    pub far: Option<Proxy>,
    plan: Plan,
}

impl Sockets {
    /// What these options ask for; before the centre at once, before the proxies by [`Sockets::balance`].
    ///
    /// # Errors
    /// When no port can be had.
    pub async fn open(options: &Options, sandbox: &str) -> anyhow::Result<Self> {
        let faults = options.faults;
        let plan = Plan { toxic_percent: faults.percent, ..Plan::of(faults.seed, faults.percent) };
        let far = match options.through {
            Through::Inside => None,
            Through::Sockets => {
                let plan = Plan { seed: plan.seed.wrapping_add(1), ..plan.clone() };
                let classes = Class::of_centres();
                Some(Proxy::start(Settings { plan, classes, ..Settings::to(vec![address(sandbox)?]) }).await?)
            }
        };
        Ok(Self { near: None, far, plan })
    }

    /// Where the proxies find the centre, if it is not where it is.
    pub fn centre(&self) -> Option<String> {
        self.far.as_ref().map(Proxy::url)
    }

    /// Listens before the proxies, at the address that they are known by, where that is not their own.
    ///
    /// # Errors
    /// When the port is taken.
    pub async fn balance(
        &mut self,
        public: &str,
        proxies: &[String],
        through: Through,
    ) -> anyhow::Result<()> {
        if proxies.iter().any(|proxy| proxy == public) {
            return Ok(());
        }
        let upstreams = proxies.iter().map(|proxy| address(proxy)).collect::<anyhow::Result<_>>()?;
        let plan = if through == Through::Sockets { self.plan.clone() } else { Plan::none() };
        let key_header = Some(frontdesk_contract::SESSION_HEADER.to_owned());
        let settings = Settings { listen: address(public)?, plan, key_header, ..Settings::to(upstreams) };
        self.near = Some(Proxy::start(settings).await?);
        Ok(())
    }
}

fn address(url: &str) -> anyhow::Result<SocketAddr> {
    let address = url.trim_start_matches("http://").parse();
    address.with_context(|| format!("{url} is no address of this machine"))
}
