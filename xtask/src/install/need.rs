//! What a command is going to use.

/// A browser that tests run in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Browser {
    Chromium,
    Firefox,
    /// WebKitGTK, which is not Safari.
    Webkit,
}

impl Browser {
    pub(crate) const ALL: [Self; 3] = [Self::Chromium, Self::Firefox, Self::Webkit];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Chromium => "chromium",
            Self::Firefox => "firefox",
            Self::Webkit => "webkit",
        }
    }

    /// Where whole journeys are made: all of them in Chromium, the shortest in the others. The usual choice for the
    /// widget's own tests, Chromium alone, brings the other two along.
    pub(crate) fn for_journeys(chosen: &[Self]) -> Vec<Self> {
        if chosen == [Self::Chromium] { Self::ALL.to_vec() } else { chosen.to_vec() }
    }
}

/// What a command is going to use.
pub(crate) struct Need {
    pub(super) build: bool,
    pub(super) lints: bool,
    pub(super) fuzz: bool,
    pub(super) mutants: bool,
    pub(super) deb: bool,
    pub(super) browsers: Vec<Browser>,
    /// A gateway for calls, with telephones behind it.
    pub(super) calls: bool,
    /// A server that several proxies share.
    pub(super) store: bool,
    /// A server in front of several proxies.
    pub(super) front: bool,
    /// Requests made from the description of the API.
    pub(super) api: bool,
}

impl Need {
    /// What every command needs.
    fn least() -> Self {
        Self {
            build: false,
            lints: false,
            fuzz: false,
            mutants: false,
            deb: false,
            browsers: Vec::new(),
            calls: false,
            store: false,
            front: false,
            api: false,
        }
    }

    /// To build widget and servers.
    pub(crate) fn build() -> Self {
        Self { build: true, ..Self::least() }
    }

    /// To lint all sources.
    pub(crate) fn check() -> Self {
        Self { lints: true, ..Self::least() }
    }

    /// To build the widget and run it in Chromium.
    pub(crate) fn bench() -> Self {
        Self { browsers: vec![Browser::Chromium], ..Self::build() }
    }

    /// To measure calls.
    pub(crate) fn calls() -> Self {
        Self { calls: true, ..Self::bench() }
    }

    /// To run the fuzz targets.
    pub(crate) fn fuzz() -> Self {
        Self { fuzz: true, ..Self::least() }
    }

    /// To change the code and see whether tests notice, those of the stores included.
    pub(crate) fn mutants() -> Self {
        Self { mutants: true, ..Self::store() }
    }

    /// To make a Debian package.
    pub(crate) fn deb() -> Self {
        Self { deb: true, ..Self::build() }
    }

    /// To run several proxies on one store.
    pub(crate) fn store() -> Self {
        Self { store: true, ..Self::least() }
    }

    /// To try the API by its description.
    pub(crate) fn api() -> Self {
        Self { api: true, ..Self::least() }
    }

    /// To build, lint and test in these browsers, and for journeys in those that come along.
    pub(crate) fn test(browsers: &[Browser]) -> Self {
        let browsers = Browser::for_journeys(browsers);
        // Calls are tested in Chromium.
        let calls = browsers.contains(&Browser::Chromium);
        let front = !browsers.is_empty();
        Self { lints: true, fuzz: true, browsers, calls, store: true, front, api: true, ..Self::build() }
    }
}
