//! Access tokens of the integrator and tokens of visitors. Pure: time is given.

use std::collections::{BTreeMap, VecDeque};

use crate::ids::Seeded;

type Ms = u64;

const ACCESS_MAX: usize = 10_000;
const VISITOR_MAX: usize = 200_000;

/// A map that forgets its oldest entry when it is full.
#[derive(Debug)]
struct Bounded<T> {
    entries: BTreeMap<String, T>,
    order: VecDeque<String>,
    max: usize,
}

impl<T> Bounded<T> {
    fn new(max: usize) -> Bounded<T> {
        Bounded { entries: BTreeMap::new(), order: VecDeque::new(), max }
    }

    fn insert(&mut self, token: String, value: T) {
        while self.order.len() >= self.max {
            if let Some(oldest) = self.order.pop_front() {
                self.entries.remove(&oldest);
            }
        }
        self.order.push_back(token.clone());
        self.entries.insert(token, value);
    }
}

#[derive(Debug)]
struct VisitorToken {
    user: String,
    expires_ms: Ms,
    /// The token that follows, and until when this one is accepted beside it.
    successor: Option<(String, Ms)>,
}

/// Lifetimes of visitor tokens.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Lifetimes {
    pub(crate) visitor_ms: Ms,
    pub(crate) grace_ms: Ms,
    /// Is a token replaced at every use, and not only when it has lapsed?
    pub(crate) always: bool,
}

/// A visitor recognised by a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Known {
    pub(crate) user: String,
    /// The token to use from now on.
    pub(crate) renewed: Option<String>,
}

/// All tokens given out.
#[derive(Debug)]
pub(crate) struct Tokens {
    ids: Seeded,
    access: Bounded<Ms>,
    visitors: Bounded<VisitorToken>,
}

impl Tokens {
    pub(crate) fn new(seed: u64) -> Tokens {
        Tokens {
            ids: Seeded::of(seed, &["tokens"], 0),
            access: Bounded::new(ACCESS_MAX),
            visitors: Bounded::new(VISITOR_MAX),
        }
    }

    pub(crate) fn new_access(&mut self, now: Ms, lifetime_ms: Ms) -> String {
        let token = format!("at-{}", self.ids.token());
        self.access.insert(token.clone(), now.saturating_add(lifetime_ms));
        token
    }

    pub(crate) fn access_is_valid(&self, now: Ms, token: &str) -> bool {
        self.access.entries.get(token).is_some_and(|expires| now < *expires)
    }

    pub(crate) fn new_visitor(&mut self, now: Ms, user: &str, lifetime_ms: Ms) -> String {
        // The escape is part of the opaque text: whoever decodes it is refused.
        let token = format!("{}%3D", self.ids.token());
        let value = VisitorToken {
            user: user.to_owned(),
            expires_ms: now.saturating_add(lifetime_ms),
            successor: None,
        };
        self.visitors.insert(token.clone(), value);
        token
    }

    /// Recognises a visitor. A lapsed token is good only inside a session, brings its successor, and is accepted
    /// beside it until the grace is over, so that one lost answer does not lock the visitor out.
    pub(crate) fn visitor(
        &mut self,
        now: Ms,
        token: &str,
        lifetimes: Lifetimes,
        in_session: impl FnOnce(&str) -> bool,
    ) -> Option<Known> {
        let known = self.visitors.entries.get(token)?;
        let user = known.user.clone();
        let (lapsed, in_session) = (now >= known.expires_ms, in_session(&user));
        if !(lapsed || lifetimes.always && in_session) {
            return Some(Known { user, renewed: None });
        }
        if !in_session {
            return None;
        }
        if let Some((successor, until)) = &known.successor {
            return (now < *until).then(|| Known { user, renewed: Some(successor.clone()) });
        }
        let successor = self.new_visitor(now, &user, lifetimes.visitor_ms);
        if let Some(known) = self.visitors.entries.get_mut(token) {
            known.successor = Some((successor.clone(), now.saturating_add(lifetimes.grace_ms)));
        }
        Some(Known { user, renewed: Some(successor) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIFE: Lifetimes = Lifetimes { visitor_ms: 1_000, grace_ms: 100, always: false };

    #[test]
    fn an_access_token_lapses_on_its_millisecond() {
        let mut tokens = Tokens::new(1);
        let token = tokens.new_access(0, 600);
        assert!(tokens.access_is_valid(599, &token));
        assert!(!tokens.access_is_valid(600, &token));
        assert!(!tokens.access_is_valid(0, "at-other"));
    }

    #[test]
    fn a_lapsed_visitor_token_is_renewed_once_inside_a_session() {
        let mut tokens = Tokens::new(1);
        let old = tokens.new_visitor(0, "v", 1_000);
        let first = tokens.visitor(1_000, &old, LIFE, |_| true).expect("in session");
        let new = first.renewed.clone().expect("renewed");
        assert_eq!(tokens.visitor(1_099, &old, LIFE, |_| true), Some(first));
        assert_eq!(tokens.visitor(1_100, &old, LIFE, |_| true), None, "the grace is over");
        assert_eq!(
            tokens.visitor(1_999, &new, LIFE, |_| false),
            Some(Known { user: "v".into(), renewed: None })
        );
    }

    #[test]
    fn a_lapsed_visitor_token_without_a_session_is_refused() {
        let mut tokens = Tokens::new(1);
        let token = tokens.new_visitor(0, "v", 1_000);
        assert_eq!(tokens.visitor(1_000, &token, LIFE, |_| false), None);
        assert_eq!(tokens.visitor(0, token.trim_end_matches("%3D"), LIFE, |_| true), None);
    }

    #[test]
    fn the_oldest_token_makes_room() {
        let mut bounded = Bounded::new(2);
        ["a", "b", "c"].iter().for_each(|token| bounded.insert((*token).to_owned(), ()));
        assert_eq!(bounded.entries.keys().collect::<Vec<_>>(), ["b", "c"]);
    }
}
