//! The gateway beside the centre: each knows what the other ends.
//!
//! A call whose visitor knows of the gateway is a line of it, under its access code. The line is closed when the centre's call
//! ends, and the call ends when the line does.

use std::collections::BTreeSet;
use std::io;

use frontdesk_sandbox_media::{CallNews, Gateway, GatewayEvent, Settings as GatewaySettings, Side};
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;

use crate::centre::{CallEnd, Centre};
use crate::settings::Settings;
use crate::state::{Sandbox, WeakSandbox};

impl Sandbox {
    /// Starts the gateway that the settings name, once. Connected calls name its address unless the settings name others.
    ///
    /// # Errors
    /// When its address cannot be listened on.
    pub async fn start_gateway(&self) -> io::Result<()> {
        let settings = self.settings();
        let Some(listen) = settings.gateway.filter(|_| self.gateway().is_none()) else { return Ok(()) };
        let domain = settings.call_domain.clone();
        let gateway =
            Gateway::start(GatewaySettings { listen, domain, ..GatewaySettings::default() }).await?;
        if settings.call_gateways == Settings::default().call_gateways {
            let call_gateways = vec![gateway.url()];
            self.set_settings(Settings { call_gateways, ..settings }).map_err(io::Error::other)?;
        }
        if gateway.only_loopback() {
            tracing::warn!(
                "this machine has no network interface but loopback: browsers find no way for calls"
            );
        }
        let events = gateway.events();
        if self.set_gateway(gateway) {
            tokio::spawn(watch(self.downgrade(), events));
        }
        Ok(())
    }

    /// Ends all calls at the gateway, if there is one, and stops it.
    pub async fn stop_gateway(&self) {
        if let Some(gateway) = self.gateway() {
            gateway.stop().await;
        }
    }
}

/// Opens and closes lines until they are those of the calls.
pub(crate) fn match_lines(gateway: &Gateway, centre: &Centre) {
    let wanted: BTreeSet<&str> = centre.line_codes().filter(|code| !gateway.has_number(code)).collect();
    let open = gateway.lines();
    for line in open.iter().filter(|line| !wanted.contains(line.as_str())) {
        gateway.close_line(line);
    }
    for line in wanted.into_iter().filter(|wanted| !open.iter().any(|line| line == wanted)) {
        gateway.open_line(line);
    }
}

/// Tells the centre what ended at the gateway, until either is gone.
async fn watch(sandbox: WeakSandbox, mut events: Receiver<GatewayEvent>) {
    loop {
        let event = match events.recv().await {
            Ok(event) => event,
            Err(RecvError::Lagged(missed)) => {
                tracing::warn!(missed, "events of the gateway were missed");
                continue;
            }
            Err(RecvError::Closed) => return,
        };
        let Some(sandbox) = sandbox.upgrade() else { return };
        if let CallNews::Ended(side, status) = event.news {
            let cause = match side {
                // Gave up while it rang, or hung up.
                Side::Visitor => CallEnd::Visitor,
                Side::Agent => CallEnd::Agent,
                Side::Gateway => CallEnd::Gateway,
            };
            tracing::debug!(?side, status, "a call ended at the gateway");
            sandbox.with(|inner, now| inner.centre.line_ended(now, &event.access_code, cause));
        }
    }
}
