//! Those who type: visitors at their keyboards, and an agent at the centre's desk.

pub mod agent;
pub mod visitor;

/// What the `nth` message of somebody says: mostly something of its own, now and then the same as others, now and then
/// what is hard to carry.
pub fn text(who: &str, nth: u64) -> String {
    match nth % 10 {
        3 => "ok".to_owned(),
        5 => format!("{who}{nth} 👩‍👩‍👧‍👦 שלום 您好 é"),
        7 => format!("{who}{nth} {}long", "long ".repeat(40)),
        8 => format!("{who}{nth} \"quoted\" \\n {{\"messageCode\": 1}}"),
        _ => format!("{who}{nth}"),
    }
}
