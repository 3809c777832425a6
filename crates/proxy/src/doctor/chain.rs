//! The way of a visitor to the centre and back.

use super::{Finding, Tell};
use crate::chance;
use crate::config::{Desk, Dialect, MessageIds, PollKind};
use crate::problem::word;
use crate::session::credential::hex;
use crate::vendor::cec::{Cec, CecError};
use crate::vendor::{
    Centre, Content, Downlink, Failure, FileSource, Kept, Party, Said, Serving, Spooled, Utterance,
};
use frontdesk_contract::{About, Body, ClientId, ErrorCode, Sender};
use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Pause between two polls, and before the history is read.
const PAUSE: Duration = Duration::from_secs(1);
/// So often an answer is waited for.
const TRIES: u32 = 6;
/// What is handed over: `fileType` txt is taken by every centre.
const FILE: &[u8] = b"Frontdesk doctor: a file on its way to the centre and back.\n";

/// Walks the whole way. `place` is the desk's in the settings, to name keys in full.
///
/// # Errors
/// When the settings cannot be used on this machine. What is wrong with the centre is told.
pub async fn walk(desk: &Desk, place: usize, tell: Tell<'_>) -> Result<(), CecError> {
    let centre = Cec::new(&desk.id, &desk.cec)?;
    // The same with everything that the newer edition has: does the centre have it?
    let mut most = desk.cec.clone();
    (most.dialect, most.history) = (Dialect::V2_6, true);
    let most = Cec::new(&desk.id, &most)?;
    let token = hex(&chance::bytes::<6>());
    let party = Party {
        user_id: format!("fd-doctor-{token}"),
        user_name: "Frontdesk doctor".into(),
        language: "en".into(),
    };
    let walk = Walk { desk, centre, most, party, token, key: format!("desks[{place}]"), began_ms: now_ms() };
    walk.go(tell).await;
    Ok(())
}

struct Walk<'a> {
    desk: &'a Desk,
    centre: Cec,
    most: Cec,
    party: Party,
    token: String,
    /// The desk in the settings.
    key: String,
    began_ms: u64,
}

