//! Digits with what stands between them.

/// Stands for ten, as the last place of a Chinese identity number.
pub const X: u8 = 10;

/// A digit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Digit {
    /// Where it stands in the text, in bytes.
    pub at: usize,
    /// 0 to 9, or [`X`].
    pub value: u8,
}

/// Digits with nothing between them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Group {
    /// The digits.
    pub digits: Vec<Digit>,
    /// The blank or hyphen that joins it to the group before, if there is one such character and nothing else.
    pub joined: Option<char>,
}

/// All groups of a text, in order. Digits count in every script in which visitors type them.
pub fn of(text: &str) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    let mut between = None;
    let mut inside = false;
    for (at, char) in text.char_indices() {
        let is_x = inside && matches!(char, 'x' | 'X' | 'ｘ' | 'Ｘ') && ends_here(text, at, char);
        match value(char).or(is_x.then_some(X)) {
            Some(value) => {
                if !inside {
                    groups.push(Group { digits: Vec::new(), joined: between });
                }
                if let Some(last) = groups.last_mut() {
                    last.digits.push(Digit { at, value });
                }
                inside = true;
            }
            None => {
                between = if inside { joins(char) } else { None };
                inside = false;
            }
        }
    }
    groups
}

/// Whether no letter and no digit follows: only then an X is one of a number.
fn ends_here(text: &str, at: usize, x: char) -> bool {
    let next = text.get(at + x.len_utf8()..).and_then(|rest| rest.chars().next());
    !next.is_some_and(|next| next.is_ascii_alphanumeric() || value(next).is_some())
}

fn joins(char: char) -> Option<char> {
    match char {
        ' ' | '\u{a0}' | '\u{202f}' | '\u{3000}' => Some(' '),
        '-' | '\u{2010}' | '\u{2011}' | '\u{2013}' | '－' => Some('-'),
        _ => None,
    }
}

/// What a digit of ASCII, full width, Arabic, Persian or Devanagari is worth.
fn value(char: char) -> Option<u8> {
    ['0', '０', '\u{660}', '\u{6f0}', '\u{966}'].iter().find_map(|zero| {
        let value = u32::from(char).checked_sub(u32::from(*zero)).filter(|value| *value < 10)?;
        u8::try_from(value).ok()
    })
}
