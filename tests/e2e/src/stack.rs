//! Shop, proxy and centre.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail};
use frontdesk_sandbox::{Running, Settings};
use serde_json::{Value, json};

use crate::centre::Way;
use crate::process::{Folder, Process, free_ports};
use crate::sandbox::client;
use crate::shop::{Place, Shop};
use crate::street::Street;

/// What opens the centre; words that can be searched for.
pub(crate) const APP_KEY: &str = "app-key-that-stays-in-the-proxy";
pub(crate) const APP_SECRET: &str = "app-secret-that-stays-in-the-proxy";
pub(crate) const CHANNEL: &str = "202201077401331370";

/// How a desk and its centre differ from the usual.
#[derive(Clone, Debug)]
pub struct Setup {
    /// Settings of the sandbox centre, by name.
    pub centre: Value,
    /// What the proxy gives as its secret.
    pub app_secret: String,
    /// The channel that the proxy asks for.
    pub channel: String,
    /// More lines of the proxy's `[desks.cec]`; `{centre}` stands for the centre's own origin.
    pub cec: String,
    /// More sections of the proxy's settings.
    pub sections: String,
    /// More lines of the proxy's `[desks.calls]`, where the centre has a gateway.
    pub calls: String,
}

impl Default for Setup {
    fn default() -> Self {
        Self {
            centre: json!({}),
            app_secret: APP_SECRET.to_owned(),
            channel: CHANNEL.to_owned(),
            cec: String::new(),
            sections: String::new(),
            calls: String::new(),
        }
    }
}

/// The running parts. Dropping it stops them.
#[derive(Debug)]
pub struct Stack {
    /// Origin of frame and API.
    pub desk: String,
    /// The centre.
    pub centre: Running,
    /// The way from the proxy to the centre.
    pub way: Way,
    /// The way from the browser to the proxy.
    pub street: Street,
    /// The shop.
    pub shop: Shop,
    /// What the proxy has printed.
    pub log: PathBuf,
    /// The port of its figures.
    metrics: u16,
    _proxy: Process,
    _folder: Folder,
}

impl Stack {
    /// Starts all parts.
    ///
    /// # Errors
    ///
    /// When something has not been built, or a part does not come up.
    pub async fn start(setup: &Setup, name: &str) -> Result<Self> {
        let assets = crate::root().join("dist");
        if !assets.join("frontdesk.js").is_file() {
            bail!("there is no dist/: run `cargo xtask build` first");
        }
        let program = program()?;
        let centre = frontdesk_sandbox::spawn(settings(&setup.centre)?).await?;
        let way = Way::to(&centre.base_url).await?;
        let place = Place::take().await?;
        let [port, metrics] = free_ports()?;
        let street = Street::to(port).await?;
        let desk = format!("http://127.0.0.1:{}", street.port);
        let folder = Folder::temporary()?;
        let config = folder.path().join("frontdesk.toml");
        let setup = &Setup { cec: setup.cec.replace("{centre}", &centre.base_url), ..setup.clone() };
        let mut text =
            config_of(setup, [port, metrics], &desk, &place.origin(), &way.base_url, &assets, folder.path())?;
        if let Some(gateway) = centre.sandbox.gateway() {
            text.push_str(&format!("[desks.calls]\ngateways = [\"{}\"]\n{}\n", gateway.url(), setup.calls));
        }
        fs::write(&config, text).with_context(|| format!("cannot write {}", config.display()))?;
        let log = crate::output().join(format!("{name}.proxy.log"));
        let mut command = Command::new(program);
        command.args(["serve", "--config"]).arg(&config).current_dir(folder.path());
        let mut proxy = Process::start(&mut command, &log)?;
        proxy.listens(port).await.with_context(|| format!("see {}", log.display()))?;
        let shop = place.open(&desk);
        Ok(Self { desk, centre, way, street, shop, log, metrics, _proxy: proxy, _folder: folder })
    }

    /// Everything that must never be seen beyond the proxy.
    #[must_use]
    pub fn secrets(&self) -> Vec<String> {
        let mut secrets = self.way.secrets();
        secrets.extend([APP_KEY.to_owned(), APP_SECRET.to_owned()]);
        secrets
    }

    /// What the proxy tells its operator.
    ///
    /// # Errors
    ///
    /// When it does not.
    pub async fn figures(&self) -> Result<String> {
        let address = format!("http://127.0.0.1:{}/metrics", self.metrics);
        Ok(client().get(address).send().await?.error_for_status()?.text().await?)
    }

    /// Changes settings of the centre while it runs.
    ///
    /// # Errors
    ///
    /// When a setting is wrong.
    pub fn change_centre(&self, patch: &Value) -> Result<()> {
        let settings = self.centre.sandbox.settings().patched(patch)?;
        Ok(self.centre.sandbox.set_settings(settings)?)
    }

    /// The agents' page.
    #[must_use]
    pub fn agent_page(&self) -> String {
        format!("{}/agent", self.centre.base_url)
    }
}

pub(crate) fn settings(patch: &Value) -> Result<Settings> {
    let usual = json!({
        "app_key": APP_KEY,
        "app_secret": APP_SECRET,
        "channel_id": CHANNEL,
        "history": true,
        "agent_typing": true,
    });
    Ok(Settings::default().patched(&usual)?.patched(patch)?)
}

fn config_of(
    setup: &Setup,
    [port, metrics]: [u16; 2],
    desk: &str,
    shop: &str,
    centre: &str,
    assets: &Path,
    folder: &Path,
) -> Result<String> {
    let assets = assets.to_str().context("the repository lies in a folder whose name is not UTF-8")?;
    let store = folder.join("frontdesk.redb");
    let Setup { app_secret, channel, cec, sections, .. } = setup;
    Ok(format!(
        r#"listen = "127.0.0.1:{port}"
public_url = "{desk}"
metrics_listen = "127.0.0.1:{metrics}"
assets = {assets:?}
store = "redb:{store}"
log = "trace"

[[desks]]
id = "shop"
origins = ["{shop}"]
title = "Leaf & Kiln"

[desks.cec]
base_url = "{centre}"
app_key = "{APP_KEY}"
app_secret = "{app_secret}"
channel_id = "{channel}"
dialect = "2.6"
message_id = "ignored"
poll = "destructive"
history = true
poll_interval_ms = [200, 1000]
{cec}
[desks.leave_message]
countries = ["CN", "DE"]

{sections}
"#,
        store = store.display(),
    ))
}

/// The proxy's binary: `FRONTDESK_BIN`, or the one that cargo has built with this program.
///
/// # Errors
///
/// When there is none.
pub fn program() -> Result<PathBuf> {
    if let Some(path) = std::env::var_os("FRONTDESK_BIN") {
        return Ok(path.into());
    }
    let own = std::env::current_exe().context("cannot tell where this test lies")?;
    // Tests lie in `deps`, other programs beside the proxy's.
    let mut places = own.ancestors().skip(1).take(2).map(|folder| folder.join("frontdesk"));
    match places.find(|path| path.is_file()) {
        Some(path) => Ok(path),
        None => bail!("the proxy has not been built: run `cargo build --package frontdesk-proxy` first"),
    }
}
