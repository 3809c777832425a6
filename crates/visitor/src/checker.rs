//! Compares what was said with what was heard, one direction of one conversation at a time. Words as in Jepsen's
//! `total-queue`: lost, duplicated, unexpected; and moved, for what came out of order.
//!
//! Texts may repeat, so equality alone does not say which copy is which. The longest common subsequence decides first:
//! it explains the most with nothing moved. What is left over is paired text by text, in order, and counts as moved.

/// What became of everything said and everything heard, by positions.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verdict {
    /// For each thing said, where it was heard.
    pub heard_at: Vec<Option<usize>>,
    /// Positions of things said that were never heard.
    pub lost: Vec<usize>,
    /// Things heard once more than they were said: position heard, and position of a thing said that equals it.
    pub duplicated: Vec<(usize, usize)>,
    /// Positions of things heard that nobody said.
    pub unexpected: Vec<usize>,
    /// Positions of things said that were heard at another place in the order: the fewest that explain it.
    pub moved: Vec<usize>,
}

impl Verdict {
    /// Everything was heard once, in order, and nothing else.
    pub fn is_clean(&self) -> bool {
        self.lost.is_empty()
            && self.duplicated.is_empty()
            && self.unexpected.is_empty()
            && self.moved.is_empty()
    }
}

/// Compares. Cost is the product of both lengths; conversations are short.
pub fn compare<T: PartialEq>(said: &[T], heard: &[T]) -> Verdict {
    let mut heard_at = in_order(said, heard);
    let mut taken = vec![false; heard.len()];
    for at in heard_at.iter().flatten() {
        if let Some(taken) = taken.get_mut(*at) {
            *taken = true;
        }
    }
    let mut verdict = Verdict::default();
    for (at, (word, found)) in said.iter().zip(&mut heard_at).enumerate() {
        if found.is_some() {
            continue;
        }
        let other =
            heard.iter().zip(&mut taken).enumerate().find(|(_, (heard, taken))| !**taken && *heard == word);
        match other {
            Some((place, (_, taken))) => {
                *taken = true;
                *found = Some(place);
                verdict.moved.push(at);
            }
            None => verdict.lost.push(at),
        }
    }
    for (at, (word, taken)) in heard.iter().zip(&taken).enumerate() {
        if !taken {
            match said.iter().rposition(|said| said == word) {
                Some(origin) => verdict.duplicated.push((at, origin)),
                None => verdict.unexpected.push(at),
            }
        }
    }
    verdict.heard_at = heard_at;
    verdict
}

/// A longest common subsequence: for each thing said, its partner. Earlier partners are preferred.
fn in_order<T: PartialEq>(said: &[T], heard: &[T]) -> Vec<Option<usize>> {
    let width = heard.len() + 1;
    // Longest common subsequence of the tails that begin at (i, j).
    let mut longest = vec![0usize; (said.len() + 1) * width];
    let at = |i: usize, j: usize| i * width + j;
    let read = |table: &[usize], i, j| table.get(at(i, j)).copied().unwrap_or(0);
    for (i, word) in said.iter().enumerate().rev() {
        for (j, other) in heard.iter().enumerate().rev() {
            let length = if word == other {
                read(&longest, i + 1, j + 1) + 1
            } else {
                read(&longest, i + 1, j).max(read(&longest, i, j + 1))
            };
            if let Some(cell) = longest.get_mut(at(i, j)) {
                *cell = length;
            }
        }
    }
    let mut partners = Vec::with_capacity(said.len());
    let mut j = 0;
    for (i, word) in said.iter().enumerate() {
        let want = read(&longest, i, j);
        let partner = (j..heard.len())
            .take_while(|k| read(&longest, i, *k) == want)
            .find(|k| heard.get(*k) == Some(word) && want > 0);
        j = partner.map_or(j, |k| k + 1);
        partners.push(partner);
    }
    partners
}

#[cfg(test)]
mod tests;
