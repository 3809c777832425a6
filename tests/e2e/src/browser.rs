//! Real browsers, each with a fresh profile and a driver of its own.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use fantoccini::ClientBuilder;
use fantoccini::wd::Capabilities;
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use tokio::time::timeout;

use crate::network::{Door, SERVERS, Visitor};
use crate::process::{Cpu, Folder, Process, free_port};
use crate::sip::write_tone;
use crate::tab::{Session, Tab};
use crate::wait::until;

/// A browser that journeys are made in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Kind {
    /// Chromium by chromedriver.
    #[default]
    Chromium,
    /// Firefox ESR by geckodriver.
    Firefox,
    /// WebKitGTK's MiniBrowser by WebKitWebDriver, on a virtual screen. It is not Safari.
    Webkit,
}

impl Kind {
    /// The browser that the variable `FRONTDESK_BROWSER` names; Chromium when it is not set.
    ///
    /// # Errors
    ///
    /// When there is no such browser.
    pub fn chosen() -> Result<Self> {
        match std::env::var("FRONTDESK_BROWSER").as_deref() {
            Err(_) | Ok("chromium") => Ok(Self::Chromium),
            Ok("firefox") => Ok(Self::Firefox),
            Ok("webkit") => Ok(Self::Webkit),
            Ok(other) => bail!("FRONTDESK_BROWSER is \"{other}\"; there are chromium, firefox and webkit"),
        }
    }
}

/// How a browser is set up. All but the first are for Chromium only.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    /// Which one.
    pub kind: Kind,
    /// May frames of other sites keep something? Debian's Chromium says no by default, as private windows do.
    pub third_party_storage: bool,
    /// Does the visitor like dark pages?
    pub dark: bool,
    /// A phone's screen, in CSS pixels.
    pub phone: Option<(u32, u32)>,
    /// Pages may make sounds though nobody has touched them.
    pub plays: bool,
    /// With media over loopback, and devices as said next.
    pub calls: bool,
    /// What a page gets that asks for microphone and camera.
    pub devices: Devices,
    /// The microphone hears a tone of so many hertz, which comes and goes; otherwise it beeps.
    pub microphone_hz: Option<f64>,
}

impl Options {
    /// For a test that runs in the browser that `FRONTDESK_BROWSER` names; frames may keep something there.
    ///
    /// # Errors
    ///
    /// When there is no such browser.
    pub fn chosen() -> Result<Self> {
        Ok(Self { kind: Kind::chosen()?, third_party_storage: true, ..Self::default() })
    }
}

/// On a busy machine a browser takes long to put its profile away.
const END_MAX: Duration = Duration::from_secs(30);

/// On which machine a browser runs.
#[derive(Clone, Debug)]
enum Machine {
    /// On this one.
    This,
    /// On the visitor's, which takes `localhost` and `127.0.0.1` for the servers'.
    Visitor(Arc<Visitor>),
}

/// Microphone and camera of a browser.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Devices {
    /// One of each, both false, which every page may use.
    #[default]
    Allowed,
    /// The same, and the visitor has forbidden them to every page.
    Forbidden,
    /// None.
    Absent,
}

impl Devices {
    fn arguments(self) -> &'static [&'static str] {
        match self {
            Self::Allowed => &[FAKE_DEVICES, FAKE_ANSWER],
            Self::Forbidden => &[FAKE_DEVICES],
            Self::Absent => &[FAKE_ANSWER],
        }
    }
}

const PLAYS: &str = "--autoplay-policy=no-user-gesture-required";
/// Where visitor and servers are on one machine. A machine of the visitor's own has addresses of its own, or none.
const LOOPBACK: &str = "--allow-loopback-in-peer-connection";
const FAKE_DEVICES: &str = "--use-fake-device-for-media-stream";
/// The question to the visitor is answered with yes.
const FAKE_ANSWER: &str = "--use-fake-ui-for-media-stream";

