//! One suite per browser port.

mod clock;
mod locale;
mod storage;
mod streams;
mod tabs;
mod timer;
mod transport;
mod wake;
