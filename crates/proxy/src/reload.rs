//! Other settings for a proxy that serves: read on a signal, taken over as a whole or not at all.

use crate::audit::Kind;
use crate::config::{CecConfig, Config, Mistake};
use crate::settings::{DeskSettings, Settings};
use crate::state::{AppState, Desk};
use crate::telemetry::Filter;
use crate::tls::Keeper;
use crate::vendor::Centre;
use crate::vendor::cec::{Cec, CecError};
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The centres of all desks, each with what it was set up by, in the order of the settings.
pub struct Centres(Vec<Fitted>);

#[derive(Clone)]
struct Fitted {
    desk: String,
    config: CecConfig,
    /// SHA-256 of the authorities' file; `None`: those of the system.
    authorities: Option<[u8; 32]>,
    centre: Arc<Cec>,
}

impl Centres {
    /// Sets up the centre of each desk; asks nothing yet. One that is set up by the same as in `before` is taken from there,
    /// with its tokens.
    ///
    /// # Errors
    /// One line for each desk whose centre cannot be set up.
    pub fn new(config: &Config, before: Option<&Self>) -> Result<Self, Vec<String>> {
        let known: HashMap<&str, &Fitted> =
            before.iter().flat_map(|before| &before.0).map(|fitted| (fitted.desk.as_str(), fitted)).collect();
        let (mut centres, mut bad) = (Vec::new(), Vec::new());
        for (place, desk) in config.desks.iter().enumerate() {
            match Fitted::new(&desk.id, &desk.cec, known.get(desk.id.as_str()).copied()) {
                Ok(fitted) => centres.push(fitted),
                Err(error) => bad.push(format!("`desks[{place}].cec`: {error}")),
            }
        }
        if bad.is_empty() { Ok(Self(centres)) } else { Err(bad) }
    }

    /// The centres, in the order of the settings.
    pub fn all(&self) -> impl Iterator<Item = &Cec> {
        self.0.iter().map(|fitted| fitted.centre.as_ref())
    }

    /// The desks of the settings that these centres were set up by.
    pub fn desks(&self, config: &Config) -> Vec<Desk> {
        let one = |(desk, fitted): (&crate::config::Desk, &Fitted)| {
            let centre: Arc<dyn Centre> = fitted.centre.clone();
            Desk { settings: DeskSettings::from(desk), centre }
        };
        config.desks.iter().zip(&self.0).map(one).collect()
    }

    /// How many of them are not among those before.
    fn others_than(&self, before: &Self) -> usize {
        let is_new = |fitted: &&Fitted| !before.0.iter().any(|old| Arc::ptr_eq(&old.centre, &fitted.centre));
        self.0.iter().filter(is_new).count()
    }
}

impl Fitted {
    fn new(desk: &str, config: &CecConfig, before: Option<&Self>) -> Result<Self, CecError> {
        let same = |old: &&Self| old.config == *config;
        // What cannot be read is told by what needs it; a desk that was left out goes on without it.
        let bytes = config.ca_file.as_ref().and_then(|file| std::fs::read(file).ok());
        let authorities = bytes.map(|bytes| Sha256::digest(bytes).into());
        let as_before = |old: &&Self| authorities.is_none() || old.authorities == authorities;
        if let Some(before) = before.filter(same).filter(as_before) {
            return Ok(before.clone());
        }
        let centre = Arc::new(Cec::new(desk, config)?);
        Ok(Self { desk: desk.to_owned(), config: config.clone(), authorities, centre })
    }
}

/// A proxy that serves, with what it serves by.
pub struct Running {
    /// The file of settings.
    pub path: PathBuf,
    /// The settings as they were taken over.
    pub config: Config,
    /// The centres of its desks.
    pub centres: Centres,
    /// What serves.
    pub app: AppState,
    /// What decides about the log.
    pub log: Filter,
    /// What keeps the certificate, if there is one.
    pub keeper: Option<Arc<Keeper>>,
}