/// A running browser. Dropping it ends it.
#[derive(Debug)]
pub struct Browser {
    /// Which one.
    pub kind: Kind,
    session: Session,
    // Ended in this order: a driver before the screen that its browser is on.
    processes: Vec<Process>,
    _profile: Arc<Folder>,
    _door: Option<Door>,
}

impl Browser {
    /// Starts one with a fresh profile.
    ///
    /// # Errors
    ///
    /// When driver or browser are missing or do not come up.
    pub async fn start(options: Options, name: &str) -> Result<Self> {
        Self::start_in(&Arc::new(Folder::temporary()?), options, name).await
    }

    /// Starts one with the profile in this folder, such as one that was killed has left. Chromium only; other drivers make
    /// profiles of their own.
    ///
    /// # Errors
    ///
    /// When driver or browser are missing or do not come up.
    pub async fn start_in(profile: &Arc<Folder>, options: Options, name: &str) -> Result<Self> {
        Self::start_on(Machine::This, Arc::clone(profile), options, name).await
    }

    /// Starts one on the visitor's machine. Its pages are those that `localhost` and `127.0.0.1` have here, as far as a
    /// [`Door`] leads to them.
    ///
    /// # Errors
    ///
    /// When driver or browser are missing or do not come up.
    pub async fn start_at(visitor: &Arc<Visitor>, options: Options, name: &str) -> Result<Self> {
        let profile = Arc::new(Folder::temporary()?);
        Self::start_on(Machine::Visitor(Arc::clone(visitor)), profile, options, name).await
    }

    async fn start_on(machine: Machine, profile: Arc<Folder>, options: Options, name: &str) -> Result<Self> {
        let port = machine.free_port()?;
        let log = crate::output().join(format!("{name}.driver.log"));
        let (driver, screen) = match options.kind {
            Kind::Chromium => (command("/usr/bin/chromedriver", port), None),
            Kind::Firefox => {
                let mut driver = command(geckodriver(), port);
                driver.args(["--host", "127.0.0.1", "--profile-root"]).arg(profile.path());
                (driver, None)
            }
            Kind::Webkit => {
                let (screen, display) = virtual_screen()?;
                let mut driver = command("/usr/bin/WebKitWebDriver", port);
                driver.arg("--host=127.0.0.1").env("DISPLAY", display);
                driver.env("WEBKIT_DISABLE_COMPOSITING_MODE", "1").env("HOME", profile.path());
                (driver, Some(screen))
            }
        };
        let (process, door) = machine.start(driver, port, &log).await?;
        let processes = std::iter::once(process).chain(screen).collect();
        let port = door.as_ref().map_or(port, |door| door.port);
        let client = ClientBuilder::new(HttpConnector::new())
            .capabilities(capabilities(options, &machine, &profile)?)
            .connect(&format!("http://127.0.0.1:{port}"))
            .await
            .with_context(|| format!("{:?} does not start; see {}", options.kind, log.display()))?;
        let session = Session::new(client);
        Ok(Self { kind: options.kind, session, processes, _profile: profile, _door: door })
    }

    /// The tab that it came with.
    ///
    /// # Errors
    ///
    /// When the browser is gone.
    pub async fn first_tab(&self) -> Result<Tab> {
        let window = self.session.client.windows().await?.into_iter().next();
        Ok(Tab::new(self.session.clone(), window.context("the browser has no tab")?))
    }

    /// One more tab. In WebKitGTK a window: there a tab that is not seen takes no clicks.
    ///
    /// # Errors
    ///
    /// When the browser is gone.
    pub async fn new_tab(&self) -> Result<Tab> {
        self.session.forget_place().await;
        let window = self.session.client.new_window(self.kind != Kind::Webkit).await?.handle;
        Ok(Tab::new(self.session.clone(), window))
    }

    /// All tabs.
    ///
    /// # Errors
    ///
    /// When the browser is gone.
    pub async fn tabs(&self) -> Result<Vec<Tab>> {
        let windows = self.session.client.windows().await?;
        Ok(windows.into_iter().map(|window| Tab::new(self.session.clone(), window)).collect())
    }

