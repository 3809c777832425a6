//! The hostile pages of `tests/hosts/pages`.

use super::Host;

/// Every page, in the order of the documentation.
pub const PAGES: &[Host] = &[
    Host::works("plain", "nothing special: what the others are compared with"),
    Host::works("csp-none", "`default-src 'none'` and the two documented sources"),
    Host::works("csp-nonce", "a policy by nonce and `'strict-dynamic'`"),
    Host::works("trusted-types", "the same as `csp-none`, with Trusted Types required and no policy allowed"),
    Host::works("require-corp", "isolated: COOP `same-origin`, COEP `require-corp`"),
    Host::works("credentialless", "isolated: COOP `same-origin`, COEP `credentialless`"),
    Host::works("sandbox-same-origin", "in a sandbox that leaves it its origin"),
    Host::link(
        "sandbox-opaque",
        "in a sandbox without `allow-same-origin`",
        "such a page has no origin, so that no desk can name it among those that may embed it",
    ),
    Host::works("no-referrer", "tells nobody where requests come from, in an agent cluster of its own"),
    Host::works("permissions-denied", "`Permissions-Policy` denies microphone, camera and sound"),
    Host::works("no-eval", "`eval` throws, and its policy forbids it"),
    Host::nothing(
        "amp",
        "scripts of others are forbidden, as on AMP pages",
        "the loader is not run; the page has a link of its own",
    ),
    Host::link(
        "frame-refused",
        "something before the proxy adds `X-Frame-Options: DENY`",
        "the frame is refused",
    ),
    Host::works("css-reset", "`* { all: unset !important }`, and a rule against our element"),
    Host::works("css-transform", "everything below the root is transformed and filtered"),
    Host::works(
        "css-root",
        "the root is transformed, as wide and high as the screen: the launcher moves with it",
    ),
    Host::works("css-hidden", "everything that is not its own is hidden, five times over"),
    Host::works("css-huge", "`font-size: 300%` on the root; borders, margins, transitions on everything"),
    Host::works_without_driver("css-zoom", "`zoom` on root and body"),
    Host::works("css-layers", "layers over everything, a sticky header, no scrolling"),
    Host::works(
        "cookie-wall",
        "a wall with the highest `z-index`, until it is answered: the launcher waits beneath",
    ),
    Host::works("modal-dialog", "a modal dialog, until it is closed: the launcher waits beneath"),
    Host::works("inert-body", "the body is inert, hidden from screen readers, and takes no clicks"),
    Host::works("dark-print", "dark only, with rules for paper that show everything"),
    Host::works_without_driver(
        "patched-arrays",
        "methods of arrays and strings replaced by older ones, others missing",
    ),
    Host::works_without_driver(
        "patched-promise",
        "no `fetch`, no `XMLHttpRequest`, parts of `Promise` missing",
    ),
    Host::works_without_driver("patched-json", "`JSON.parse` throws, `structuredClone` is missing"),
    Host::works(
        "patched-events",
        "a monitor around `addEventListener` that drops options, another `CustomEvent`",
    ),
    Host::works("patched-messages", "`postMessage` throws, and every message is taken for its own"),
    Host::link(
        "swallowed-messages",
        "a listener stops every message before others hear it",
        "frame and page cannot talk with each other",
    ),
    Host::works("patched-elements", "a polyfill around `createElement`, `attachShadow`, `customElements`"),
    Host::works("frozen", "what scripts share is frozen: built-ins and elements"),
    Host::works("lockdown", "hardened JavaScript: frozen to the ground, without time and chance"),
    Host::works("no-storage", "storage throws when it is touched"),
    Host::link(
        "no-sheets",
        "no constructable style sheets, as before 2023",
        "the panel cannot be styled without breaking policies",
    ),
    Host::works("quirks", "no doctype"),
    Host::works("xhtml", "served as XHTML"),
    Host::works("frameset", "a frameset in the place of a body"),
    Host::works("right-to-left", "read from right to left, with a body wider than the screen"),
    Host::works("vertical", "written from top to bottom"),
    Host::works("base", "a `<base>` that leads elsewhere"),
    Host::works("huge", "twenty thousand elements"),
    Host::works("in-the-head", "the tag in the head, not `async`, with calls before it"),
    Host::works("module", "the tag as a module, with CORS"),
    Host::works("written", "the tag is written by `document.write`"),
    Host::works("twice", "the tag is there three times"),
    Host::works("swapped", "the body is exchanged, also while the panel is open, as Turbo and pjax do"),
    Host::works("removed", "our element is taken out four times, once while the panel is open"),
    Host::nothing(
        "swept",
        "whatever it does not know is taken out at once, always",
        "after fifty times we give in; the page has a link of its own",
    ),
    Host::works("service-worker", "a worker of its own answers every request"),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hosts::{Outcome, server};

    #[test]
    fn every_page_has_a_file_and_every_file_a_page() {
        let folder = server::folder();
        let files: Vec<_> = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.extension().is_some_and(|end| end == "html" || end == "xhtml"))
            .map(|path| path.file_stem().unwrap().to_string_lossy().into_owned())
            .filter(|name| name != "empty")
            .collect();
        for page in PAGES {
            assert!(files.iter().any(|name| name == page.name), "{} has no file", page.name);
        }
        assert_eq!(files.len(), PAGES.len());
    }

    #[test]
    fn most_pages_work() {
        let works = PAGES.iter().filter(|page| page.outcome == Outcome::Works).count();
        assert!(PAGES.len() >= 25 && works >= 20, "{works} of {}", PAGES.len());
    }
}
