//! Short names for what the widget's module imports from its JavaScript. wasm-bindgen ends each with a checksum, which no
//! compression makes smaller: two of them for each import are 7 KB of the first load.

use std::collections::HashMap;
use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result, ensure};

/// The section of a WebAssembly module that holds its imports.
const IMPORT_SECTION: u8 = 2;
/// Before the first section: the magic number and the version.
const HEADER_BYTES: usize = 8;
const LETTERS: &[u8; 52] = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

/// Gives what `wasm` imports from `from` short names, there and in the JavaScript that provides it.
///
/// # Errors
/// If one of the files cannot be read or written, the module cannot be understood, or the JavaScript lacks a name.
pub(crate) fn imports(wasm: &Path, js: &Path, from: &str) -> Result<()> {
    let module = fs::read(wasm).with_context(|| format!("cannot read {}", wasm.display()))?;
    let script = fs::read_to_string(js).with_context(|| format!("cannot read {}", js.display()))?;
    let mut names = Names::default();
    let module =
        rename(&module, from, &mut names).with_context(|| format!("cannot understand {}", wasm.display()))?;
    let (script, found) = replace(&script, &names.0);
    ensure!(found == names.0.len(), "{} lacks names that the module imports", js.display());
    fs::write(wasm, module).with_context(|| format!("cannot write {}", wasm.display()))?;
    fs::write(js, script).with_context(|| format!("cannot write {}", js.display()))
}

#[derive(Default)]
struct Names(HashMap<String, String>);

impl Names {
    fn short(&mut self, name: &str) -> &str {
        let mut number = self.0.len();
        self.0.entry(name.to_owned()).or_insert_with(|| {
            let mut short = String::new();
            loop {
                short.push(char::from(*LETTERS.get(number % LETTERS.len()).unwrap_or(&b'_')));
                number /= LETTERS.len();
                if number == 0 {
                    // No word of the language ends like this.
                    short.push('_');
                    return short;
                }
            }
        })
    }
}

/// Only names of functions that wasm-bindgen made: others may be used elsewhere.
fn is_made(name: &str) -> bool {
    name.starts_with("__wbg_") || name.starts_with("__wbindgen_")
}

fn rename(module: &[u8], from: &str, names: &mut Names) -> Option<Vec<u8>> {
    let (head, mut rest) = module.split_at_checked(HEADER_BYTES)?;
    let mut out = head.to_vec();
    while let Some((&id, after)) = rest.split_first() {
        let mut reader = Reader(after);
        let size = reader.number()?;
        let content = reader.bytes(size)?;
        rest = reader.0;
        out.push(id);
        if id == IMPORT_SECTION {
            let content = section(content, from, names)?;
            number(&mut out, content.len());
            out.extend(content);
        } else {
            number(&mut out, size);
            out.extend(content);
        }
    }
    Some(out)
}

fn section(content: &[u8], from: &str, names: &mut Names) -> Option<Vec<u8>> {
    let mut reader = Reader(content);
    let mut out = Vec::new();
    let count = reader.number()?;
    number(&mut out, count);
    for _ in 0..count {
        let module = reader.name()?;
        let name = reader.name()?;
        let kind = reader.kind()?;
        let short = if module == from && is_made(name) { names.short(name) } else { name };
        for text in [module, short] {
            number(&mut out, text.len());
            out.extend(text.as_bytes());
        }
        out.extend(kind);
    }
    reader.0.is_empty().then_some(out)
}

/// Replaces whole names; answers how many different ones there were.
fn replace(script: &str, names: &HashMap<String, String>) -> (String, usize) {
    let mut found = HashMap::new();
    let mut out = String::with_capacity(script.len());
    let mut rest = script;
    while let Some(start) = rest.find(is_part_of_name) {
        let (before, from) = rest.split_at(start);
        let (name, after) = from.split_at(from.find(|c| !is_part_of_name(c)).unwrap_or(from.len()));
        out.push_str(before);
        match names.get_key_value(name) {
            // Behind a dot it is what the module exports.
            Some((name, short)) if !out.ends_with('.') => {
                found.insert(name, ());
                out.push_str(short);
            }
            _ => out.push_str(name),
        }
        rest = after;
    }
    out.push_str(rest);
    (out, found.len())
}

fn is_part_of_name(char: char) -> bool {
    char.is_ascii_alphanumeric() || char == '_' || char == '$'
}