    /// What has gone wrong in scripts and policies since it was asked last, one line each. Only Chromium tells.
    ///
    /// # Errors
    ///
    /// When the browser is gone.
    pub async fn complaints(&self) -> Result<Vec<String>> {
        match self.kind {
            Kind::Chromium => crate::console::complaints(&self.session.client).await,
            Kind::Firefox | Kind::Webkit => Ok(Vec::new()),
        }
    }

    /// All that the console says, since it was asked last, whatever its importance. Only Chromium tells.
    ///
    /// # Errors
    ///
    /// When the browser is gone.
    pub async fn console(&self) -> Result<Vec<String>> {
        crate::console::lines(&self.session.client).await
    }

    /// Kills it: nothing in it has the time for a word.
    pub fn kill(mut self) {
        for process in &mut self.processes {
            process.kill();
        }
    }

    /// What it has used of the processors so far.
    #[must_use]
    pub fn cpu(&self) -> Option<Cpu> {
        self.processes.first().map(Process::cpu)
    }

    /// Ends it in good order.
    ///
    /// # Errors
    ///
    /// When it does not end by itself; dropping it will.
    pub async fn close(self) -> Result<()> {
        let client = self.session.client.clone();
        timeout(END_MAX, client.close()).await.context("the browser does not end")??;
        Ok(())
    }
}

impl Machine {
    fn free_port(&self) -> Result<u16> {
        match self {
            Self::This => free_port(),
            Self::Visitor(visitor) => visitor.there(free_port),
        }
    }

    /// Starts a driver there, and makes sure that it can be reached from here.
    async fn start(&self, mut driver: Command, port: u16, log: &Path) -> Result<(Process, Option<Door>)> {
        match self {
            Self::This => {
                let mut process = Process::start(&mut driver, log)?;
                process.listens(port).await?;
                Ok((process, None))
            }
            Self::Visitor(visitor) => {
                let log = log.to_path_buf();
                let process = visitor.there(move || Process::start(&mut driver, &log))?;
                until("the visitor's driver listens", async || visitor.listens(port)).await?;
                Ok((process, Some(visitor.door_to(port).await?)))
            }
        }
    }

    fn arguments(&self) -> Option<String> {
        let Self::Visitor(_) = self else { return None };
        Some(format!("--host-resolver-rules=MAP localhost {SERVERS},MAP 127.0.0.1 {SERVERS}"))
    }
}

fn command(program: impl Into<PathBuf>, port: u16) -> Command {
    let mut command = Command::new(program.into());
    command.arg(format!("--port={port}"));
    command
}

/// The one that `cargo xtask install` has built, or the one on the PATH.
fn geckodriver() -> PathBuf {
    let home = || std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".cache"));
    let cache = std::env::var_os("XDG_CACHE_HOME").filter(|dir| !dir.is_empty()).map(PathBuf::from);
    let tools = std::env::var_os("FRONTDESK_TOOLS").map(PathBuf::from);
    let tools = tools.or_else(|| Some(cache.or_else(home)?.join("frontdesk/tools")));
    let newest = tools.and_then(|tools| {
        let entries = fs::read_dir(tools).ok()?.flatten();
        let folders = entries.filter(|entry| entry.file_name().to_string_lossy().starts_with("geckodriver-"));
        folders.map(|entry| entry.path().join("bin/geckodriver")).filter(|path| path.is_file()).max()
    });
    newest.unwrap_or_else(|| "geckodriver".into())
}

/// A screen that nobody sees, and its name.
fn virtual_screen() -> Result<(Process, String)> {
    let mut command = Command::new("/usr/bin/Xvfb");
    command.args(["-displayfd", "1", "-screen", "0", "1280x1024x24", "-nolisten", "tcp"]);
    let (process, output) = Process::talking(&mut command)?;
    let mut line = String::new();
    std::io::BufRead::read_line(&mut std::io::BufReader::new(output), &mut line)?;
    let number = line.trim();
    if number.is_empty() {
        bail!("Xvfb does not start");
    }
    Ok((process, format!(":{number}")))
}

