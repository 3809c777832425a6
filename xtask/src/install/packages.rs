//! Debian packages that tests need.

/// A Debian package, and a file that shows it is there, whoever put it there.
pub(super) struct Package {
    pub(super) name: &'static str,
    pub(super) witness: &'static str,
}

const fn package(name: &'static str, witness: &'static str) -> Package {
    Package { name, witness }
}

pub(super) const FONTS: [Package; 2] = [
    package("fonts-noto-cjk", "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc"),
    package("fonts-noto-core", "/usr/share/fonts/truetype/noto/NotoSans-Regular.ttf"),
];
pub(super) const CHROMIUM: [Package; 2] =
    [package("chromium", "/usr/bin/chromium"), package("chromium-driver", "/usr/bin/chromedriver")];
pub(super) const FIREFOX: [Package; 1] = [package("firefox-esr", "/usr/bin/firefox-esr")];
/// Their services are not started; the tests start the programs themselves, on loopback.
pub(super) const CALLS: [Package; 6] = [
    package("kamailio", "/usr/sbin/kamailio"),
    package("kamailio-websocket-modules", "/usr/share/doc/kamailio-websocket-modules/copyright"),
    package("rtpengine-daemon", "/usr/bin/rtpengine"),
    package("baresip-core", "/usr/bin/baresip"),
    package("sip-tester", "/usr/bin/sipp"),
    // For calls whose network changes.
    package("iproute2", "/usr/sbin/ip"),
];
/// The store of several proxies; tests start their own.
pub(super) const STORE: Package = package("redis-server", "/usr/bin/redis-server");
/// What stands in front of several proxies, and what `docs/operations.md` needs beside it.
pub(super) const FRONT: [Package; 3] = [
    package("nginx-light", "/usr/sbin/nginx"),
    package("openssl", "/usr/bin/openssl"),
    package("curl", "/usr/bin/curl"),
];
/// With the interpreter and what makes virtual environments.
pub(super) const PYTHON: Package = package("python3-venv", "/usr/bin/python3");
pub(super) const CPP: Package = package("g++", "/usr/bin/c++");
pub(super) const WEBKIT: [Package; 3] = [
    package("webkit2gtk-driver", "/usr/bin/WebKitWebDriver"),
    package("xvfb", "/usr/bin/Xvfb"),
    package("xauth", "/usr/bin/xauth"),
];
