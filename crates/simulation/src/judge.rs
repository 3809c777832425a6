//! What became of every message, in the words of Jepsen's `total-queue`, and which injected fault explains it.

use crate::bounds::slowest;
use crate::options::Options;
use crate::record::{Books, HandedOut, Heard, Talk};
use frontdesk_core::MineState;
use frontdesk_visitor::checker::compare;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The word for a cause that was not found.
pub const UNEXPLAINED: &str = "unexplained";

/// Figures of one direction.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Direction {
    /// Messages accepted.
    pub messages: u64,
    /// Never read, though shown as sent or still on its way at the end.
    pub lost: u64,
    /// Read once more than typed.
    pub duplicated: u64,
    /// Read and never typed.
    pub unexpected: u64,
    /// Read at another place in the order.
    pub inversions: u64,
    /// Read though an answer or a copy on its way was lost.
    pub recovered: u64,
    /// Shown to the visitor as unconfirmed.
    pub unconfirmed: u64,
    /// Of these: not read.
    pub unconfirmed_missing: u64,
    /// Of the unconfirmed: nobody could find out any more.
    pub undecidable: u64,
    /// What explains what is lost, doubled, out of order or unconfirmed.
    pub causes: BTreeMap<String, u64>,
}

impl Direction {
    fn explain(&mut self, what: &str, cause: &str) {
        *self.causes.entry(format!("{what} by {cause}")).or_default() += 1;
    }

    /// What no injected fault explains.
    pub fn unexplained(&self) -> u64 {
        self.causes.iter().filter(|(cause, _)| cause.ends_with(UNEXPLAINED)).map(|(_, count)| count).sum()
    }

    fn add(&mut self, other: &Self) {
        self.messages += other.messages;
        self.lost += other.lost;
        self.duplicated += other.duplicated;
        self.unexpected += other.unexpected;
        self.inversions += other.inversions;
        self.recovered += other.recovered;
        self.unconfirmed += other.unconfirmed;
        self.unconfirmed_missing += other.unconfirmed_missing;
        self.undecidable += other.undecidable;
        for (cause, count) in &other.causes {
            *self.causes.entry(cause.clone()).or_default() += count;
        }
    }
}

/// Figures of one run, or of several.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Figures {
    /// Runs.
    pub runs: u64,
    /// From visitors to the agent.
    pub up: Direction,
    /// From the agent to visitors.
    pub down: Direction,
    /// Typed in the moment in which the browser was killed, never shown as on its way, and gone.
    pub never_kept: u64,
    /// Faults by kind.
    pub faults: BTreeMap<String, u64>,
    /// Requests of visitors that carry a message.
    pub posts: u64,
    /// All requests of visitors.
    pub requests: u64,
    /// All requests of proxies to the centre.
    pub calls: u64,
    /// For messages that came after the last fault had ended: milliseconds since then, in steps of 100.
    pub recovery_ms: BTreeMap<u64, u64>,
    /// Milliseconds from waking up until the view was the centre's, in steps of 100.
    pub waking_ms: BTreeMap<u64, u64>,
    /// What must never happen and did.
    pub violations: Vec<String>,
    /// Each message that is lost, doubled, out of order or unconfirmed, in words. Only of a single run.
    #[serde(skip)]
    pub found: Vec<String>,
    /// The hash of the history; of several runs, all of them.
    pub hash: u64,
}

impl Figures {
    /// Adds those of another run.
    pub fn add(&mut self, other: &Self) {
        self.runs += other.runs;
        self.up.add(&other.up);
        self.down.add(&other.down);
        self.never_kept += other.never_kept;
        for (kind, count) in &other.faults {
            *self.faults.entry(kind.clone()).or_default() += count;
        }
        self.posts += other.posts;
        self.requests += other.requests;
        self.calls += other.calls;
        for (sum, more) in
            [(&mut self.recovery_ms, &other.recovery_ms), (&mut self.waking_ms, &other.waking_ms)]
        {
            for (step, count) in more {
                *sum.entry(*step).or_default() += count;
            }
        }
        self.violations.extend(other.violations.iter().take(20).cloned());
        self.hash = self.hash.rotate_left(1) ^ other.hash;
    }

    /// Faults altogether.
    pub fn injected(&self) -> u64 {
        self.faults.values().sum()
    }

