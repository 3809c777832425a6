//! Icons: one path each, on a grid of 24, drawn with the colour of the text.

use web_sys::{Document, Element};

/// The paths of an icon.
pub type Icon = &'static str;

/// Three dots.
pub const MORE: Icon = "M4.4 12a.6.6 0 1 0 1.2 0 .6.6 0 1 0-1.2 0M11.4 12a.6.6 0 1 0 1.2 0 .6.6 0 1 0-1.2 0M18.4 12a.6.6 0 1 0 1.2 0 .6.6 0 1 0-1.2 0";
/// A cross.
pub const CLOSE: Icon = "M6 6l12 12M18 6L6 18";
/// An arrow upwards.
pub const SEND: Icon = "M12 19V5M5.5 11.500L12 5l6.5 6.5";
/// An arrow downwards.
pub const DOWN: Icon = "M12 5v14M5.5 12.500L12 19l6.5-6.5";
/// A speech bubble.
pub const DESK: Icon = "M21 11.500a8.5 8.5 0 0 1-12.3 7.600L3 21l1.9-5.700A8.5 8.5 0 1 1 21 11.500z";
/// A robot's face.
pub const ROBOT: Icon =
    "M12 7V4M7 7h10a3 3 0 0 1 3 3v7a3 3 0 0 1-3 3H7a3 3 0 0 1-3-3v-7a3 3 0 0 1 3-3zM9 12.500v1M15 12.500v1";
/// A person.
pub const PERSON: Icon = "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM5 20a7 7 0 0 1 14 0";
/// A clock.
pub const CLOCK: Icon = "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM12 7.500V12l3 2";
/// A tick.
pub const TICK: Icon = "M5 12.500l4.5 4.500L19 7.5";
/// Two ticks.
pub const TICKS: Icon = "M2 12.500l4.5 4.500L15 8M12 16l1 1 9-9.5";
/// A warning.
pub const WARNING: Icon = "M12 8.500v4.500M12 16.500h.01M10.3 4.200L2.6 17.500A2 2 0 0 0 4.3 20.500h15.400a2 2 0 0 0 1.7-3L13.7 4.200a2 2 0 0 0-3.4 0z";
/// A sheet of paper.
pub const FILE: Icon = "M14 3H7a2 2 0 0 0-2 2v14a2 2 0 0 0 2 2h10a2 2 0 0 0 2-2V8zM14 3v5h5";
/// A heart.
pub const HEART: Icon = "M12 20S4 15.3 4 9.300A4.3 4.3 0 0 1 12 7a4.3 4.3 0 0 1 8 2.300C20 15.3 12 20 12 20z";

/// A picture.
pub const PICTURE: Icon = "M4 5h16v14H4zM4 16l5-5 4 4 3-2.500 4 4M15.500 9h.01";
/// A sign to play.
pub const PLAY: Icon = "M8 5.500v13l10.500-6.500z";
/// A pin on a map.
pub const PIN: Icon = "M12 21s7-6.200 7-11.200a7 7 0 1 0-14 0C5 14.800 12 21 12 21zM12 12.200a2.400 2.400 0 1 0 0-4.800 2.400 2.400 0 0 0 0 4.800z";
/// A telephone.
pub const PHONE: Icon = "M6 3.500h3l1.500 4.500-2 1.500a12 12 0 0 0 6 6l1.500-2 4.500 1.500v3a2 2 0 0 1-2 2A16 16 0 0 1 4 5.500a2 2 0 0 1 2-2z";
/// A film camera.
pub const VIDEO: Icon = "M4 7h10v10H4zM14 11l6-3.500v9L14 13z";
/// A microphone, struck out.
pub const MUTE: Icon = "M12 4a2.500 2.500 0 0 1 2.500 2.500V11a2.500 2.500 0 0 1-5 0V6.500A2.500 2.500 0 0 1 12 4zM6.500 11a5.500 5.500 0 0 0 11 0M12 16.500V20M4 4l16 16";
/// A microphone.
pub const MICROPHONE: Icon = "M12 4a2.500 2.500 0 0 1 2.500 2.500V11a2.500 2.500 0 0 1-5 0V6.500A2.500 2.500 0 0 1 12 4zM6.500 11a5.500 5.500 0 0 0 11 0M12 16.500V20";
/// A loudspeaker.
pub const SPEAKER: Icon = "M4 9.500v5h3.500L12 18.500v-13L7.500 9.500zM15.500 9a4.500 4.500 0 0 1 0 6";
/// Two arrows round.
pub const TURN: Icon =
    "M19 9.500A7.500 7.500 0 0 0 5.500 8M5 4v4h4M5 14.500A7.500 7.500 0 0 0 18.500 16M19 20v-4h-4";
