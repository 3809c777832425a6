//! One suite per browser port.

mod calls;
mod clock;
mod locale;
mod storage;
mod streams;
mod tabs;
mod ticker;
mod timer;
mod transport;
mod wake;