    /// What breaks the promise for this centre.
    pub fn failures(&self, options: &Options) -> Vec<String> {
        let (up, down) = (&self.up, &self.down);
        let mut broken = self.violations.clone();
        if options.promises_all() {
            broken.extend(slowest(self));
        }
        let mut must = |kept: bool, what: String| {
            if !kept {
                broken.push(what);
            }
        };
        must(up.lost == 0, format!("up: {} lost silently", up.lost));
        must(
            up.unexpected == 0 && down.unexpected == 0,
            format!("unexpected: {} up, {} down", up.unexpected, down.unexpected),
        );
        must(
            up.unexplained() == 0,
            format!("up: {} without an explanation: {:?}", up.unexplained(), up.causes),
        );
        must(
            down.unexplained() == 0,
            format!("down: {} without an explanation: {:?}", down.unexplained(), down.causes),
        );
        if options.settles_up() {
            let unconfirmed = up.unconfirmed - up.undecidable;
            must(unconfirmed == 0, format!("up: {unconfirmed} unconfirmed that could be found out"));
        }
        if options.message_id == crate::options::MessageId::Deduplicated {
            must(up.duplicated == 0, format!("up: {} doubled", up.duplicated));
            must(up.inversions == 0, format!("up: {} out of order", up.inversions));
        }
        must(down.duplicated == 0, format!("down: {} doubled", down.duplicated));
        must(down.inversions == 0, format!("down: {} out of order", down.inversions));
        if options.keeps_down() {
            must(down.lost == 0, format!("down: {} lost", down.lost));
        }
        broken
    }
}

/// What the world leaves behind of one visitor.
#[derive(Clone, Debug)]
pub struct Left {
    /// Number of the visitor.
    pub visitor: u64,
    /// Its own messages on its screen: text, id, state.
    pub own: Vec<(String, String, MineState)>,
}

/// Judges a run.
pub fn judge(books: &Books, left: &[Left], healed_ms: u64) -> Figures {
    let mut figures = Figures {
        runs: 1,
        posts: books.posts,
        requests: books.requests,
        calls: books.calls,
        violations: books.violations.clone(),
        hash: books.hash(),
        ..Figures::default()
    };
    figures.faults = books.faults.iter().map(|(kind, count)| ((*kind).to_owned(), *count)).collect();
    for left in left {
        let Some(talk) = books.talks.get(&left.visitor) else { continue };
        // For somebody who is away the last fault ends with that.
        let healed_ms = healed_ms.max(talk.back_ms);
        figures.never_kept += talk.typed.iter().filter(|typed| typed.gone).count() as u64;
        up(&mut figures, books, talk, left, healed_ms);
        down(&mut figures, books, talk, left.visitor, healed_ms);
    }
    figures
}

/// A message that took so long after the last fault is told of, in milliseconds.
const SLOW_MS: u64 = 5_000;

fn late(figures: &mut Figures, (who, what): (u64, &str), sent_ms: u64, came_ms: u64, healed_ms: u64) {
    if sent_ms < healed_ms && came_ms > healed_ms {
        let took_ms = came_ms - healed_ms;
        *figures.recovery_ms.entry(took_ms.div_ceil(100) * 100).or_default() += 1;
        if took_ms > SLOW_MS {
            figures.found.push(format!("v{who}: {what} of {sent_ms} came {took_ms} ms after the last fault"));
        }
    }
}

/// What the visitor is shown at the end of the messages that were typed, in that order. Each is there once, where it was
/// typed: the page sends one after the other, and what is sent again is another message.
fn own<'a>(
    figures: &mut Figures,
    said: &[&str],
    left: &'a Left,
) -> Vec<Option<&'a (String, String, MineState)>> {
    let shown: Vec<&str> = left.own.iter().map(|(text, ..)| text.as_str()).collect();
    let verdict = compare(said, &shown);
    let who = left.visitor;
    let text = |at: usize| shown.get(at).copied().unwrap_or_default();
    let mut wrong = |at: usize, what: &str| {
        figures.violations.push(format!("v{who}: \"{}\" is shown {what}", text(at)));
    };
    verdict.unexpected.iter().for_each(|at| wrong(*at, "and was never typed"));
    verdict.duplicated.iter().for_each(|(at, _)| wrong(*at, "twice"));
    let places = verdict.moved.iter().filter_map(|at| verdict.heard_at.get(*at).copied().flatten());
    places.for_each(|at| wrong(at, "at another place than it was typed"));
    verdict.heard_at.iter().map(|place| place.and_then(|place| left.own.get(place))).collect()
}

