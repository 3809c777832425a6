//! Addresses in header fields, and their parameters (RFC 3261 §20.10).

/// The address in angle brackets, or the bare one, without the field's parameters.
pub(crate) fn uri(field: &str) -> &str {
    let (uri, _) = split(field);
    uri
}

/// A parameter of the field, not of the address inside it. One without a value is empty.
pub(crate) fn param<'a>(field: &'a str, name: &str) -> Option<&'a str> {
    let (_, params) = split(field);
    params.split(';').find_map(|param| {
        let (own, value) = param.split_once('=').unwrap_or((param, ""));
        own.trim().eq_ignore_ascii_case(name).then(|| value.trim().trim_matches('"'))
    })
}

fn split(field: &str) -> (&str, &str) {
    let outside = after_quoted_name(field);
    match outside.find('<') {
        Some(open) => {
            let rest = outside.get(open + 1..).unwrap_or_default();
            rest.split_once('>').unwrap_or((rest, ""))
        }
        None => {
            let (uri, params) = outside.split_once(';').unwrap_or((outside, ""));
            (uri.trim(), params)
        }
    }
}

/// What follows a display name in quotation marks, in which anything may stand.
fn after_quoted_name(field: &str) -> &str {
    let field = field.trim_start();
    let Some(inside) = field.strip_prefix('"') else { return field };
    let mut escaped = false;
    for (at, letter) in inside.char_indices() {
        match letter {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return inside.get(at + 1..).unwrap_or_default(),
            _ => {}
        }
    }
    ""
}

/// The user of `sip:user@host`, empty when there is none.
pub(crate) fn user(uri: &str) -> &str {
    let rest = uri.split_once(':').map_or("", |(_, rest)| rest);
    let user = rest.split_once('@').map_or("", |(user, _)| user);
    user.split([':', ';']).next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn addresses_and_parameters() {
        for (field, address, tag) in [
            ("<sip:a@b;transport=ws>;tag=1", "sip:a@b;transport=ws", Some("1")),
            ("sip:a@b;tag=1", "sip:a@b", Some("1")),
            ("\"x <y>; tag=9 \\\" z\" <sip:a@b> ; TAG = 1", "sip:a@b", Some("1")),
            ("Name <sip:a@b;tag=2>", "sip:a@b;tag=2", None),
            ("<sip:a@b>;lr;tag", "sip:a@b", Some("")),
            ("\"never closed <sip:a@b>;tag=1", "", None),
            ("<sip:a@b;tag=1", "sip:a@b;tag=1", None),
        ] {
            assert_eq!((uri(field), param(field, "tag")), (address, tag), "{field}");
        }
        for (address, name) in [
            ("sip:1000@h", "1000"),
            ("sips:a:pw@h:5", "a"),
            ("sip:+1;x=2@h", "+1"),
            ("sip:h", ""),
            ("1000", ""),
        ] {
            assert_eq!(user(address), name);
        }
    }

    proptest! {
        #[test]
        fn nothing_makes_them_panic(field in "\\PC{0,80}|[\"<>;:=@\\\\a ]{0,40}") {
            let _ = (uri(&field), param(&field, "tag"), user(&field));
        }
    }
}
