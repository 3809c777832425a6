//! The centre that the environment names.

use super::{Dialect, Offers};
use std::env;

/// What is needed to call a centre.
#[derive(Clone)]
pub(crate) struct Access {
    /// Scheme, host and port, without a slash at the end.
    pub(crate) base: String,
    pub(crate) app_key: String,
    pub(crate) app_secret: String,
    pub(crate) channel: String,
    pub(crate) dialect: Dialect,
    pub(crate) offers: Offers,
}

/// The centre of `FRONTDESK_CONTRACT_URL`; `None` where that is not set.
///
/// # Errors
/// Names the variable that is missing or wrong.
pub(crate) fn read() -> Result<Option<Access>, String> {
    read_from(|name| env::var(name).ok().filter(|value| !value.is_empty()))
}

fn read_from(get: impl Fn(&str) -> Option<String>) -> Result<Option<Access>, String> {
    let named = |name: &str| get(&format!("FRONTDESK_CONTRACT_{name}"));
    let Some(base) = named("URL") else { return Ok(None) };
    let base = base.trim_end_matches('/').to_owned();
    let scheme = base.starts_with("https://") || base.starts_with("http://");
    if !scheme || base.matches('/').count() != 2 {
        return Err("FRONTDESK_CONTRACT_URL must be http:// or https:// with a host and no path".into());
    }
    let must = |name: &str| named(name).ok_or_else(|| format!("FRONTDESK_CONTRACT_{name} is missing"));
    let app_secret = match (named("APP_SECRET"), named("APP_SECRET_FILE")) {
        (Some(secret), None) => secret,
        (None, Some(path)) => {
            let text = std::fs::read_to_string(&path);
            let text = text.map_err(|error| format!("FRONTDESK_CONTRACT_APP_SECRET_FILE {path}: {error}"))?;
            text.trim().to_owned()
        }
        _ => return Err("exactly one of FRONTDESK_CONTRACT_APP_SECRET and …_APP_SECRET_FILE".into()),
    };
    let dialect = match named("DIALECT").as_deref() {
        None | Some("2.6") => Dialect::V2_6,
        Some("2.5") => Dialect::V2_5,
        Some(other) => return Err(format!("FRONTDESK_CONTRACT_DIALECT is {other:?}, not 2.5 or 2.6")),
    };
    let offers = Offers::parse(&named("OFFERS").unwrap_or_default());
    let offers = offers.map_err(|wrong| format!("FRONTDESK_CONTRACT_OFFERS: {wrong}"))?;
    let (app_key, channel) = (must("APP_KEY")?, must("CHANNEL_ID")?);
    Ok(Some(Access { base, app_key, app_secret, channel, dialect, offers }))
}

/// Mistakes in the environment are named.
pub(crate) fn mistakes_are_named() -> Result<(), String> {
    let with = |set: &[(&str, &str)]| {
        let full = |name: &str| {
            let found = set.iter().find(|(key, _)| name == format!("FRONTDESK_CONTRACT_{key}"));
            found.map(|(_, value)| (*value).to_owned())
        };
        read_from(full)
    };
    let whole =
        [("URL", "https://centre.example"), ("APP_KEY", "k"), ("APP_SECRET", "s"), ("CHANNEL_ID", "1")];
    let plus = |more: &[(&'static str, &'static str)]| [&whole[..], more].concat();
    if !matches!(with(&[]), Ok(None)) {
        return Err("without an address nothing is read".into());
    }
    let access = with(&plus(&[("OFFERS", "robot, -calls"), ("DIALECT", "2.5")]))?.ok_or("a centre")?;
    if access.offers.present.len() != 1 || access.offers.absent.len() != 1 || access.dialect != Dialect::V2_5
    {
        return Err("the declared offers are read".into());
    }
    for (set, named) in [
        (vec![("URL", "centre.example")], "URL"),
        (vec![("URL", "https://centre.example/path")], "URL"),
        (whole[..2].to_vec(), "APP_SECRET"),
        (whole[..3].to_vec(), "CHANNEL_ID"),
        (plus(&[("APP_SECRET_FILE", "/nowhere")]), "exactly one"),
        (plus(&[("DIALECT", "3")]), "DIALECT"),
        (plus(&[("OFFERS", "robots")]), "robots"),
    ] {
        match with(&set) {
            Err(words) if words.contains(named) => {}
            _ => return Err(format!("{set:?} must be refused with {named}")),
        }
    }
    Ok(())
}