/// Why nobody can find out any more what became of this message, where the centre would tell it to whoever asks again.
fn undecidable(books: &Books, talk: &Talk, id: &str) -> Option<&'static str> {
    let told = books.told.get(id).map(Vec::as_slice).unwrap_or_default();
    if told.iter().any(|at_ms| talk.is_over(*at_ms)) {
        return Some("its conversation had ended when the centre was asked again");
    }
    // What it would answer the next time is the same, whatever became of an earlier attempt.
    books.denied.contains(id).then_some("the centre refused it for good when it was asked again")
}

fn up(figures: &mut Figures, books: &Books, talk: &Talk, left: &Left, healed_ms: u64) {
    let typed: Vec<_> = talk.typed.iter().filter(|typed| !typed.gone).collect();
    let said: Vec<&str> = typed.iter().map(|typed| typed.text.as_str()).collect();
    let heard: Vec<&str> = talk.heard.iter().map(|heard| heard.text.as_str()).collect();
    let verdict = compare(&said, &heard);
    let shown = own(figures, &said, left);
    let mut figure = Direction { messages: typed.len() as u64, ..Direction::default() };
    figure.unexpected = verdict.unexpected.len() as u64;
    let cause = |id: &str| {
        let faults = books.ids.get(id).into_iter().flatten();
        faults.last().copied()
    };
    let mut unconfirmed = Vec::new();
    for (nth, ((typed, place), own)) in typed.iter().zip(&verdict.heard_at).zip(shown).enumerate() {
        let id = own.map(|(_, id, _)| id.as_str()).unwrap_or_default();
        let state = own.map(|(.., state)| *state);
        if let Some(heard) = place.and_then(|place| talk.heard.get(place)) {
            late(figures, (left.visitor, id), typed.at_ms, heard.at_ms, healed_ms);
            figure.recovered += u64::from(cause(id).is_some());
        }
        match (state, place.is_none()) {
            (Some(MineState::Unconfirmed), missing) => {
                unconfirmed.push(nth);
                figure.unconfirmed += 1;
                figure.unconfirmed_missing += u64::from(missing);
                let cause = cause(id).unwrap_or(UNEXPLAINED);
                figure.explain("unconfirmed", cause);
                let why = undecidable(books, talk, id);
                figure.undecidable += u64::from(why.is_some());
                let why = why.unwrap_or("nobody has asked again");
                figures.found.push(format!("v{} up: {id} is unconfirmed by {cause}: {why}", left.visitor));
            }
            (None, false) => figures
                .violations
                .push(format!("v{}: \"{}\" was read but is not shown", left.visitor, typed.text)),
            (_, true) => {
                figure.lost += 1;
                figure.explain("lost", UNEXPLAINED);
                figures
                    .violations
                    .push(format!("v{}: \"{}\" is {state:?} and was never read", left.visitor, typed.text));
            }
            (Some(MineState::Sent | MineState::StoredOffline), false) => {}
            (Some(state), false) => figures
                .violations
                .push(format!("v{}: \"{}\" was read and is shown as {state:?}", left.visitor, typed.text)),
        }
    }
    for (place, _) in &verdict.duplicated {
        figure.duplicated += 1;
        let ids = doubled(&talk.heard, *place);
        let others = ["centre: sent twice", "centre: arrives after it was given up"];
        let cause_of = |id: &str| {
            let faults = books.ids.get(id);
            others.into_iter().find(|other| faults.is_some_and(|faults| faults.contains(other)))
        };
        let causes: Option<Vec<_>> = ids.iter().map(|id| cause_of(id)).collect();
        let cause = causes.and_then(|causes| causes.first().copied());
        figure.explain("doubled", cause.unwrap_or(UNEXPLAINED));
        let id = ids.join(" or ");
        figures.found.push(format!("v{} up: {id} was read twice", left.visitor));
        if cause.is_none() {
            figures.violations.push(format!("v{}: {id} was read twice", left.visitor));
        }
    }
    // Of what is unconfirmed nobody has promised when it arrives.
    let heard: Vec<&Heard> = talk
        .heard
        .iter()
        .enumerate()
        .filter(|(place, _)| !unconfirmed.iter().any(|at| verdict.heard_at.get(*at) == Some(&Some(*place))))
        .map(|(_, heard)| heard)
        .collect();
    let said: Vec<&str> =
        (0..).zip(said).filter(|(at, _)| !unconfirmed.contains(at)).map(|(_, text)| text).collect();
    let order = compare(&said, &heard.iter().map(|heard| heard.text.as_str()).collect::<Vec<_>>());
    for at in &order.moved {
        figure.inversions += 1;
        let fault = changed_places(*at, &order.heard_at).into_iter().find_map(|at| {
            let place = order.heard_at.get(at).copied().flatten()?;
            cause(heard.get(place)?.id.as_deref()?)
        });
        figure.explain("moved", fault.unwrap_or(UNEXPLAINED));
        let what = said.get(*at).unwrap_or(&"");
        figures.found.push(format!("v{} up: \"{what}\" was read at another place", left.visitor));
    }
    figures.up.add(&figure);
}

