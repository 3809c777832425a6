//! Which entries stand together.

use frontdesk_core::{Entry, EntryKind};

/// Messages of one sender stand together if no more than this lies between them, in milliseconds.
const TOGETHER_MS: u64 = 5 * 60_000;

/// How an entry stands among its neighbours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// A new day begins with it.
    pub opens_day: bool,
    /// The first of its group: shows who speaks.
    pub first: bool,
    /// The last of its group: shows when.
    pub last: bool,
}

/// The place of an entry. `day` numbers the visitor's days.
pub fn place(
    before: Option<&Entry>,
    entry: &Entry,
    after: Option<&Entry>,
    day: impl Fn(u64) -> i64,
) -> Place {
    let own_day = day(entry.at_ms);
    let opens_day = before.is_none_or(|before| day(before.at_ms) != own_day);
    Place {
        opens_day,
        first: opens_day || before.is_none_or(|before| !together(before, entry)),
        last: after.is_none_or(|after| !together(entry, after) || day(after.at_ms) != own_day),
    }
}

fn together(one: &Entry, next: &Entry) -> bool {
    let same = match (&one.kind, &next.kind) {
        (EntryKind::Mine { .. }, EntryKind::Mine { .. }) => true,
        (EntryKind::Theirs { from: one, .. }, EntryKind::Theirs { from: next, .. }) => one == next,
        _ => false,
    };
    same && one.at_ms.abs_diff(next.at_ms) <= TOGETHER_MS
}

#[cfg(test)]
mod tests {
    use super::*;
    use frontdesk_contract::{Body, ClientId, Person, Sender};
    use frontdesk_core::MineState;

    const DAY: u64 = 86_400_000;

    fn day(at_ms: u64) -> i64 {
        (at_ms / DAY) as i64
    }

    fn mine(at_ms: u64) -> Entry {
        let kind = EntryKind::Mine {
            id: ClientId::from_bits(at_ms.into()),
            body: Body::Text("hello".into()),
            state: MineState::Sent,
            read: false,
            sent_again: false,
        };
        Entry { key: 1, seq: None, earlier: false, at_ms, kind }
    }

    fn theirs(at_ms: u64, name: &str) -> Entry {
        let from = Sender::Agent(Person { name: name.into(), avatar: None });
        let body = Body::Text("hello".into());
        let kind = EntryKind::Theirs {
            id: "m".into(),
            from,
            body,
            recalled: false,
            choices: Vec::new(),
            judgeable: false,
            judged: None,
        };
        Entry { key: 2, seq: None, earlier: false, at_ms, kind }
    }

    #[test]
    fn messages_of_one_sender_within_minutes_stand_together() {
        let (a, b, c) = (mine(1_000), mine(2_000), mine(1_000_000));
        assert_eq!(place(None, &a, Some(&b), day), Place { opens_day: true, first: true, last: false });
        assert_eq!(place(Some(&a), &b, Some(&c), day), Place { opens_day: false, first: false, last: true });
        assert_eq!(place(Some(&b), &c, None, day), Place { opens_day: false, first: true, last: true });
    }

    #[test]
    fn another_sender_opens_a_group() {
        let (li, wang, me) = (theirs(1_000, "Li"), theirs(1_500, "Wang"), mine(2_000));
        assert!(place(None, &li, Some(&wang), day).last);
        assert!(place(Some(&li), &wang, Some(&me), day).first);
        assert!(place(Some(&wang), &me, None, day).first);
    }

    #[test]
    fn midnight_parts_a_group() {
        let (evening, morning) = (mine(DAY - 1_000), mine(DAY + 1_000));
        assert!(place(None, &evening, Some(&morning), day).last);
        assert_eq!(
            place(Some(&evening), &morning, None, day),
            Place { opens_day: true, first: true, last: true }
        );
    }
}
