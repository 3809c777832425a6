//! Content hashes: names of immutable folders, and stamps that tell whether work can be skipped.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use sha2::{Digest as _, Sha256};

use crate::paths;

/// A running hash over named contents.
pub(crate) struct Hash(Sha256);

impl Hash {
    pub(crate) fn new() -> Self {
        Self(Sha256::new())
    }

    /// Adds one item. Lengths go in as well, so that no two lists of items run together to the same bytes.
    pub(crate) fn add(&mut self, name: &str, content: &[u8]) {
        for part in [name.as_bytes(), content] {
            self.0.update((part.len() as u64).to_le_bytes());
            self.0.update(part);
        }
    }

    /// The first 16 hex digits.
    pub(crate) fn finish(self) -> String {
        self.0.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect()
    }
}

/// Every file below, in a fixed order.
pub(crate) fn files(path: &Path) -> Result<Vec<PathBuf>> {
    if path.is_file() {
        return Ok(vec![path.to_path_buf()]);
    }
    let mut found = Vec::new();
    let entries = fs::read_dir(path).with_context(|| format!("cannot read {}", path.display()))?;
    for entry in entries {
        found.extend(files(&entry?.path())?);
    }
    found.sort();
    Ok(found)
}

/// The hash of everything that a piece of work reads: paths relative to the root, files or folders. A path that is
/// not there counts as empty.
pub(crate) fn inputs(kind: &str, paths: &[&str]) -> Result<String> {
    let root = paths::root();
    let mut hash = Hash::new();
    hash.add("kind", kind.as_bytes());
    for path in paths {
        let path = root.join(path);
        if !path.exists() {
            continue;
        }
        for file in files(&path)? {
            let name = file.strip_prefix(&root).unwrap_or(&file).to_string_lossy().into_owned();
            let content = fs::read(&file).with_context(|| format!("cannot read {name}"))?;
            hash.add(&name, &content);
        }
    }
    Ok(hash.finish())
}

/// Remembers for which inputs an output was made.
pub(crate) struct Stamp {
    file: PathBuf,
    value: String,
}

impl Stamp {
    /// The stamp is kept inside the output folder, so that it goes when the output goes.
    pub(crate) fn new(output: &Path, value: String) -> Self {
        Self { file: output.join(".stamp"), value }
    }

    pub(crate) fn is_fresh(&self) -> bool {
        fs::read_to_string(&self.file).is_ok_and(|kept| kept == self.value)
    }

    pub(crate) fn write(&self) -> Result<()> {
        fs::write(&self.file, &self.value).with_context(|| format!("cannot write {}", self.file.display()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hash(items: &[(&str, &str)]) -> String {
        let mut hash = Hash::new();
        for (name, content) in items {
            hash.add(name, content.as_bytes());
        }
        hash.finish()
    }

    #[test]
    fn a_hash_has_sixteen_hex_digits_and_depends_on_names_and_contents() {
        let one = hash(&[("a", "bc")]);
        assert_eq!(one.len(), 16);
        assert!(one.bytes().all(|byte| byte.is_ascii_hexdigit()));
        assert_eq!(one, hash(&[("a", "bc")]));
        assert_ne!(one, hash(&[("ab", "c")]));
        assert_ne!(one, hash(&[("a", "b"), ("c", "")]));
    }
}
