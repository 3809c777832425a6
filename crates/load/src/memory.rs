//! What a process holds.

use std::fs;

use anyhow::{Context as _, Result};

/// Linux counts memory by pages of so many bytes here.
const PAGE: u64 = 4_096;

/// Bytes of a process that are in memory (the second figure of `/proc/PID/statm`).
///
/// # Errors
///
/// When there is no such process, or the system is none that tells.
pub fn resident(pid: u32) -> Result<u64> {
    let file = format!("/proc/{pid}/statm");
    let text = fs::read_to_string(&file).with_context(|| format!("cannot read {file}"))?;
    let pages: u64 = text.split(' ').nth(1).context("no second figure")?.parse()?;
    Ok(pages * PAGE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn own_memory_grows_with_what_is_held() {
        let before = resident(std::process::id()).unwrap();
        let held = vec![1_u8; 64 << 20];
        let after = resident(std::process::id()).unwrap();
        assert!(after >= before + (48 << 20), "{before} {after} {}", held.len());
    }
}