impl Walk<'_> {
    async fn go(&self, tell: Tell<'_>) {
        match self.centre.probe().await {
            Ok(()) => tell(Finding::good("tokens", "the centre gave a gateway token and a visitor token")),
            Err(trouble) => {
                tell(Finding::wrong("tokens", format!("`{}.cec`: {trouble}", self.key)));
                return;
            }
        }
        let connected = self.connect(tell).await;
        if connected {
            self.messages(tell).await;
        }
        self.survey(tell).await;
        self.calls(tell).await;
        self.file(tell).await;
        if connected {
            match self.centre.disconnect(&self.party).await {
                Ok(()) => tell(Finding::good("disconnect", "the conversation is over")),
                Err(failure) => tell(Finding::hint("disconnect", said(&failure))),
            }
        }
    }

    async fn connect(&self, tell: Tell<'_>) -> bool {
        const WHAT: &str = "connect";
        let cec = &self.desk.cec;
        let finding = match self.centre.connect(&self.party, &About::default()).await {
            Ok(Serving::Robot) if !cec.robot => Finding::wrong(
                WHAT,
                format!("a robot serves first, and `{}.cec.robot` is false: set it to true", self.key),
            ),
            Ok(Serving::Robot) => Finding::good(WHAT, "a robot serves"),
            Ok(Serving::Agent | Serving::Queue) if !cec.agent => Finding::wrong(
                WHAT,
                format!("an agent serves, and `{}.cec.agent` is false: set it to true", self.key),
            ),
            Ok(Serving::Agent | Serving::Queue) if cec.robot => Finding::hint(
                WHAT,
                format!(
                    "agents serve at once; if no robot ever does, set `{}.cec.robot` to false, so that visitors are not \
                     promised one",
                    self.key
                ),
            ),
            Ok(Serving::Agent) => Finding::good(WHAT, "an agent serves"),
            Ok(Serving::Queue) => Finding::good(WHAT, "the visitor waits for an agent"),
            Ok(Serving::Offline { .. }) => {
                Finding::hint(WHAT, "nobody works now; the centre keeps messages for later")
            }
            Err(Failure::Refused { code: ErrorCode::OutsideHours, .. }) => {
                let text = "nobody works now: ask again in working hours for the rest of the way";
                tell(Finding::hint(WHAT, text));
                return false;
            }
            Err(failure) => {
                let text = format!(
                    "{}; look at `{}.cec.channel_id`, `connect_content` and `trans_data`",
                    said(&failure),
                    self.key
                );
                tell(Finding::wrong(WHAT, text));
                return false;
            }
        };
        tell(finding);
        true
    }

    /// Says one sentence twice with the same id, then polls, then reads the history.
    async fn messages(&self, tell: Tell<'_>) {
        let id = ClientId::from_bits(u128::from_le_bytes(chance::bytes()));
        let text = format!("Frontdesk doctor {}: please ignore this message.", self.token);
        let what = Utterance::Text(text.clone());
        let at_ms = now_ms();
        for (nth, name) in [(1, "message"), (2, "message again")] {
            match self.centre.say(&self.party, &id, at_ms, &what).await {
                Ok(Said::Delivered { .. }) if nth == 1 => tell(Finding::good(name, "the centre took it")),
                Ok(Said::StoredOffline { .. }) if nth == 1 => {
                    tell(Finding::good(name, "the centre keeps it for later"));
                }
                Ok(_) => {}
                Err(Failure::Refused { code: ErrorCode::Queueing, .. }) => {
                    let text = "the visitor waits for an agent, and the centre takes none before: ask again with an agent at work";
                    tell(Finding::hint(name, text));
                    return;
                }
                Err(failure) if nth == 1 => {
                    tell(Finding::wrong(
                        name,
                        format!("{}; look at `{}.cec.dialect`", said(&failure), self.key),
                    ));
                    return;
                }
                // A centre may well refuse what it has: then it knows ids.
                Err(failure) => tell(Finding::hint(name, said(&failure))),
            }
        }
        self.poll(tell).await;
        self.history(&id, &text, tell).await;
    }

    async fn poll(&self, tell: Tell<'_>) {
        const WHAT: &str = "poll";
        let pushed = self.desk.cec.push.is_some();
        let mut seen = BTreeSet::new();
        for _ in 0..TRIES {
            match self.centre.poll(&self.party).await {
                Ok(news) => seen.extend(codes(&news)),
                Err(Failure::Refused { .. }) if pushed => {
                    tell(Finding::good(WHAT, "refused, as where the centre pushes"));
                    return;
                }
                Err(failure) => {
                    let key = &self.key;
                    tell(Finding::wrong(WHAT, format!("{}; look at `{key}.cec.dialect`", said(&failure))));
                    return;
                }
            }
            if !seen.is_empty() {
                break;
            }
            tokio::time::sleep(PAUSE).await;
        }
        if pushed {
            tell(if seen.is_empty() {
                Finding::good(WHAT, "nothing came by polls, as where the centre pushes")
            } else {
                let key = &self.key;
                Finding::hint(
                    WHAT,
                    format!(
                        "messages come by polls: see that the centre pushes for this channel, or leave `{key}.cec.push` out"
                    ),
                )
            });
            return;
        }
        let again = match self.centre.poll(&self.party).await {
            Ok(news) => codes(&news),
            Err(failure) => {
                tell(Finding::hint(WHAT, said(&failure)));
                return;
            }
        };
        let key = format!("{}.cec.poll", self.key);
        let repeats = again.iter().any(|code| seen.contains(code));
        tell(match (self.desk.cec.poll, seen.is_empty(), repeats) {
            (_, true, _) => {
                Finding::hint(WHAT, "it works, and nothing came: whether it repeats cannot be told")
            }
            (PollKind::Repeats, _, true) => Finding::good(WHAT, "the centre says a message again"),
            (PollKind::Repeats, _, false) => Finding::wrong(
                WHAT,
                format!(
                    "`{key}` is \"repeats\", and the centre says a message once: with a lost answer messages are lost. \
                     Set it to \"destructive\""
                ),
            ),
            (PollKind::Destructive, _, true) => {
                Finding::hint(WHAT, format!("the centre says a message again: `{key}` may be \"repeats\""))
            }
            (PollKind::Destructive, _, false) => Finding::good(WHAT, "the centre says a message once"),
        });
    }

    async fn history(&self, id: &ClientId, text: &str, tell: Tell<'_>) {
        const WHAT: &str = "history";
        let cec = &self.desk.cec;
        let mut found = Vec::new();
        for _ in 0..TRIES {
            match self.most.history(&self.party, self.began_ms.saturating_sub(300_000), u64::MAX).await {
                Ok(Some(kept)) => found = kept.into_iter().filter(|kept| is_ours(kept, text)).collect(),
                Ok(None) => {
                    tell(match cec.history {
                        true => Finding::wrong(
                            WHAT,
                            format!(
                                "the centre has none, and `{0}.cec.history` is true: set it to false, and see that \
                                 `{0}.cec.dialect` is that of the centre",
                                self.key
                            ),
                        ),
                        false => Finding::good(WHAT, "the centre keeps none, as the settings say"),
                    });
                    self.unknown_ids(tell);
                    return;
                }
                Err(failure) => {
                    let key = format!("`{}.cec.history`", self.key);
                    tell(match cec.history {
                        true => Finding::wrong(WHAT, format!("{}; {key} is true", said(&failure))),
                        false => Finding::hint(WHAT, said(&failure)),
                    });
                    self.unknown_ids(tell);
                    return;
                }
            }
            if !found.is_empty() {
                break;
            }
            tokio::time::sleep(PAUSE).await;
        }
        if found.is_empty() {
            let text = format!("what the visitor said is not in it: `{}.cec.history` helps nobody", self.key);
            tell(if cec.history { Finding::wrong(WHAT, text) } else { Finding::hint(WHAT, text) });
            self.unknown_ids(tell);
            return;
        }
        tell(match (cec.history, cec.dialect) {
            (true, Dialect::V2_6) => Finding::good(WHAT, "the centre keeps what was said"),
            (_, Dialect::V2_5) => Finding::hint(
                WHAT,
                format!(
                    "the centre keeps what was said, as edition 2.6 does: `{0}.cec.dialect` may be \"2.6\" and \
                     `{0}.cec.history` true, and what a poll loses is found",
                    self.key
                ),
            ),
            (false, Dialect::V2_6) => Finding::hint(
                WHAT,
                format!(
                    "the centre keeps what was said: `{}.cec.history` may be true, and what a poll loses is found",
                    self.key
                ),
            ),
        });
        let known = found.iter().any(|kept| kept.code.as_deref() == Some(id.as_str()));
        self.ids(found.len(), known, tell);
    }

    /// What the centre does with ids, by how often it has a message that was said twice and whether with its id.
    fn ids(&self, copies: usize, known: bool, tell: Tell<'_>) {
        const WHAT: &str = "message ids";
        let (does, seen) = match (copies, known) {
            (1, _) => (MessageIds::Deduplicated, "a message that was said twice is there once"),
            (_, true) => (MessageIds::Echoed, "a message that was said twice is there twice, with its id"),
            (_, false) => {
                (MessageIds::Ignored, "a message that was said twice is there twice, without its id")
            }
        };
        let key = format!("`{}.cec.message_id`", self.key);
        let says = self.desk.cec.message_id;
        let rank = |ids| match ids {
            MessageIds::Ignored => 0,
            MessageIds::Echoed => 1,
            MessageIds::Deduplicated => 2,
        };
        let name = |ids| match ids {
            MessageIds::Ignored => "ignored",
            MessageIds::Echoed => "echoed",
            MessageIds::Deduplicated => "deduplicated",
        };
        tell(match rank(says).cmp(&rank(does)) {
            std::cmp::Ordering::Equal => Finding::good(WHAT, format!("{seen}, as {key} says")),
            std::cmp::Ordering::Less => Finding::hint(
                WHAT,
                format!("{seen}: {key} may be \"{}\", so that less is unconfirmed", name(does)),
            ),
            std::cmp::Ordering::Greater => Finding::wrong(
                WHAT,
                format!(
                    "{seen}, and {key} is \"{}\": agents would get messages twice. Set it to \"{}\"",
                    name(says),
                    name(does)
                ),
            ),
        });
    }

    fn unknown_ids(&self, tell: Tell<'_>) {
        if self.desk.cec.message_id != MessageIds::Ignored {
            let text = format!(
                "what the centre does with them cannot be seen without a history; ask whoever runs it before `{}.cec.message_id` \
                 promises anything",
                self.key
            );
            tell(Finding::hint("message ids", text));
        }
    }

    async fn survey(&self, tell: Tell<'_>) {
        const WHAT: &str = "rating";
        tell(match self.centre.survey(&self.party).await {
            Ok(form) if form.open => Finding::good(WHAT, format!("{} levels", form.levels.len())),
            Ok(_) => Finding::good(WHAT, "the centre wants none"),
            Err(failure) => Finding::hint(WHAT, said(&failure)),
        });
    }

    async fn calls(&self, tell: Tell<'_>) {
        const WHAT: &str = "calls";
        let ability = match self.centre.call_support(&self.party).await {
            Ok(ability) => ability,
            Err(failure) => {
                tell(match &self.desk.calls {
                    Some(_) => Finding::wrong(
                        WHAT,
                        format!("{}; leave [desks.calls] of `{}` out", said(&failure), self.key),
                    ),
                    None => Finding::good(WHAT, "the centre has none, as the settings say"),
                });
                return;
            }
        };
        let possible = ability.web_rtc && ability.click_to_call;
        tell(match (&self.desk.calls, possible) {
            (Some(_), true) => Finding::good(WHAT, "the centre connects calls from pages"),
            (None, false) => Finding::good(WHAT, "the centre has none, as the settings say"),
            (Some(_), false) => Finding::wrong(
                WHAT,
                format!(
                    "the centre connects none (of browsers: {}, that visitors ask for: {}): leave [desks.calls] of `{}` out, \
                     or have them switched on there",
                    yes(ability.web_rtc),
                    yes(ability.click_to_call),
                    self.key
                ),
            ),
            (None, true) => Finding::hint(
                WHAT,
                format!(
                    "the centre connects calls from pages: name its gateway in `{}.calls.gateways` to have them",
                    self.key
                ),
            ),
        });
    }

    async fn file(&self, tell: Tell<'_>) {
        const WHAT: &str = "file";
        let key = format!("`{}.files.types`", self.key);
        let taken = !self.desk.files.types.is_empty();
        let refused = self.desk.refused_types();
        if !refused.is_empty() {
            let text = format!(
                "{key} names {}, which is refused: name it in `{}.cec.extra_upload_types` too, if the centre takes it",
                refused.join(", "),
                self.key
            );
            tell(Finding::wrong(WHAT, text));
        }
        let file = match Parcel::new(&self.token) {
            Ok(file) => file,
            Err(error) => {
                tell(Finding::hint(WHAT, format!("none can be written here: {error}")));
                return;
            }
        };
        let size_bytes = u64::try_from(FILE.len()).unwrap_or(u64::MAX);
        let spooled = Spooled { path: &file.0, extension: "txt", size_bytes };
        let uploaded = match self.centre.upload(&self.party, spooled).await {
            Ok(uploaded) => uploaded,
            Err(failure) if taken => {
                tell(Finding::wrong(
                    WHAT,
                    format!("{}; if the centre takes none, set {key} to []", said(&failure)),
                ));
                return;
            }
            Err(_) => {
                tell(Finding::good(WHAT, "the centre takes none, as the settings say"));
                return;
            }
        };
        let mut back = Vec::new();
        let source = FileSource::Uploaded(uploaded);
        let limit = size_bytes * 2;
        tell(match self.centre.download(&self.party, &source, Some("txt"), &mut back, limit).await {
            Ok(_) if back == FILE && taken => Finding::good(WHAT, "it went to the centre and came back"),
            Ok(_) if back == FILE => {
                Finding::hint(WHAT, format!("the centre takes files: name their types in {key} to have them"))
            }
            Ok(_) => Finding::wrong(WHAT, format!("{} bytes came back, and others than went", back.len())),
            Err(failure) => {
                Finding::wrong(WHAT, format!("it went and does not come back: {}", said(&failure)))
            }
        });
    }
}

