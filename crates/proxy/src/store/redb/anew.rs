//! Writing the file anew. What was erased stands in free pages of the file until something is written over it; a new file
//! has the rows that there are, and nothing else.

use super::super::StoreError;
use super::{CACHE_BYTES, failed, private, tables};
use ::redb::{
    Builder, Database, Key, ReadTransaction, ReadableDatabase, ReadableTable, TableDefinition, Value,
    WriteTransaction,
};
use std::fs::File;
use std::path::{Path, PathBuf};

/// A file of at most so many bytes is written anew while visitors wait for it; a larger one when it is opened.
pub(super) const MOST_BYTES: u64 = 256 << 20;

/// Whether something was erased since the file was new.
pub(super) fn is_due(view: &ReadTransaction) -> Result<bool, StoreError> {
    let meta = view.open_table(tables::META).map_err(failed)?;
    Ok(meta.get(tables::ERASED_KEY).map_err(failed)?.is_some())
}

/// Where a file is made before it takes the place of the old one.
fn beside(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".new");
    name.into()
}

/// Removes what an earlier process left unfinished.
pub(super) fn tidy(path: &Path) -> std::io::Result<()> {
    match std::fs::remove_file(beside(path)) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Puts a new file with the same rows in the place of the old one. Whoever still reads the old one may go on; what is written
/// from now on has to go into the new one.
///
/// # Errors
/// When the old file stays in its place.
pub(super) fn write(old: &Database, path: &Path) -> Result<Database, StoreError> {
    let medium = |error: std::io::Error| StoreError::Failed(error.to_string());
    tidy(path).map_err(medium)?;
    // Whatever can fail does so before the old file has lost its name.
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let folder = File::open(folder.unwrap_or_else(|| Path::new("."))).map_err(medium)?;
    let beside = beside(path);
    let file = private(&beside).map_err(medium)?;
    let new = Builder::new().set_cache_size(CACHE_BYTES).create_file(file).map_err(failed)?;
    let view = old.begin_read().map_err(failed)?;
    let mut transaction = new.begin_write().map_err(failed)?;
    transaction.set_quick_repair(true);
    copy(&view, &transaction, tables::META)?;
    copy(&view, &transaction, tables::SESSIONS)?;
    copy(&view, &transaction, tables::VISITORS)?;
    copy(&view, &transaction, tables::EVENTS)?;
    copy(&view, &transaction, tables::INTENTS)?;
    copy(&view, &transaction, tables::CODES)?;
    copy(&view, &transaction, tables::HANDLES)?;
    copy(&view, &transaction, tables::PASSES)?;
    transaction.open_table(tables::META).map_err(failed)?.remove(tables::ERASED_KEY).map_err(failed)?;
    transaction.commit().map_err(failed)?;
    std::fs::rename(&beside, path).map_err(medium)?;
    // The name is durable only once the folder is.
    if let Err(error) = folder.sync_all() {
        tracing::error!(%error, "the store's folder cannot be written for good: should the power fail, the file of before is back");
    }
    Ok(new)
}

fn copy<K: Key + 'static, V: Value + 'static>(
    view: &ReadTransaction,
    transaction: &WriteTransaction,
    table: TableDefinition<'_, K, V>,
) -> Result<(), StoreError> {
    let from = view.open_table(table).map_err(failed)?;
    let mut to = transaction.open_table(table).map_err(failed)?;
    for row in from.iter().map_err(failed)? {
        let (key, value) = row.map_err(failed)?;
        to.insert(key.value(), value.value()).map_err(failed)?;
    }
    Ok(())
}