/// The ids of what may have been read once more at this place. A visitor says the same more than once: then it need not be the
/// message that was read here, but any with this text whose id was read more than once.
fn doubled(heard: &[Heard], place: usize) -> Vec<String> {
    let Some(here) = heard.get(place) else { return Vec::new() };
    let alike = heard.iter().filter(|other| other.text == here.text).filter_map(|other| other.id.clone());
    let mut times: BTreeMap<String, u32> = BTreeMap::new();
    for id in alike {
        *times.entry(id).or_default() += 1;
    }
    times.retain(|_, times| *times > 1);
    if times.is_empty() { vec![here.id.clone().unwrap_or_default()] } else { times.into_keys().collect() }
}

fn down(figures: &mut Figures, books: &Books, talk: &Talk, visitor: u64, healed_ms: u64) {
    // By their codes, too: some say the same.
    let said: Vec<_> = talk.said.iter().map(|said| (Some(&said.code), said.text.as_str())).collect();
    let came = as_arranged(books, talk);
    let shown: Vec<_> = came.iter().map(|shown| (shown.id.as_ref(), shown.text.as_str())).collect();
    let verdict = compare(&said, &shown);
    let mut figure = Direction { messages: said.len() as u64, ..Direction::default() };
    figure.unexpected = verdict.unexpected.len() as u64;
    for (said, place) in talk.said.iter().zip(&verdict.heard_at) {
        match place.and_then(|place| came.get(place)) {
            Some(Heard { at_ms, .. }) => {
                late(figures, (visitor, &said.code), said.at_ms, *at_ms, healed_ms);
                let copies = books.handed_out.get(&said.code);
                figure.recovered +=
                    u64::from(copies.is_some_and(|copies| copies.iter().any(|copy| !copy.arrived)));
            }
            None => {
                let cause = lost_down(books, &said.code);
                figure.lost += 1;
                figure.explain("lost", cause);
                let kept =
                    if books.journalled.contains(&said.code) { "had been kept" } else { "was never kept" };
                let copies = books.handed_out.get(&said.code).map(Vec::as_slice).unwrap_or_default();
                figures.found.push(format!(
                    "v{visitor} down: {} was lost by {cause}, {kept}, handed out as {copies:?}",
                    said.code
                ));
            }
        }
    }
    for (_, origin) in &verdict.duplicated {
        figure.duplicated += 1;
        let code = talk.said.get(*origin).map(|said| said.code.as_str()).unwrap_or_default();
        figure.explain("doubled", UNEXPLAINED);
        figures.violations.push(format!("{code} was shown twice"));
    }
    if !verdict.moved.is_empty() {
        let nth = |heard: &&Heard| talk.said.iter().position(|said| Some(&said.code) == heard.id.as_ref());
        let order: Vec<Option<usize>> = came.iter().map(nth).collect();
        figures.found.push(format!("v{visitor} down: what was said is shown in the order {order:?}"));
    }
    for at in &verdict.moved {
        figure.inversions += 1;
        let fault = changed_places(*at, &verdict.heard_at).into_iter().find_map(|at| {
            let copies = books.handed_out.get(&talk.said.get(at)?.code)?;
            let killed =
                copies.iter().any(|copy| books.killed.contains(&copy.proxy)).then_some("proxy: killed");
            copies.iter().find_map(|copy| copy.fault).or(killed)
        });
        let fault = fault.unwrap_or(UNEXPLAINED);
        figure.explain("moved", fault);
        let code = talk.said.get(*at).map(|said| said.code.as_str()).unwrap_or_default();
        figures.found.push(format!("v{visitor} down: {code} is shown at another place by {fault}"));
    }
    figures.down.add(&figure);
}