/// A window in a window.
pub const SMALL_WINDOW: Icon = "M20 11V5H4v14h6M13 14h7v5h-7z";
/// Two bars.
pub const PAUSE: Icon = "M9 6v12M15 6v12";
/// Nine dots.
pub const KEYPAD: Icon =
    "M6 6h.01M12 6h.01M18 6h.01M6 12h.01M12 12h.01M18 12h.01M6 18h.01M12 18h.01M18 18h.01";
/// Sliders.
pub const SETTINGS: Icon = "M4 8h9M17 8h3M4 16h3M11 16h9M15 5.500v5M9 13.500v5";
/// A thumb that is up; the style sheet turns it.
pub const THUMB: Icon =
    "M7 11v9H4v-9zM7 11l4-7a2 2 0 0 1 2 2v4h5.500a2 2 0 0 1 2 2.400l-1.300 6a2 2 0 0 1-2 1.600H7";
/// An arrow to the start of the line.
pub const BACK: Icon = "M19 12H5M11.500 5.500L5 12l6.500 6.500";
/// A paper clip.
pub const ATTACH: Icon = "M20 11.500l-8 8a5 5 0 0 1-7-7l8.500-8.500a3.300 3.300 0 0 1 4.700 4.700l-8.400 8.400a1.700 1.700 0 0 1-2.400-2.400l7.400-7.400";
/// A camera.
pub const CAMERA: Icon =
    "M4 8h3.500L9 5.500h6L16.500 8H20v11H4zM12 16.500a3.300 3.300 0 1 0 0-6.600 3.300 3.300 0 0 0 0 6.600z";

/// Mouth and eyes of the five faces, worst first.
pub const FACES: [Icon; 5] = [
    "M8.5 16.500a4 4 0 0 1 7 0M9 9.500v.01M15 9.500v.01M7.5 7.500l2 1M16.5 7.500l-2 1",
    "M8.5 16a4.5 4.5 0 0 1 7 0M9 9.500v.01M15 9.500v.01",
    "M8.5 15h7M9 9.500v.01M15 9.500v.01",
    "M8.5 14.500a4.5 4.5 0 0 0 7 0M9 9.500v.01M15 9.500v.01",
    "M7.5 13.500h9a4.5 4.5 0 0 1-9 0zM8 9.500a1.2 1.2 0 0 1 2 0M14 9.500a1.2 1.2 0 0 1 2 0",
];

/// The icon as nodes, for what is drawn without Leptos.
pub fn element(document: &Document, icon: Icon) -> Option<Element> {
    const SVG: Option<&str> = Some("http://www.w3.org/2000/svg");
    let svg = document.create_element_ns(SVG, "svg").ok()?;
    let path = document.create_element_ns(SVG, "path").ok()?;
    for (element, name, value) in [
        (&svg, "class", "fd-icon"),
        (&svg, "viewBox", "0 0 24 24"),
        (&svg, "aria-hidden", "true"),
        (&path, "d", icon),
    ] {
        element.set_attribute(name, value).ok()?;
    }
    svg.append_child(&path).ok()?;
    Some(svg)
}
