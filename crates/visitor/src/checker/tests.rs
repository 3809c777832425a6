use super::{Verdict, compare};
use proptest::prelude::*;
use std::collections::BTreeMap;

fn verdict(said: &str, heard: &str) -> Verdict {
    compare(said.as_bytes(), heard.as_bytes())
}

#[test]
fn what_is_heard_as_said_is_clean() {
    for words in ["", "a", "abc", "aaa", "abab"] {
        assert!(verdict(words, words).is_clean(), "{words}");
    }
}

#[test]
fn a_missing_message_is_lost_and_nothing_else() {
    let found = verdict("abc", "ac");
    assert_eq!((found.lost, found.moved, found.duplicated), (vec![1], vec![], vec![]));
}

#[test]
fn of_two_equal_texts_the_one_that_keeps_the_order_was_heard() {
    assert_eq!(verdict("aba", "ab").lost, [2]);
    assert_eq!(verdict("aba", "ba").lost, [0]);
}

#[test]
fn a_repetition_said_on_purpose_is_no_duplicate_and_one_more_is() {
    assert!(verdict("aab", "aab").is_clean());
    let found = verdict("aab", "aaab");
    assert_eq!((found.duplicated.len(), found.lost.len(), found.moved.len()), (1, 0, 0));
    let found = verdict("aba", "aaba");
    assert_eq!((found.duplicated.len(), found.moved.len()), (1, 0));
}

#[test]
fn what_nobody_said_is_unexpected() {
    assert_eq!(verdict("ab", "axb").unexpected, [1]);
}

#[test]
fn the_fewest_moves_explain_another_order() {
    assert_eq!(verdict("abcd", "dabc").moved, [3]);
    assert_eq!(verdict("ab", "ba").moved.len(), 1);
    assert_eq!(verdict("abc", "cba").moved.len(), 2);
}

#[test]
fn faults_of_several_kinds_are_told_apart() {
    let found = verdict("abcde", "abbxdc");
    assert_eq!(found.lost, [4]);
    assert_eq!(found.duplicated, [(2, 1)]);
    assert_eq!(found.unexpected, [3]);
    assert_eq!(found.moved.len(), 1);
}

fn counts(words: &[u8]) -> BTreeMap<u8, usize> {
    words.iter().fold(BTreeMap::new(), |mut counts, word| {
        *counts.entry(*word).or_default() += 1;
        counts
    })
}

/// Every way of leaving things out, for the longest common subsequence by brute force.
fn longest(said: &[u8], heard: &[u8]) -> usize {
    let is_in = |chosen: &[u8]| {
        let mut rest = heard.iter();
        chosen.iter().all(|word| rest.any(|other| other == word))
    };
    (0u32..1 << said.len())
        .map(|mask| {
            said.iter().enumerate().filter(|(at, _)| mask >> at & 1 == 1).map(|(_, word)| *word).collect()
        })
        .filter(|chosen: &Vec<u8>| is_in(chosen))
        .map(|chosen| chosen.len())
        .max()
        .unwrap_or(0)
}

proptest! {
    #[test]
    fn counts_agree_with_multisets(
        said in prop::collection::vec(0u8..4, 0..12),
        heard in prop::collection::vec(0u8..5, 0..12),
    ) {
        let found = compare(&said, &heard);
        let (say, hear) = (counts(&said), counts(&heard));
        let of = |counts: &BTreeMap<u8, usize>, word: &u8| counts.get(word).copied().unwrap_or(0);
        let lost: usize = say.iter().map(|(word, n)| n.saturating_sub(of(&hear, word))).sum();
        let more: usize = hear.iter().map(|(word, n)| n.saturating_sub(of(&say, word))).sum();
        let unknown: usize = hear.iter().filter(|(word, _)| of(&say, word) == 0).map(|(_, n)| n).sum();
        prop_assert_eq!(found.lost.len(), lost);
        prop_assert_eq!(found.unexpected.len(), unknown);
        prop_assert_eq!(found.duplicated.len(), more - unknown);
        let matched = found.heard_at.iter().flatten().count();
        prop_assert_eq!(matched + lost, said.len());
        prop_assert_eq!(matched + more, heard.len());
        prop_assert_eq!(matched - found.moved.len(), longest(&said, &heard));
    }

    #[test]
    fn partners_are_equal_and_nobody_has_two(
        said in prop::collection::vec(0u8..4, 0..12),
        heard in prop::collection::vec(0u8..4, 0..12),
    ) {
        let found = compare(&said, &heard);
        let mut places: Vec<usize> = found.heard_at.iter().flatten().copied().collect();
        for (at, place) in found.heard_at.iter().enumerate() {
            if let Some(place) = place {
                prop_assert_eq!(said.get(at), heard.get(*place));
            }
        }
        places.sort_unstable();
        let before = places.len();
        places.dedup();
        prop_assert_eq!(places.len(), before);
    }

    #[test]
    fn leaving_out_distinct_messages_loses_exactly_those(
        length in 0usize..20,
        mask in any::<u32>(),
    ) {
        let said: Vec<usize> = (0..length).collect();
        let heard: Vec<usize> = said.iter().copied().filter(|at| mask >> at & 1 == 0).collect();
        let found = compare(&said, &heard);
        let gone: Vec<usize> = said.iter().copied().filter(|at| mask >> at & 1 == 1).collect();
        prop_assert_eq!(found.lost, gone);
        prop_assert!(found.moved.is_empty() && found.duplicated.is_empty() && found.unexpected.is_empty());
    }
}
