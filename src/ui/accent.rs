//! Whether text in the accent colour can be read, whatever colour a website takes. The style sheet calculates it; this
//! calculates the same with its numbers.

const STYLES: &str = include_str!("base.css");

/// What can be read needs so much (WCAG 2.2, 1.4.3).
const ENOUGH: f64 = 4.5;

/// Red, green, blue, each from 0 to 1 as a screen takes it.
type Colour = [f64; 3];

/// The number after this in the style sheet.
fn number(after: &str) -> f64 {
    let (_, rest) = STYLES.split_once(after).expect(after);
    let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.').expect("an end");
    rest.get(..end).expect("digits").parse().expect("a number")
}

/// The colour of this name in one look: `from` is where that begins.
fn ground(from: &str, name: &str) -> Colour {
    let (_, look) = STYLES.split_once(from).expect(from);
    let (_, rest) = look.split_once(&format!("  --{name}: #")).expect(name);
    let digits = rest.split(';').next().expect("a colour");
    let wide: String =
        if digits.len() == 3 { digits.chars().flat_map(|c| [c, c]).collect() } else { digits.into() };
    let all = u32::from_str_radix(&wide, 16).expect("digits");
    [16, 8, 0].map(|shift| f64::from(all >> shift & 0xff) / 255.0)
}

/// `color-mix(in srgb, …)`
fn mix(colour: Colour, percent: f64, with: Colour) -> Colour {
    [0, 1, 2].map(|at| colour[at] * percent / 100.0 + with[at] * (1.0 - percent / 100.0))
}

fn luminance(colour: Colour) -> f64 {
    let [red, green, blue] =
        colour.map(|c| if c <= 0.04045 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) });
    0.2126 * red + 0.7152 * green + 0.0722 * blue
}

fn contrast(one: f64, other: f64) -> f64 {
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

/// What a website may take: eleven steps of each channel.
fn accents() -> impl Iterator<Item = Colour> {
    (0..11 * 11 * 11).map(|n| [n / 121, n / 11 % 11, n % 11].map(|step| f64::from(step) / 10.0))
}

/// The least contrast of the accent's text on this look's grounds, and the accent.
fn worst(look: &str, soft_percent: f64, text: impl Fn(Colour) -> f64) -> (f64, Colour) {
    let plain = ["ground", "sunken", "raised", "theirs"].map(|name| ground(look, name));
    let all = accents().flat_map(|accent| {
        let soft = mix(accent, soft_percent, plain[0]);
        let least = plain.into_iter().chain([soft]).map(|on| contrast(luminance(on), text(accent)));
        [(least.fold(f64::MAX, f64::min), accent)]
    });
    all.min_by(|one, other| one.0.total_cmp(&other.0)).expect("accents")
}

#[test]
fn text_in_any_accent_can_be_read_on_a_light_ground() {
    let (share, most) = (number("from color-mix(in srgb, var(--accent) "), number("min(1, "));
    // What the style sheet does to the light cuts all of it by the same share.
    let text = |accent| luminance(mix(accent, share, [0.0; 3])).min(most);
    let soft = number("--accent-soft: color-mix(in srgb, var(--accent) ");
    let (least, accent) = worst(".fd-root {", soft, text);
    assert!(least >= ENOUGH, "{least} with {accent:?}");
    // The usual accent is dark enough as it is.
    let usual = mix([0x14, 0x56, 0xd6].map(|part: u8| f64::from(part) / 255.0), share, [0.0; 3]);
    assert!(luminance(usual) < most);
}

#[test]
fn text_in_any_accent_can_be_read_on_a_dark_ground() {
    for look in [".fd-root[data-theme='dark'] {", ".fd-root:not([data-theme='light']) {"] {
        let (_, dark) = STYLES.split_once(look).expect(look);
        let percent = |name: &str| {
            let (_, rest) = dark.split_once(name).expect(name);
            let digits = rest.split('%').next().expect("a share");
            digits.parse::<f64>().expect("a number")
        };
        let share = percent("--accent-text: color-mix(in srgb, var(--accent) ");
        let soft = percent("--accent-soft: color-mix(in srgb, var(--accent) ");
        let (least, accent) = worst(look, soft, |accent| luminance(mix(accent, share, [1.0; 3])));
        assert!(least >= ENOUGH, "{least} with {accent:?}");
    }
}
