//! Content security policies, on a page with nothing special.

use super::Host;

/// Each policy, with the desk's origin as `http://desk.invalid`. `what` is the policy itself; `|` separates two headers.
pub const POLICIES: &[Host] = &[
    Host::works(
        "documented",
        "default-src 'none'; script-src http://desk.invalid; frame-src http://desk.invalid",
    ),
    Host::works(
        "documented-and-trusted-types",
        "default-src 'none'; script-src http://desk.invalid; frame-src http://desk.invalid; require-trusted-types-for 'script'; trusted-types 'none'",
    ),
    Host::works("trusted-types-alone", "require-trusted-types-for 'script'"),
    Host::works(
        "nonce",
        "default-src 'none'; script-src 'nonce-r4nd0m' 'strict-dynamic'; frame-src http://desk.invalid; require-trusted-types-for 'script'",
    ),
    Host::works("one-source-for-all", "default-src 'self' http://desk.invalid"),
    Host::works(
        "child-source",
        "default-src 'none'; script-src http://desk.invalid; child-src http://desk.invalid",
    ),
    Host::works(
        "by-scheme",
        "default-src 'none'; script-src-elem http:; script-src-attr 'none'; frame-src http:",
    ),
    Host::works(
        "sandbox",
        "sandbox allow-scripts allow-same-origin; default-src 'none'; script-src http://desk.invalid; frame-src http://desk.invalid",
    ),
    Host::works(
        "two-that-permit",
        "default-src 'none'; script-src http://desk.invalid; frame-src http://desk.invalid|frame-src http://desk.invalid https://video.invalid; object-src 'none'",
    ),
    Host::inside(
        "no-frames-but-all-else",
        "script-src http://desk.invalid 'wasm-unsafe-eval'; frame-src 'none'",
        NO_FRAME,
    ),
    Host::inside(
        "no-frames-and-all-else-named",
        "default-src 'none'; script-src 'nonce-r4nd0m' 'strict-dynamic' 'wasm-unsafe-eval'; connect-src http://desk.invalid; img-src http://desk.invalid blob:; media-src http://desk.invalid blob:",
        NO_FRAME,
    ),
    Host::inside(
        "no-frames-and-a-policy-of-ours",
        "default-src 'none'; script-src http://desk.invalid 'wasm-unsafe-eval'; connect-src http://desk.invalid; require-trusted-types-for 'script'; trusted-types frontdesk",
        NO_FRAME,
    ),
    Host::link(
        "no-frames-and-no-policy-of-ours",
        "script-src http://desk.invalid 'wasm-unsafe-eval'; frame-src 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
        NO_FRAME,
    ),
    Host::link(
        "no-frames-and-no-connections",
        "default-src 'none'; script-src http://desk.invalid 'wasm-unsafe-eval'",
        NO_FRAME,
    ),
    Host::link("no-frame-source", "default-src 'none'; script-src http://desk.invalid", NO_FRAME),
    Host::link("no-frames", "script-src http://desk.invalid; frame-src 'none'", NO_FRAME),
    Host::link(
        "no-frames-and-trusted-types",
        "default-src 'none'; script-src http://desk.invalid; require-trusted-types-for 'script'; trusted-types 'none'",
        NO_FRAME,
    ),
    Host::link(
        "frames-of-others",
        "script-src http://desk.invalid; frame-src https://video.invalid",
        NO_FRAME,
    ),
    Host::link("no-children", "script-src http://desk.invalid; child-src 'none'", NO_FRAME),
    Host::link(
        "two-of-which-one-refuses",
        "default-src 'none'; script-src http://desk.invalid; frame-src http://desk.invalid|default-src 'self' http://desk.invalid; frame-src 'self'",
        NO_FRAME,
    ),
    Host::link(
        "first-file-only",
        "default-src 'none'; script-src http://desk.invalid/frontdesk.js; frame-src http://desk.invalid",
        "the policy refuses the second file of the loader",
    ),
    Host::nothing(
        "own-scripts-only",
        "script-src 'self'; frame-src http://desk.invalid",
        "the loader is not run",
    ),
];

const NO_FRAME: &str = "the policy refuses the frame";