/// Reads the binary format (WebAssembly core specification, "Binary Format").
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(*first)
    }

    fn bytes(&mut self, count: usize) -> Option<&'a [u8]> {
        let (bytes, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(bytes)
    }

    /// An unsigned LEB128 number of at most 32 bits.
    fn number(&mut self) -> Option<usize> {
        let mut value = 0u32;
        for shift in (0..32).step_by(7) {
            let byte = self.byte()?;
            value |= u32::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return usize::try_from(value).ok();
            }
        }
        None
    }

    fn name(&mut self) -> Option<&'a str> {
        let length = self.number()?;
        core::str::from_utf8(self.bytes(length)?).ok()
    }

    /// What is imported: the type of a function, table, memory or global, unread.
    fn kind(&mut self) -> Option<&'a [u8]> {
        let all = self.0;
        match self.byte()? {
            0 => drop(self.number()?),
            1 => {
                self.byte()?;
                self.limits()?;
            }
            2 => self.limits()?,
            3 => drop(self.bytes(2)?),
            _ => return None,
        }
        all.get(..all.len() - self.0.len())
    }

    fn limits(&mut self) -> Option<()> {
        let has_most = self.byte()? & 1 == 1;
        self.number()?;
        if has_most {
            self.number()?;
        }
        Some(())
    }
}

fn number(out: &mut Vec<u8>, mut value: usize) {
    loop {
        let low = (value & 0x7f) as u8;
        value >>= 7;
        if value == 0 {
            return out.push(low);
        }
        out.push(low | 0x80);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FROM: &str = "./a.js";

    fn import(module: &str, name: &str, kind: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        for text in [module, name] {
            number(&mut out, text.len());
            out.extend(text.as_bytes());
        }
        out.extend(kind);
        out
    }

    fn module(imports: &[Vec<u8>]) -> Vec<u8> {
        let mut section = Vec::new();
        number(&mut section, imports.len());
        section.extend(imports.concat());
        let mut out = b"\0asm\x01\0\0\0".to_vec();
        // A type section before it, a custom section behind it.
        out.extend([1, 1, 0, IMPORT_SECTION]);
        number(&mut out, section.len());
        out.extend(section);
        out.extend([0, 3, 2, b'h', b'i']);
        out
    }

    #[test]
    fn names_become_short_and_all_else_stays() {
        let kinds: [&[u8]; 4] = [&[0, 200, 1], &[1, 0x6f, 1, 2, 3], &[2, 0, 17], &[3, 0x7f, 1]];
        let before = |names: [&str; 4]| {
            let imports: Vec<_> =
                names.iter().zip(kinds).map(|(name, kind)| import(FROM, name, kind)).collect();
            module(&[imports, vec![import("./b.js", "__wbg_other", &[0, 1])]].concat())
        };
        let long = "__wbg_fetch_0123456789abcdef".repeat(10);
        let mut names = Names::default();
        let renamed = rename(&before([&long, "__wbindgen_cast_1", "memory", &long]), FROM, &mut names);
        assert_eq!(renamed, Some(before(["a_", "b_", "memory", "a_"])));
    }

    #[test]
    fn the_script_follows_by_whole_names() {
        let mut names = Names::default();
        names.short("__wbg_a_1");
        let (script, found) =
            replace("{ __wbg_a_1: f, __wbg_a_12: g, x__wbg_a_1: h, i: w.__wbg_a_1 } // é", &names.0);
        assert_eq!(
            (script.as_str(), found),
            ("{ a_: f, __wbg_a_12: g, x__wbg_a_1: h, i: w.__wbg_a_1 } // é", 1)
        );
    }

    #[test]
    fn many_names_are_all_different() {
        let mut names = Names::default();
        for number in 0..10_000 {
            names.short(&format!("__wbg_{number}"));
        }
        let different: std::collections::HashSet<_> = names.0.values().collect();
        assert_eq!(different.len(), 10_000);
    }

    #[test]
    fn what_is_no_module_is_refused() {
        let whole = module(&[import(FROM, "__wbg_a", &[0, 1])]);
        for end in 0..whole.len() {
            if let Some(cut) = rename(&whole[..end], FROM, &mut Names::default()) {
                // Cut between two sections.
                assert!(cut.len() <= end, "{end}");
            }
        }
        assert_eq!(rename(&module(&[import(FROM, "a", &[9])]), FROM, &mut Names::default()), None);
    }
}
