//! Where pictures of agents and robots may be fetched.

use super::address::{keeps_secrets, origins};
use reqwest::Url;

/// The most origins of one desk.
const MOST: usize = 16;
/// The longest address of a picture, in bytes.
const LONGEST: usize = 2_048;

/// The origins that pictures of agents and robots are fetched from. A centre may name any address; the operator names those
/// who may be asked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PictureOrigins(Vec<String>);

impl PictureOrigins {
    /// From exact origins: https, or http on this machine.
    ///
    /// # Errors
    /// What is wrong with the first that is not of this form, or that there are too many.
    pub fn read(list: Vec<String>) -> Result<Self, String> {
        if list.len() > MOST {
            return Err(format!("{} origins, {MOST} at most", list.len()));
        }
        let list = origins(list)?;
        match list.iter().find(|origin| !keeps_secrets(origin)) {
            Some(origin) => Err(format!("`{origin}` is not https")),
            None => Ok(Self(list)),
        }
    }

    /// The address as it is asked, if it is one of a picture that may be fetched. What stands after `#` is left out.
    pub fn address(&self, text: &str) -> Option<Url> {
        if self.0.is_empty() || text.len() > LONGEST {
            return None;
        }
        let mut url = Url::parse(text).ok()?;
        url.set_fragment(None);
        let origin = url.origin().ascii_serialization();
        // Others have an origin within them.
        let web = matches!(url.scheme(), "https" | "http");
        let bare = url.username().is_empty() && url.password().is_none();
        (web && bare && url.as_str().len() <= LONGEST && self.0.contains(&origin)).then_some(url)
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether all are without TLS.
    pub fn are_plain(&self) -> bool {
        self.0.iter().all(|origin| origin.starts_with("http:"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allowed(list: &[&str]) -> Result<PictureOrigins, String> {
        PictureOrigins::read(list.iter().map(|origin| (*origin).to_owned()).collect())
    }

    #[test]
    fn an_address_is_asked_only_where_its_origin_is_named() {
        let origins = allowed(&["https://img.example", "http://127.0.0.1:8181"]).unwrap();
        let long = |bytes: usize| format!("https://img.example/{}", "a".repeat(bytes - 20));
        let taken = |text: &str| origins.address(text).map(String::from);
        for (text, expected) in [
            ("https://img.example/a.png", "https://img.example/a.png"),
            ("https://img.example/a.png?v=2#top", "https://img.example/a.png?v=2"),
            ("HTTPS://IMG.Example:443/a", "https://img.example/a"),
            ("https://img.example", "https://img.example/"),
            ("https://img.example/../../a b", "https://img.example/a%20b"),
            ("http://127.0.0.1:8181/faces/agent.png", "http://127.0.0.1:8181/faces/agent.png"),
            // The same machine in other words; it is asked as the settings name it.
            ("http://0x7f.1:8181/a", "http://127.0.0.1:8181/a"),
        ] {
            assert_eq!(taken(text).as_deref(), Some(expected), "{text}");
        }
        assert_eq!(taken(&long(2_048)), Some(long(2_048)));
        for text in [
            "",
            "1",
            "null",
            "DefaultAvatar",
            "/a.png",
            "//img.example/a.png",
            "http://img.example/a.png",
            "https://127.0.0.1:8181/a.png",
            "https://other.example/a.png",
            "https://img.example.other.example/a.png",
            "https://a.img.example/a.png",
            "https://img.example./a.png",
            "https://img.example:8443/a.png",
            "https://agent@img.example/a.png",
            "https://agent:secret@img.example/a.png",
            "https://img.example@other.example/a.png",
            "https://other.example\\@img.example/a.png",
            "javascript:alert(1)",
            "data:image/png;base64,iVBORw0KGgo=",
            "blob:https://img.example/1",
            "file:///etc/passwd",
            "http://127.0.0.1:8182/a.png",
            "http://localhost:8181/a.png",
            &long(2_049),
            // Written out it is longer than it looks.
            &format!("https://img.example/{}", "ä".repeat(400)),
        ] {
            assert_eq!(taken(text), None, "{text}");
        }
        assert_eq!(PictureOrigins::default().address("https://img.example/a.png"), None);
    }

    #[test]
    fn origins_are_exact_few_and_safe_to_ask() {
        assert!(allowed(&[]).unwrap().is_empty());
        assert!(allowed(&["http://localhost:1", "http://[::1]:1"]).unwrap().are_plain());
        let many: Vec<String> = (0..17).map(|number| format!("https://img{number}.example")).collect();
        assert!(PictureOrigins::read(many[..16].to_vec()).is_ok());
        for (list, why) in [
            (many, "17 origins"),
            (vec!["http://img.example".into()], "not https"),
            (vec!["http://10.0.0.1".into()], "not https"),
            (vec!["https://img.example/faces".into()], "has a path"),
            (vec!["https://img.example/".into()], "ends with a slash"),
            (vec!["https://IMG.example".into()], "not written exactly"),
            (vec!["https://*.example".into()], "star"),
            (vec!["https://img.example".into(), "https://img.example".into()], "twice"),
            (vec!["ftp://img.example".into()], "does not begin with"),
            (vec!["https://a@img.example".into()], "user name"),
        ] {
            let wrong = PictureOrigins::read(list.clone()).unwrap_err();
            assert!(wrong.contains(why), "{list:?}: {wrong}");
        }
    }
}