/// What was shown, as if the centre's answers had not been rearranged: order is that of arrival. What was found in the history
/// stands before the message that followed it, and goes where that goes.
fn as_arranged<'a>(books: &Books, talk: &'a Talk) -> Vec<&'a Heard> {
    let mut shown: Vec<&Heard> = talk.shown.iter().collect();
    let nth = |heard: &Heard| talk.said.iter().position(|said| Some(&said.code) == heard.id.as_ref());
    let found = |heard: &Heard| {
        let copies = heard.id.as_ref().and_then(|id| books.handed_out.get(id)).map_or(&[][..], Vec::as_slice);
        copies.iter().all(|copy| copy.fault.is_some() || books.killed.contains(&copy.proxy))
    };
    for codes in &books.rearranged {
        let meant = |heard: &Heard| heard.id.as_ref().is_some_and(|id| codes.contains(id));
        // Each message together with those found before it, from the last to the first.
        let mut groups: Vec<Vec<&Heard>> = Vec::new();
        for heard in shown.iter().rev().copied() {
            let followed = groups.last_mut().filter(|group| {
                let next = group.last().and_then(|next| nth(next));
                let follows = next.is_some() && nth(heard).map(|at| at + 1) == next;
                follows && group.first().is_some_and(|first| meant(first)) && !meant(heard) && found(heard)
            });
            match followed {
                Some(group) => group.push(heard),
                None => groups.push(vec![heard]),
            }
        }
        let moves = |group: &Vec<&Heard>| group.first().is_some_and(|heard| meant(heard));
        let mut those: Vec<Vec<&Heard>> = groups.iter().filter(|group| moves(group)).cloned().collect();
        those.sort_by_key(|group| group.first().and_then(|heard| nth(heard)));
        for group in groups.iter_mut().filter(|group| moves(group)) {
            if let Some(last) = those.pop() {
                *group = last;
            }
        }
        shown = groups.into_iter().flatten().rev().collect();
    }
    shown
}

/// This message, and those with which it has changed places: any of them may be the one that came late.
fn changed_places(at: usize, heard_at: &[Option<usize>]) -> Vec<usize> {
    let Some(place) = heard_at.get(at).copied().flatten() else { return vec![at] };
    let others = heard_at.iter().enumerate().filter_map(|(other, heard)| Some((other, (*heard)?)));
    let swapped = others.filter(|(other, heard)| (*other < at) != (*heard < place) && *other != at);
    std::iter::once(at).chain(swapped.map(|(other, _)| other)).collect()
}

