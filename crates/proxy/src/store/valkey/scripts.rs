//! The scripts. Each runs as a whole or not at all, and nothing runs beside it.

use redis::Script;
use std::sync::LazyLock;

macro_rules! scripts {
    ($($name:ident = $file:literal,)+) => {
        $(pub(super) static $name: LazyLock<Script> =
            LazyLock::new(|| Script::new(concat!(include_str!("lua/common.lua"), include_str!($file))));)+
    };
}

scripts! {
    WRITE = "lua/write.lua",
    OPEN = "lua/open.lua",
    TOUCH = "lua/touch.lua",
    ERASE = "lua/erase.lua",
    TRIM = "lua/trim.lua",
    LEASE = "lua/lease.lua",
    RELEASE = "lua/release.lua",
    ORPHANS = "lua/orphans.lua",
    PUT_SLIP = "lua/put_slip.lua",
    TAKE_SLIP = "lua/take_slip.lua",
    SPEND = "lua/spend.lua",
    FLUSH = "lua/flush.lua",
}
