//! Dialogues, and whose turn it is.

use anyhow::{Context, bail};
use serde::Deserialize;
use std::path::{Path, PathBuf};

/// The longest dialogue that is taken, in turns.
const MAX_TURNS: usize = 2_000;
/// The most dialogues of one run.
const MAX_DIALOGUES: usize = 9_000;

/// A line of a conversations file.
#[derive(Debug, Deserialize)]
struct Written {
    id: String,
    lang: String,
    turns: Vec<Turn>,
}

#[derive(Debug, Deserialize)]
struct Turn {
    who: Who,
    text: String,
}

/// Who speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Who {
    Visitor,
    Agent,
}

/// A dialogue, as two parts that wait for each other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dialogue {
    /// Its name in the file.
    pub id: String,
    /// The visitor's language.
    pub lang: String,
    /// What the visitor types.
    pub visitor: Vec<Line>,
    /// What the agent types.
    pub agent: Vec<Line>,
}

/// One turn of one side.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// What is typed.
    pub text: String,
    /// Typed when so many turns of the other side have been read.
    pub after: usize,
}

impl Dialogue {
    /// How many turns both sides have together.
    pub fn turns(&self) -> usize {
        self.visitor.len() + self.agent.len()
    }

    /// Lets both sides type so many turns before they are due. The agent still waits for the first word.
    #[must_use]
    pub fn hurried(mut self, turns: usize) -> Self {
        for line in self.visitor.iter_mut().chain(&mut self.agent) {
            line.after = line.after.saturating_sub(turns).max(line.after.min(1));
        }
        self
    }

    fn new(written: Written) -> anyhow::Result<Self> {
        let Written { id, lang, turns } = written;
        if turns.len() > MAX_TURNS {
            bail!("dialogue {id} has more than {MAX_TURNS} turns");
        }
        // The desk knows a visitor by the first message; without one it would not know whom to answer.
        if turns.first().is_none_or(|turn| turn.who != Who::Visitor) {
            bail!("dialogue {id} does not begin with the visitor");
        }
        if turns.iter().any(|turn| frontdesk_core::text::plain(&turn.text).is_empty()) {
            bail!("dialogue {id} has an empty turn");
        }
        let (mut visitor, mut agent) = (Vec::new(), Vec::new());
        for Turn { who, text } in turns {
            // What a page would send of it.
            let text = frontdesk_core::text::plain(&text);
            let (own, other) = match who {
                Who::Visitor => (&mut visitor, &agent),
                Who::Agent => (&mut agent, &visitor),
            };
            own.push(Line { text, after: other.len() });
        }
        Ok(Self { id, lang, visitor, agent })
    }
}

/// Made up for this program, for whoever has no others.
const OWN: &str = include_str!("../../dialogues.jsonl");

/// Reads dialogues from files with one JSON object a line, at most `limit` of them altogether, and so many times each.
/// Without files: some of the program's own.
///
/// # Errors
/// When a file cannot be read, or a dialogue cannot be played.
pub fn load(files: &[PathBuf], limit: Option<usize>, times: u64) -> anyhow::Result<Vec<Dialogue>> {
    let mut dialogues = Vec::new();
    for file in files {
        let text = std::fs::read_to_string(file).with_context(|| {
            let file = file.display();
            format!("cannot read {file} (without --conversations, made-up dialogues are played)")
        })?;
        dialogues.extend(parse(&text, file)?);
    }
    if files.is_empty() {
        dialogues = parse(OWN, Path::new("the program's own dialogues"))?;
    }
    dialogues.truncate(limit.unwrap_or(MAX_DIALOGUES));
    let times = usize::try_from(times).unwrap_or(usize::MAX);
    match dialogues.len().saturating_mul(times) {
        0 => bail!("there is no dialogue to play"),
        count if count > MAX_DIALOGUES => bail!("at most {MAX_DIALOGUES} dialogues in one run"),
        count => Ok(dialogues.into_iter().cycle().take(count).collect()),
    }
}

fn parse(text: &str, file: &Path) -> anyhow::Result<Vec<Dialogue>> {
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    let read = |(at, line): (usize, &str)| {
        let place = || format!("{}, line {}", file.display(), at + 1);
        let written = serde_json::from_str(line).with_context(place)?;
        Dialogue::new(written).with_context(place)
    };
    lines.map(read).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dialogue(turns: &str) -> anyhow::Result<Dialogue> {
        let turns = turns
            .chars()
            .map(|who| Turn { who: if who == 'v' { Who::Visitor } else { Who::Agent }, text: "x".into() })
            .collect();
        Dialogue::new(Written { id: "d".into(), lang: "en".into(), turns })
    }

    fn after(lines: &[Line]) -> Vec<usize> {
        lines.iter().map(|line| line.after).collect()
    }

    #[test]
    fn each_turn_waits_for_the_turns_of_the_other_side_before_it() {
        let played = dialogue("vavvaav").expect("a dialogue");
        assert_eq!(after(&played.visitor), [0, 1, 1, 3]);
        assert_eq!(after(&played.agent), [1, 3, 3]);
    }

    #[test]
    fn in_a_hurry_turns_are_typed_ahead_but_none_before_the_first_word() {
        let played = dialogue("vavavav").expect("a dialogue").hurried(2);
        assert_eq!((after(&played.visitor), after(&played.agent)), (vec![0, 1, 1, 1], vec![1, 1, 1]));
    }

    #[test]
    fn a_dialogue_begins_with_the_visitor() {
        assert!(dialogue("av").is_err());
        assert!(dialogue("").is_err());
        assert!(dialogue("v").is_ok());
    }

    #[test]
    fn without_a_file_the_programs_own_are_played_so_many_times() {
        let once = load(&[], None, 1).expect("dialogues");
        let thrice = load(&[], None, 3).expect("dialogues");
        assert_eq!(thrice, [once.clone(), once.clone(), once.clone()].concat());
        assert_eq!(load(&[], Some(2), 2).expect("dialogues").len(), 4);
        assert!(load(&[], None, 1_000).is_err_and(|error| error.to_string().contains("9000")));
        let error = load(&["/nowhere".into()], None, 1).expect_err("no such file");
        assert!(error.to_string().contains("/nowhere"), "{error}");
    }

    #[test]
    fn a_mistake_is_named_by_its_line() {
        let good = r#"{"id":"a","lang":"en","turns":[{"who":"visitor","text":"hi"}]}"#;
        let parsed = parse(&format!("{good}\n\n{good}\n"), Path::new("f")).expect("two dialogues");
        assert_eq!(parsed.len(), 2);
        let error = parse(&format!("{good}\n{{}}"), Path::new("f")).expect_err("a bad line");
        assert!(error.to_string().starts_with("f, line 2"), "{error}");
    }
}
