//! Days in a row belong together: Monday to Friday rather than five days.

/// First and last of the days that follow each other, 1 is Monday. Days twice or out of order are put right; what is no
/// day is left out.
pub fn runs(days: &[u8]) -> Vec<(u8, u8)> {
    let mut days: Vec<u8> = days.iter().copied().filter(|day| (1..=7).contains(day)).collect();
    days.sort_unstable();
    days.dedup();
    let mut runs: Vec<(u8, u8)> = Vec::new();
    for day in days {
        match runs.last_mut() {
            Some((_, last)) if *last + 1 == day => *last = day,
            _ => runs.push((day, day)),
        }
    }
    runs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_in_a_row_are_one() {
        assert_eq!(runs(&[1, 2, 3, 4, 5]), [(1, 5)]);
        assert_eq!(runs(&[7, 6, 1, 1]), [(1, 1), (6, 7)]);
        assert_eq!(runs(&[3]), [(3, 3)]);
        assert_eq!(runs(&[0, 8, 255]), []);
        assert_eq!(runs(&[]), []);
    }
}