impl Running {
    /// Reads the settings anew and takes them over. If anything is wrong with them, everything stays as it was, and each
    /// mistake is a line in the log.
    pub async fn reload(&mut self) {
        // Files are read, and certificates of authorities.
        let (path, running) = (self.path.clone(), self.config.clone());
        let centres = Centres(self.centres.0.clone());
        let read = tokio::task::spawn_blocking(move || read(&path, &running, &centres)).await;
        let read = read.unwrap_or_else(|_| Err(vec!["the settings could not be read".into()]));
        let Read { config, centres, kept } = match read {
            Ok(read) => read,
            Err(mistakes) => {
                for mistake in &mistakes {
                    tracing::error!("{mistake}");
                }
                self.app.shared.audit.tell_own(Kind::SettingsRefused);
                tracing::error!(
                    mistakes = mistakes.len(),
                    "the settings were not taken over: all stays as it was"
                );
                return;
            }
        };
        if let Err(error) = self.log.set(&config.log) {
            tracing::error!("{error}");
        }
        if let (Some(keeper), Some(tls)) = (&self.keeper, &config.tls) {
            keeper.take_over(tls);
        }
        self.app.take_over(Settings::from(&config), centres.desks(&config));
        for warning in config.warnings() {
            tracing::warn!("{warning}");
        }
        if !kept.is_empty() {
            tracing::warn!("needs a restart and stays as it was: {}", kept.join(", "));
        }
        let new_centres = centres.others_than(&self.centres);
        self.app.shared.audit.tell_own(Kind::SettingsTakenOver);
        tracing::info!(desks = config.desks.len(), new_centres, "the settings were taken over");
        (self.config, self.centres) = (config, centres);
    }
}

struct Read {
    config: Config,
    centres: Centres,
    /// What needs a restart.
    kept: Vec<String>,
}

fn read(path: &Path, running: &Config, before: &Centres) -> Result<Read, Vec<String>> {
    let mut config = Config::load(path).map_err(|mistakes| listed(path, &mistakes))?;
    let kept = config.keep_fixed(running);
    let centres = Centres::new(&config, Some(before))?;
    Ok(Read { config, centres, kept })
}

/// The mistakes as an operator reads them, a line each.
pub fn listed(path: &Path, mistakes: &[Mistake]) -> Vec<String> {
    let line = |mistake: &Mistake| match mistake {
        Mistake::File { .. } => mistake.to_string(),
        _ => format!("{}: {mistake}", path.display()),
    };
    mistakes.iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const DESK: &str = "public_url = \"https://desk.example\"\n[[desks]]\nid = \"shop\"\n[desks.cec]\n\
        base_url = \"https://service.example\"\napp_key = \"k\"\napp_secret = \"s\"\nchannel_id = \"1\"\n";

    fn config(text: &str) -> Config {
        Config::read(text, Path::new(""), []).unwrap()
    }

    #[test]
    fn a_centre_is_set_up_anew_only_where_something_of_it_changed() {
        let first = Centres::new(&config(DESK), None).unwrap();
        let others = |text: &str| Centres::new(&config(text), Some(&first)).unwrap().others_than(&first);
        assert_eq!(others(DESK), 0);
        assert_eq!(others(&DESK.replace("id = \"shop\"", "id = \"shop\"\ntitle = \"Other\"")), 0);
        assert_eq!(others(&DESK.replace("app_secret = \"s\"", "app_secret = \"t\"")), 1);
        assert_eq!(others(&DESK.replace("channel_id = \"1\"", "channel_id = \"2\"")), 1);
        assert_eq!(others(&DESK.replace("id = \"shop\"", "id = \"other\"")), 1);
    }

    #[test]
    fn what_needs_a_restart_stays_and_is_named_and_no_desk_goes() {
        let running = config(DESK);
        let mut same = config(DESK);
        assert_eq!(same.keep_fixed(&running), [""; 0]);
        let more = "listen = \"127.0.0.1:1\"\nstore = \"valkey://h\"\nstore_password = \"canary\"\nassets = \"x\"\n\
            retention_hours = 1\nlog = \"debug\"\n[limits]\nconnections = 7\nsessions = 8\n[[desks]]";
        let text = DESK.replace("[[desks]]", more).replace("id = \"shop\"", "id = \"new\"");
        let mut other = config(&text.replace("https://desk.example", "https://moved.example"));
        let kept = other.keep_fixed(&running);
        assert_eq!(
            kept,
            [
                "`listen`",
                "`public_url`",
                "`store`",
                "`assets`",
                "`limits.connections`",
                "desk `shop`, which is left out"
            ]
        );
        assert_eq!((other.listen, other.public_url), (running.listen, running.public_url.clone()));
        assert_eq!((other.limits.connections, other.limits.sessions), (10_000, 8));
        assert_eq!(other.desks.iter().map(|desk| desk.id.as_str()).collect::<Vec<_>>(), ["new", "shop"]);
    }
}
