//! Addresses of calls: the links by which an agent invites a visitor to one.

use url::Url;

/// Which links are invitations to a call. The centre prints no form of them, so that the operator names them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CallLinks(Vec<CallLink>);

/// One address, or all that begin with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallLink {
    address: Url,
    prefix: bool,
    video: bool,
}

impl CallLinks {
    /// From the patterns of voice calls and those of calls with picture.
    ///
    /// # Errors
    /// What is wrong with the first pattern that is not of the form of [`CallLink::read`].
    pub fn read(voice: &[String], video: &[String]) -> Result<Self, String> {
        let links = voice.iter().map(|pattern| CallLink::read(pattern, false));
        let links = links.chain(video.iter().map(|pattern| CallLink::read(pattern, true)));
        links.collect::<Result<_, _>>().map(Self)
    }

    /// Whether the address is an invitation, and to a call with picture.
    pub fn video(&self, address: &Url) -> Option<bool> {
        self.0.iter().find(|link| link.is(address)).map(|link| link.video)
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// All of both.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.0.extend(other.0);
        self
    }
}

impl CallLink {
    /// Reads `https://host/path` or `https://host/path*`.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn read(pattern: &str, video: bool) -> Result<Self, String> {
        let (text, prefix) = pattern.strip_suffix('*').map_or((pattern, false), |text| (text, true));
        let wrong = |why: &str| format!("`{pattern}`: {why}");
        if text.contains('*') {
            return Err(wrong("a `*` may stand at the end only"));
        }
        let address = Url::parse(text).map_err(|error| wrong(&error.to_string()))?;
        if address.scheme() != "https" {
            return Err(wrong("not https"));
        }
        if !address.username().is_empty() || address.password().is_some() {
            return Err(wrong("holds a user name"));
        }
        if address.fragment().is_some() {
            return Err(wrong("holds a `#`"));
        }
        // `https://host*` would also be `https://host.elsewhere`.
        let after = text.get("https://".len()..).unwrap_or_default();
        if prefix && !after.contains('/') {
            return Err(wrong("a `*` needs a path before it, such as `https://host/*`"));
        }
        Ok(Self { address, prefix, video })
    }

    fn is(&self, address: &Url) -> bool {
        let same_place = address.scheme() == self.address.scheme()
            && address.host() == self.address.host()
            && address.port_or_known_default() == self.address.port_or_known_default();
        let (wanted, found) = (path_and_query(&self.address), path_and_query(address));
        same_place && if self.prefix { found.starts_with(&wanted) } else { found == wanted }
    }
}

fn path_and_query(address: &Url) -> String {
    match address.query() {
        Some(query) => format!("{}?{query}", address.path()),
        None => address.path().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::CallLinks;

    #[test]
    fn a_pattern_is_an_address_or_a_beginning() {
        let voice = ["https://call.example/join*".to_owned(), "https://call.example/now".to_owned()];
        let video = ["https://video.example:8443/*".to_owned()];
        let links = CallLinks::read(&voice, &video).unwrap();
        for (address, expected) in [
            ("https://call.example/join", Some(false)),
            ("https://CALL.example:443/join?room=1", Some(false)),
            ("https://call.example/now", Some(false)),
            ("https://call.example/now?x=1", None),
            ("https://call.example/other/../join/7#x", Some(false)),
            ("http://call.example/join", None),
            ("https://call.example.evil.example/join", None),
            ("https://call.example:444/join", None),
            ("https://video.example:8443/x", Some(true)),
            ("https://video.example/x", None),
        ] {
            assert_eq!(links.video(&address.parse().unwrap()), expected, "{address}");
        }
    }

    #[test]
    fn a_wrong_pattern_is_explained() {
        for (pattern, why) in [
            ("https://call.example*", "a `*` needs a path before it"),
            ("https://*.example/join", "at the end only"),
            ("http://call.example/join*", "not https"),
            ("call.example/join", "relative URL"),
            ("https://u:p@call.example/join", "user name"),
            ("https://call.example/#join", "a `#`"),
        ] {
            let told = CallLinks::read(&[pattern.to_owned()], &[]).unwrap_err();
            assert!(told.contains(why) && told.contains(pattern), "{told}");
        }
    }
}