/// What took a message of the agent away: the proxy that had it was killed, or something took the answer that carried it. A
/// copy that came whole to a proxy that lived is not lost by what happened to others.
fn lost_down(books: &Books, code: &str) -> &'static str {
    let copies = books.handed_out.get(code).map(Vec::as_slice).unwrap_or_default();
    let killed = |copy: &HandedOut| books.killed.contains(&copy.proxy);
    if books.journalled.contains(code) || copies.iter().any(|copy| copy.arrived && !killed(copy)) {
        return UNEXPLAINED;
    }
    // On its way without a fault it would have come, had the proxy lived.
    let had = copies.iter().any(|copy| killed(copy) && (copy.arrived || copy.fault.is_none()));
    let taken = copies.iter().rev().find_map(|copy| copy.fault);
    had.then_some("proxy: killed").or(taken).unwrap_or(UNEXPLAINED)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::prove::size;
    use crate::record::{Over, Said, Typed};

    /// `handed_out`: with whether the answer came to nobody.
    fn arranged(shown: &[usize], turned: &[usize], lost: &[usize]) -> Vec<String> {
        let code = |at: &usize| format!("c{at}");
        let said = |at: usize| Said { text: code(&at), code: code(&at), at_ms: 0 };
        let heard = |at: &usize| Heard { text: code(at), id: Some(code(at)), at_ms: 0 };
        let talk = Talk {
            said: (0..9).map(said).collect(),
            shown: shown.iter().map(heard).collect(),
            ..Talk::default()
        };
        let copy = |at: usize| {
            let fault = lost.contains(&at).then_some("centre: reset after");
            (code(&at), vec![HandedOut { proxy: 1, fault, arrived: fault.is_none() }])
        };
        let mut books = Books::default();
        books.handed_out = (0..9).map(copy).collect();
        books.rearranged.push(turned.iter().map(code).collect());
        as_arranged(&books, &talk).into_iter().map(|heard| heard.text.clone()).collect()
    }

    fn codes(of: &[usize]) -> Vec<String> {
        of.iter().map(|at| format!("c{at}")).collect()
    }

    #[test]
    fn of_messages_that_say_the_same_the_one_with_two_copies_was_doubled() {
        let heard = |text: &str, id: &str| Heard { text: text.into(), id: Some(id.into()), at_ms: 0 };
        // The second copy of `a` came before `b`, which says the same: `b` stands where one more was read than typed.
        let read = [heard("ok", "a"), heard("yes", "c"), heard("ok", "a"), heard("ok", "b")];
        assert_eq!(doubled(&read, 3), ["a"]);
        // Each came once, and one of them was not typed.
        let read = [heard("ok", "a"), heard("yes", "c"), heard("ok", "b")];
        assert_eq!(doubled(&read, 2), ["b"]);
        // Nobody knows which of the two stands here.
        let read = [heard("ok", "a"), heard("ok", "b"), heard("ok", "a"), heard("ok", "b")];
        assert_eq!(doubled(&read, 3), ["a", "b"]);
    }

    const SENT: MineState = MineState::Sent;
    const UNCONFIRMED: MineState = MineState::Unconfirmed;

    /// What a visitor typed that the agent has read of it, and what is shown of it at the end, each with its id.
    fn judged(books: Books, typed: &[&str], read: &[&str], shown: &[(&str, MineState)]) -> Figures {
        let id = |text: &str| format!("id-{text}");
        let heard = |text: &&str| Heard { text: (*text).into(), id: Some(id(text)), at_ms: 20 };
        let typed = typed.iter().map(|text| Typed { text: (*text).into(), at_ms: 10, gone: false });
        let mut books = books;
        let talk = books.talks.entry(1).or_default();
        (talk.typed, talk.heard) = (typed.collect(), read.iter().map(heard).collect());
        let own = shown.iter().map(|(text, state)| ((*text).to_owned(), id(text), *state));
        judge(&books, &[Left { visitor: 1, own: own.collect() }], 100)
    }

    /// The answer for `a` was lost. Its centre removes duplicates.
    fn broken(change: impl FnOnce(&mut Books)) -> Vec<String> {
        let mut books = Books::default();
        books.ids.entry("id-a".into()).or_default().insert("centre: reset after");
        // Of some other visitor, at least.
        books.faults.insert("agent: ends the conversation", 1);
        change(&mut books);
        judged(books, &["a"], &["a"], &[("a", UNCONFIRMED)]).failures(&size(1, 1))
    }

    fn ended(books: &mut Books, from_ms: u64, to_ms: Option<u64>) {
        books.talks.entry(1).or_default().over.push(Over { from_ms, to_ms });
    }

    #[test]
    fn whoever_has_a_conversation_can_ask_again() {
        let told = |books: &mut Books| drop(books.told.insert("id-a".into(), vec![20, 60]));
        assert_eq!(broken(|_| {}).len(), 1, "somebody else's ended");
        assert_eq!(broken(told).len(), 1, "somebody else's ended, and this one was asked for");
        let before = |books: &mut Books| {
            told(books);
            ended(books, 30, Some(59));
        };
        assert_eq!(broken(before).len(), 1, "there was the next one already");
        let after = |books: &mut Books| {
            told(books);
            ended(books, 61, None);
        };
        assert_eq!(broken(after).len(), 1, "it ended later");
        assert_eq!(broken(|books| ended(books, 0, None)).len(), 1, "the centre said nothing");
        let meanwhile = |books: &mut Books| {
            told(books);
            ended(books, 30, Some(90));
        };
        assert_eq!(broken(meanwhile), [""; 0]);
    }

    #[test]
    fn what_is_refused_for_good_in_doubt_stays_in_doubt() {
        let denied = |id: &str| broken(|books| books.denied.extend([id.to_owned()]));
        assert_eq!(denied("id-b").len(), 1);
        assert_eq!(denied("id-a"), [""; 0]);
    }

    #[test]
    fn what_the_agent_has_read_is_shown_as_sent() {
        let violations = |state| judged(Books::default(), &["a"], &["a"], &[("a", state)]).violations;
        for state in [MineState::Queued, MineState::Sending, MineState::Failed(None), MineState::FileGone] {
            assert_eq!(violations(state).len(), 1, "{state:?}");
        }
        assert_eq!((violations(SENT), violations(MineState::StoredOffline)), (vec![], vec![]));
        assert_eq!(violations(UNCONFIRMED), [""; 0], "that is judged apart");
    }

    #[test]
    fn every_message_is_shown_once_where_it_was_typed() {
        let violations = |shown: &[&str]| {
            let shown: Vec<_> = shown.iter().map(|text| (*text, SENT)).collect();
            judged(Books::default(), &["a", "ok", "b", "ok"], &["a", "ok", "b", "ok"], &shown).violations
        };
        assert_eq!(violations(&["a", "ok", "b", "ok"]), [""; 0]);
        assert_eq!(violations(&["a", "ok", "b"]), ["v1: \"ok\" was read but is not shown"]);
        assert_eq!(violations(&["a", "ok", "b", "ok", "c"]), ["v1: \"c\" is shown and was never typed"]);
        assert_eq!(violations(&["a", "ok", "b", "b", "ok"]), ["v1: \"b\" is shown twice"]);
        assert_eq!(violations(&["ok", "b", "ok", "a"]).len(), 1);
    }

    /// The cause of a loss, of copies with the proxy, the fault, and whether it came whole. Proxy 2 was killed.
    fn lost(copies: &[(u64, Option<&'static str>, bool)]) -> &'static str {
        let copy = |&(proxy, fault, arrived): &_| HandedOut { proxy, fault, arrived };
        let mut books = Books::default();
        books.killed.insert(2);
        books.handed_out.insert("c".into(), copies.iter().map(copy).collect());
        lost_down(&books, "c")
    }

    #[test]
    fn only_what_takes_an_answer_away_explains_a_loss() {
        let (reset, doubled) = (Some("centre: reset after"), Some("centre: downlink doubled"));
        assert_eq!(lost(&[(1, reset, false)]), "centre: reset after");
        assert_eq!(lost(&[(1, doubled, true)]), UNEXPLAINED);
        assert_eq!(lost(&[(1, Some("centre: late"), true)]), UNEXPLAINED);
        assert_eq!(lost(&[(1, Some("centre: late"), false)]), "centre: late", "too late");
        assert_eq!(lost(&[(1, None, true), (1, reset, false)]), UNEXPLAINED, "one had come");
        assert_eq!(lost(&[]), UNEXPLAINED);
    }

    #[test]
    fn a_loss_is_that_of_the_killed_proxy_that_had_the_message() {
        let reset = Some("centre: reset after");
        assert_eq!(lost(&[(2, None, true)]), "proxy: killed");
        assert_eq!(lost(&[(2, Some("centre: slow"), true)]), "proxy: killed");
        assert_eq!(lost(&[(2, None, false), (1, reset, false)]), "proxy: killed");
        assert_eq!(lost(&[(2, reset, false)]), "centre: reset after", "it never came to that proxy");
        assert_eq!(lost(&[(2, None, true), (1, None, true)]), UNEXPLAINED, "another had it, and lived");
    }

    #[test]
    fn a_copy_comes_to_the_proxy_that_has_asked() {
        let copy = |proxy, arrived| HandedOut { proxy, fault: None, arrived };
        let mut books = Books::default();
        for proxy in [1, 2, 1] {
            books.hand_out("c", copy(proxy, false));
            books.arrived("c", 1);
        }
        assert_eq!(books.handed_out["c"], [copy(1, true), copy(2, false)]);
    }

    #[test]
    fn an_answer_that_was_turned_round_is_turned_back() {
        assert_eq!(arranged(&[0, 3, 2, 1, 4], &[3, 2, 1], &[]), codes(&[0, 1, 2, 3, 4]));
    }

    #[test]
    fn what_was_found_goes_with_what_followed_it() {
        // 3 and 4 were lost, and found before 5, which stands first of those that were turned round.
        assert_eq!(arranged(&[0, 3, 4, 5, 2, 1, 6], &[5, 2, 1], &[3, 4]), codes(&[0, 1, 2, 3, 4, 5, 6]));
        assert_eq!(arranged(&[4, 0, 5, 2, 1, 6], &[5, 2, 1], &[4]), codes(&[4, 0, 1, 2, 5, 6]), "misplaced");
    }

    #[test]
    fn what_came_by_itself_at_a_wrong_place_stays_there() {
        assert_eq!(arranged(&[0, 4, 5, 2, 1, 6], &[5, 2, 1], &[]), codes(&[0, 4, 1, 2, 5, 6]));
    }
}