/// `webdriver.json`, which the widget's own tests use as well, with what the journeys need beside it.
fn capabilities(options: Options, machine: &Machine, profile: &Folder) -> Result<Capabilities> {
    let file = crate::root().join("webdriver.json");
    let text = fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))?;
    let mut all: Value = serde_json::from_str(&text)?;
    let name = match options.kind {
        Kind::Chromium => "goog:chromeOptions",
        Kind::Firefox => "moz:firefoxOptions",
        Kind::Webkit => "webkitgtk:browserOptions",
    };
    let mut own = all.get_mut(name).map(Value::take).context("webdriver.json lacks a browser")?;
    let mut capabilities = Capabilities::new();
    if options.kind == Kind::Chromium {
        let arguments =
            own.get_mut("args").and_then(Value::as_array_mut).context("webdriver.json lacks args")?;
        arguments.push("--window-size=1280,900".into());
        arguments.push("--lang=en-US".into());
        arguments.push(format!("--user-data-dir={}", profile.path().display()).into());
        if options.dark {
            arguments.push("--blink-settings=preferredColorScheme=0".into());
        }
        if options.calls || options.plays {
            arguments.push(PLAYS.into());
        }
        if options.calls {
            if let Machine::This = machine {
                arguments.push(LOOPBACK.into());
            }
            arguments.extend(options.devices.arguments().iter().copied().map(Value::from));
        }
        if let Some(hertz) = options.microphone_hz {
            let tone = profile.path().join("microphone.wav");
            write_tone(&tone, hertz)?;
            arguments.push(format!("--use-file-for-fake-audio-capture={}", tone.display()).into());
        }
        arguments.extend(machine.arguments().map(Value::from));
        if let Value::Object(own) = &mut own {
            let mut preferences = storage_preferences(options.third_party_storage);
            if let (Value::Object(all), Devices::Forbidden) = (&mut preferences, options.devices) {
                for kind in ["media_stream_mic", "media_stream_camera"] {
                    all.insert(format!("profile.default_content_setting_values.{kind}"), json!(2));
                }
            }
            own.insert("prefs".into(), preferences);
            if let Some((width, height)) = options.phone {
                let metrics = json!({"width": width, "height": height, "pixelRatio": 2.0, "touch": true});
                own.insert("mobileEmulation".into(), json!({"deviceMetrics": metrics}));
            }
        }
        capabilities.insert("goog:loggingPrefs".into(), json!({"browser": "ALL"}));
    }
    if let (Kind::Firefox, true, Value::Object(own)) = (options.kind, options.calls, &mut own) {
        own.insert("prefs".into(), firefox_calls(options.devices)?);
    }
    capabilities.insert(name.into(), own);
    Ok(capabilities)
}

/// What [`PLAYS`], [`LOOPBACK`] and the devices are for Chromium. Only those that are allowed are known here.
fn firefox_calls(devices: Devices) -> Result<Value> {
    if devices != Devices::Allowed {
        bail!("Firefox is tried with devices that are allowed only");
    }
    Ok(json!({
        "media.navigator.streams.fake": true,
        "media.navigator.permission.disabled": true,
        "media.peerconnection.ice.loopback": true,
        "media.autoplay.default": 0,
    }))
}

/// What frames of other sites may keep: something, or nothing at all, so that even the attempt fails. The preference
/// that blocks their cookies leaves them a storage of their own; what refuses it is a rule for the two sites.
fn storage_preferences(allowed: bool) -> Value {
    if allowed {
        return json!({"profile.cookie_controls_mode": 0, "profile.block_third_party_cookies": false});
    }
    json!({
        "profile.cookie_controls_mode": 1,
        "profile.block_third_party_cookies": true,
        "profile.content_settings.exceptions.cookies": {"http://127.0.0.1:*,http://localhost:*": {"setting": 2}},
    })
}
