//! The table of what the browser measured.

use std::fmt::Write as _;

use anyhow::{Context as _, Result, bail};

const LENGTHS: [u32; 3] = [100, 1000, 10_000];
/// Appending to the longest conversation costs at most so much of what it costs in the shortest.
const RATIO_TARGET: f64 = 1.5;
/// Megabytes of the longest conversation above the empty panel, of every kind together.
const MEMORY_TARGET: f64 = 30.0;

/// What was measured, in the order of the cases.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Subject {
    Widget,
    /// A paragraph per message, in blocks that the browser may skip.
    Floor,
    /// A paragraph per message, all in one element.
    Plain,
}

impl Subject {
    const ALL: [Self; 3] = [Self::Widget, Self::Floor, Self::Plain];

    fn name(self) -> &'static str {
        match self {
            Self::Widget => "widget",
            Self::Floor => "floor",
            Self::Plain => "plain",
        }
    }
}

/// Figures of one document.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Case {
    subject: Subject,
    messages: u32,
    figures: Figures,
}

#[derive(Clone, Copy, Debug, PartialEq)]
struct Figures {
    /// Median milliseconds of one message more: until laid out.
    laid_out: f64,
    /// The same until the main thread has drawn the frame.
    drawn: f64,
    /// Milliseconds of all messages at once.
    load: f64,
    /// Bytes above the empty list.
    heap: f64,
    wasm: f64,
    dom: f64,
}

impl Case {
    /// Reads `[case, messages, …figures]`.
    pub(super) fn parse(text: &str) -> Result<Self> {
        let fault = || format!("the page reported what is no result: {text}");
        let list = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).with_context(fault)?;
        let numbers: Vec<f64> =
            list.split(',').map(str::parse).collect::<Result<_, _>>().with_context(fault)?;
        match *numbers {
            [case, messages, laid_out, drawn, load, heap, wasm, dom]
                if numbers.iter().all(|number| number.is_finite()) =>
            {
                let subjects = Subject::ALL.into_iter().cycle();
                Ok(Self {
                    subject: subjects
                        .take(case as usize % Subject::ALL.len() + 1)
                        .last()
                        .with_context(fault)?,
                    messages: messages as u32,
                    figures: Figures { laid_out, drawn, load, heap, wasm, dom },
                })
            }
            _ => bail!(fault()),
        }
    }
}

/// The median of the rounds, figure by figure.
fn median(cases: &[Case], subject: Subject, messages: u32) -> Result<Figures> {
    let of = |figure: fn(&Figures) -> f64| {
        let mut values: Vec<f64> = cases
            .iter()
            .filter(|case| case.subject == subject && case.messages == messages)
            .map(|case| figure(&case.figures))
            .collect();
        values.sort_by(f64::total_cmp);
        values.get(values.len() / 2).copied().with_context(|| format!("nothing came for {messages} messages"))
    };
    Ok(Figures {
        laid_out: of(|all| all.laid_out)?,
        drawn: of(|all| all.drawn)?,
        load: of(|all| all.load)?,
        heap: of(|all| all.heap)?,
        wasm: of(|all| all.wasm)?,
        dom: of(|all| all.dom)?,
    })
}

fn mb(bytes: f64) -> f64 {
    bytes / 1_000_000.0
}

fn verdict(met: bool) -> &'static str {
    if met { "met" } else { "missed" }
}

/// The table, and which targets are met.
pub(super) fn table(cases: &[Case]) -> Result<String> {
    let mut text = format!(
        "{:<8} {:>9} {:>10} {:>9} {:>8} {:>8} {:>8} {:>8} {:>8} {:>8}\n",
        "",
        "messages",
        "append ms",
        "of layout",
        "to 100",
        "to floor",
        "JS MB",
        "WASM MB",
        "DOM MB",
        "load ms"
    );
    for subject in Subject::ALL {
        let name = subject.name();
        let first = median(cases, subject, 100)?;
        for messages in LENGTHS {
            let own = median(cases, subject, messages)?;
            let floor = median(cases, Subject::Floor, messages)?;
            writeln!(
                text,
                "{name:<8} {messages:>9} {:>10.2} {:>9.2} {:>8.2} {:>8.2} {:>8.2} {:>8.2} {:>8.2} {:>8.0}",
                own.drawn,
                own.laid_out,
                own.drawn / first.drawn,
                own.drawn / floor.drawn,
                mb(own.heap),
                mb(own.wasm),
                mb(own.dom),
                own.load,
            )?;
        }
    }
    let (short, long) = (median(cases, Subject::Widget, 100)?, median(cases, Subject::Widget, 10_000)?);
    let ratio = long.drawn / short.drawn;
    let memory = mb(long.heap + long.wasm + long.dom);
    text.push_str(
        "append: median of 50, from the call until the main thread has drawn the frame; \"of layout\": until laid out.\n\
         MB above the empty list, after garbage was collected. Medians of 3 rounds.\n\
         floor: a paragraph per message, in blocks that the browser may skip; plain: without blocks.\n",
    );
    writeln!(
        text,
        "target: append to 10,000 relative to 100 at most {RATIO_TARGET}: {ratio:.2}, {}",
        verdict(ratio <= RATIO_TARGET)
    )?;
    write!(
        text,
        "target: memory of 10,000 at most {MEMORY_TARGET} MB, all kinds together: {memory:.1}, {}",
        verdict(memory <= MEMORY_TARGET)
    )?;
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn case(number: u32, messages: u32, drawn: f64) -> Case {
        Case::parse(&format!("[{number},{messages},1,{drawn},3,4000000,5e6,6000000]")).unwrap()
    }

    #[test]
    fn the_subjects_take_turns() {
        let subjects: Vec<_> = (0..4).map(|number| case(number, 100, 2.0).subject).collect();
        assert_eq!(subjects, [Subject::Widget, Subject::Floor, Subject::Plain, Subject::Widget]);
    }

    #[test]
    fn what_is_no_list_of_numbers_is_refused() {
        for wrong in ["", "[]", "[1,2]", "{}", "[0,100,1,2,3,4,5,x]", "[0,100,1,2,3,4,5,NaN]"] {
            assert!(Case::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn the_table_holds_medians_and_names_what_is_missed() {
        let mut cases = Vec::new();
        for (round, drawn) in [2.0, 90.0, 1.0].into_iter().enumerate() {
            for (at, messages) in (0..).zip(LENGTHS) {
                let number = 9 * round as u32 + 3 * at;
                let slower = if messages == 10_000 { 2.0 } else { 1.0 };
                cases.extend([
                    case(number, messages, drawn * slower),
                    case(number + 1, messages, drawn),
                    case(number + 2, messages, drawn),
                ]);
            }
        }
        let table = table(&cases).unwrap();
        assert!(table.contains("10000       4.00"), "{table}");
        assert!(table.contains("2.00, missed") && table.contains("15.0, met"), "{table}");
        assert!(super::table(&cases[..1]).is_err());
    }
}
