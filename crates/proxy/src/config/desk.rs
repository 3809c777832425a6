//! The desks: each one website with its contact centre.

use super::address;
use super::calls::{self, Calls};
use super::centre::{self, CecConfig};
use super::guard::{self, Guard};
use super::identity;
use super::offers;
use super::section::Section;
use super::traces;
use crate::identity::{Identity, Mode};
use frontdesk_contract::{FileOffer, Hours, RedactRule};
use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

/// The least `linger_s` that has an effect: a page needs a moment between two requests.
pub const LEAST_LINGER: Duration = Duration::from_secs(10);

/// One desk: what a website's visitors get.
#[derive(Clone, Debug)]
pub struct Desk {
    /// Its id in script tags: letters, digits, `-` and `_`, at most 64. Key `id`, required.
    pub id: String,
    /// Origins that may embed the frame and call the API, each exactly as browsers write it; may be empty, then only
    /// `public_url` may. Key `origins`.
    pub origins: Vec<String>,
    /// What stands over a conversation in which nobody serves yet, unless the page says otherwise (`data-title`). Key `title`;
    /// `None`: the words of the visitor's language.
    pub title: Option<String>,
    /// How long the centre is asked on after the last listener has left. Key `linger_s`, default 180; less
    /// than [`LEAST_LINGER`] counts as that.
    pub linger: Duration,
    /// What happens after that. Key `on_linger`, default `stop`.
    pub on_linger: OnLinger,
    /// Whether and how the site says who its visitors are. Section `identity`.
    pub identity: Identity,
    /// The contact centre. Section `cec`.
    pub cec: CecConfig,
    /// How much the centre is asked. Section `guard`.
    pub guard: Guard,
    /// Which files are taken. Section `files`.
    pub files: FileOffer,
    /// Whether the robot's questions are suggested while the visitor types. Key `suggestions`, default true; without a
    /// robot there are none.
    pub suggestions: bool,
    /// What is hidden in what visitors write. Key `redact`, default nothing.
    pub redact: Vec<RedactRule>,
    /// Countries whose numbers are taken without `+`; `None`: no message can be left. Section `leave_message`.
    pub leave_message: Option<Vec<String>>,
    /// When agents work. Section `hours`.
    pub hours: Option<Hours>,
    /// Calls from the page; `None`: there are none. Section `calls`.
    pub calls: Option<Calls>,
    /// The share of page loads whose every request is traced. Key `trace_pages`, default 0.
    pub trace_pages: f64,
}

/// What happens to a conversation that nobody listens to any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnLinger {
    /// The proxy stops asking; the centre lets the conversation go in its own time.
    Stop,
    /// The proxy ends the conversation.
    Disconnect,
}

impl Desk {
    /// Types of `files` that the centre does not take: each such file is refused.
    pub fn refused_types(&self) -> Vec<&str> {
        let types = self.files.types.iter().map(String::as_str);
        types.filter(|name| self.cec.upload_type(name).is_none()).collect()
    }
}

pub(super) fn read_all(root: &mut Section<'_>, beside: &Path) -> Option<Vec<Desk>> {
    let sections = root.sections("desks")?;
    if sections.is_empty() {
        root.wrong("desks", "there is no desk", "at least one [[desks]]");
    }
    let mut ids = BTreeSet::new();
    let desks: Vec<_> = sections.into_iter().map(|section| read(section, beside, &mut ids)).collect();
    desks.into_iter().collect()
}

fn read(mut section: Section<'_>, beside: &Path, ids: &mut BTreeSet<String>) -> Option<Desk> {
    const ID: &str = "letters, digits, - and _, at most 64 of them, different for each desk";
    let id = section.must("id", ID, |text: String| {
        let good = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
        if text.is_empty() || text.len() > 64 || !text.chars().all(good) {
            Err(format!("`{text}` is no id"))
        } else if ids.insert(text.clone()) {
            Ok(text)
        } else {
            Err(format!("another desk is called `{text}` already"))
        }
    });
    let origins = section.or("origins", address::ORIGIN_EXPECTED, Vec::new(), address::origins);
    let title = section.get("title", "a text of 1 to 100 characters in one line", heading);
    let linger = section.whole("linger_s", "seconds", 180, 0..=86_400);
    let words = [("stop", OnLinger::Stop), ("disconnect", OnLinger::Disconnect)];
    let on_linger = section.word("on_linger", OnLinger::Stop, &words);
    let (has_centre, has_calls) = (section.has("cec"), section.has("calls"));
    let (centre, calls) = (section.section("cec"), section.section("calls"));
    if !has_centre {
        section.wrong("cec", "missing", "a table [desks.cec] with the contact centre");
    }
    let guard = guard::read(section.section("guard"));
    let identity = identity::read(section.section("identity"), beside);
    let suggestions = section.flag("suggestions", true);
    let trace_pages = section.or("trace_pages", traces::SHARE, 0.0, traces::share);
    let redact = section.or("redact", offers::REDACT_EXPECTED, Vec::new(), offers::redact);
    let (has_leaving, has_hours) = (section.has("leave_message"), section.has("hours"));
    let files = offers::files(section.section("files"));
    let (leaving, hours) = (section.section("leave_message"), section.section("hours"));
    let (path, mistakes) = (section.path_of("calls"), section.mistakes);
    section.finish();
    let leaving = has_leaving.then(|| offers::leave_message(leaving));
    let hours = has_hours.then(|| offers::hours(hours));
    let cec = has_centre.then(|| centre::read(centre, beside));
    let calls = has_calls.then(|| calls::read(calls, beside));
    if let (Some(Some(calls)), Some(Identity { mode: Mode::Off, .. })) = (&calls, &identity)
        && calls.staff.is_some()
    {
        const VOUCHED: &str =
            "`mode` of [desks.identity] as `optional` or `required`: the site says who is staff";
        mistakes.value(&format!("{path}.staff"), "nobody vouches for staff", VOUCHED);
    }
    let id = id?;
    Some(Desk {
        id,
        title: title?,
        origins: origins?,
        linger: Duration::from_secs(linger?),
        on_linger: on_linger?,
        identity: identity?,
        cec: cec??,
        guard: guard?,
        files: files?,
        suggestions: suggestions?,
        trace_pages: trace_pages?,
        redact: redact?,
        leave_message: match leaving {
            None => None,
            Some(leaving) => Some(leaving?),
        },
        hours: match hours {
            None => None,
            Some(hours) => Some(hours?),
        },
        calls: match calls {
            None => None,
            Some(calls) => Some(calls?),
        },
    })
}

fn heading(text: String) -> Result<String, String> {
    let text = text.trim();
    match text.chars().count() {
        0 => Err("empty".into()),
        1..=100 if !text.contains(char::is_control) => Ok(text.to_owned()),
        1..=100 => Err("a control character is in it".into()),
        count => Err(format!("{count} characters")),
    }
}