fn codes(news: &[Downlink]) -> BTreeSet<String> {
    let code = |downlink: &Downlink| match downlink {
        Downlink::Message { code, .. } => code.clone(),
        _ => None,
    };
    news.iter().filter_map(code).collect()
}

fn is_ours(kept: &Kept, text: &str) -> bool {
    matches!(kept.from, None | Some(Sender::Unknown {}))
        && matches!(&kept.content, Content::Body(Body::Text(said)) if said.contains(text))
}

/// What became of a call, for the operator.
fn said(failure: &Failure) -> String {
    match failure {
        Failure::NotSent { code, detail } => {
            format!("it did not reach the centre ({}: {detail})", word(*code))
        }
        Failure::Refused { code, detail, .. } => format!("the centre refuses it ({}: {detail})", word(*code)),
        Failure::Unknown { code, detail } => {
            format!("no answer that can be understood ({}: {detail})", word(*code))
        }
        Failure::Gone => "the conversation is gone".into(),
    }
}

fn yes(yes: bool) -> &'static str {
    if yes { "yes" } else { "no" }
}

fn now_ms() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

/// A file on this machine that goes at the end.
struct Parcel(PathBuf);

impl Parcel {
    fn new(token: &str) -> io::Result<Self> {
        let path = std::env::temp_dir().join(format!("frontdesk-doctor-{token}.txt"));
        let mut options = std::fs::OpenOptions::new();
        io::Write::write_all(&mut options.write(true).create_new(true).open(&path)?, FILE)?;
        Ok(Self(path))
    }
}

impl Drop for Parcel {
    fn drop(&mut self) {
        remove(&self.0);
    }
}

fn remove(path: &Path) {
    // The system empties the folder some day.
    let _gone = std::fs::remove_file(path);
}
