//! Which of the stored encodings a client takes.

use axum::http::HeaderMap;
use axum::http::header::ACCEPT_ENCODING;

/// A form in which a file is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Encoding {
    Brotli,
    Gzip,
    Identity,
}

impl Encoding {
    /// Its name on the wire; none for the plain file.
    pub(super) fn name(self) -> Option<&'static str> {
        match self {
            Self::Brotli => Some("br"),
            Self::Gzip => Some("gzip"),
            Self::Identity => None,
        }
    }
}

/// The best of the stored encodings by the client's weights; of equal weights the smaller file.
pub(super) fn choose(headers: &HeaderMap, brotli: bool, gzip: bool) -> Encoding {
    let mut best = (Encoding::Identity, 0);
    for (encoding, stored) in [(Encoding::Gzip, gzip), (Encoding::Brotli, brotli)] {
        let weight = encoding.name().map_or(0, |name| weight(headers, name));
        if stored && weight > 0 && weight >= best.1 {
            best = (encoding, weight);
        }
    }
    best.0
}

/// The weight of an encoding in thousandths; a name counts before the star.
fn weight(headers: &HeaderMap, encoding: &str) -> u32 {
    let mut star = 0;
    let lines = headers.get_all(ACCEPT_ENCODING).iter().filter_map(|line| line.to_str().ok());
    for item in lines.flat_map(|line| line.split(',')) {
        let mut parts = item.split(';');
        let name = parts.next().unwrap_or_default().trim();
        let q = parts.find_map(|part| part.trim().strip_prefix("q="));
        let weight =
            q.map_or(1000, |q| q.trim().parse::<f32>().map_or(0, |q| (q.clamp(0.0, 1.0) * 1000.0) as u32));
        if name.eq_ignore_ascii_case(encoding) {
            return weight;
        }
        if name == "*" {
            star = weight;
        }
    }
    star
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    #[test]
    fn weights_decide_and_brotli_wins_a_draw() {
        for (accept, expected) in [
            ("gzip, deflate, br", Encoding::Brotli),
            ("br;q=0.5, gzip", Encoding::Gzip),
            ("br;q=0, gzip;q=0", Encoding::Identity),
            ("gzip;q=0.1", Encoding::Gzip),
            ("*", Encoding::Brotli),
            ("*;q=0.5, br;q=0", Encoding::Gzip),
            ("BR", Encoding::Brotli),
            ("br;q=nonsense", Encoding::Identity),
            ("identity", Encoding::Identity),
            ("", Encoding::Identity),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(ACCEPT_ENCODING, HeaderValue::from_static(accept));
            assert_eq!(choose(&headers, true, true), expected, "{accept}");
            assert_eq!(choose(&headers, false, false), Encoding::Identity, "{accept}");
        }
        assert_eq!(choose(&HeaderMap::new(), true, true), Encoding::Identity);
    }
}
