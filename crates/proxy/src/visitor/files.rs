//! Files of the visitor on their way to the centre, and files of either side on their way to the page.

use super::line::{Lane, Task, digest};
use super::{Visitor, party};
use crate::audit::{Told, words};
use crate::files::cache::{Cached, Owner};
use crate::files::format::Format;
use crate::files::spool::{Received, SpoolFile, disk, full};
use crate::files::{name, sniff};
use crate::problem::Problem;
use crate::session::credential::hex;
use crate::store::{Answer, Handle, VisitorRecord};
use crate::vendor::{Failure, FileKind, FileSource, Spooled};
use frontdesk_contract::{ClientId, ErrorCode, FileStored};
use sha2::{Digest, Sha256};
use std::fs::File;
use std::io::{Read, Seek, Write};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::OwnedSemaphorePermit;

/// A file as the page may have it.
#[derive(Clone, Debug)]
pub struct Served {
    /// Where it lies, what it is, how long it is.
    pub cached: Arc<Cached>,
    /// What it is called, with the extension of its content; `bin` where the content begins as something else than it was
    /// called and is nothing that is known.
    pub name: String,
}

/// A file that was checked.
struct Checked {
    file: SpoolFile,
    format: Format,
    size: u64,
}

impl Visitor {
    /// A place for one more file at the same time; it is free again with the value.
    ///
    /// # Errors
    /// [`ErrorCode::FilesTooMany`] when as many are on their way as the desk takes at once.
    pub fn file_place(&self) -> Result<OwnedSemaphorePermit, Problem> {
        let place = Arc::clone(&self.file_places).try_acquire_owned();
        place.map_err(|_| {
            let text = "too many files of this visitor are on their way";
            Problem::new(ErrorCode::FilesTooMany, text).after(Duration::from_secs(2))
        })
    }

    /// Checks a file that was received and hands it to the centre, once per id. The same content under the same id gets the
    /// same answer.
    ///
    /// # Errors
    /// [`ErrorCode::FileTypeRefused`], [`ErrorCode::FilesTooMany`], what the centre refuses, and what [`Visitor::submit`] says.
    pub async fn upload(
        self: &Arc<Self>,
        id: ClientId,
        received: Received,
        given_name: &str,
    ) -> Result<FileStored, Problem> {
        let content = digest("file", &received.digest);
        let settings = self.shared.settings();
        let limits = &settings.limits;
        let (most, most_bytes) = (limits.files_per_visitor, limits.file_bytes_per_visitor);
        let size = received.size;
        let gate = move |record: &VisitorRecord, _| {
            let full = record.files >= most || record.file_bytes.saturating_add(size) > most_bytes;
            let problem = || Problem::new(ErrorCode::FilesTooMany, "too many files of this visitor");
            if full { Err(problem()) } else { Ok(()) }
        };
        let given_name = given_name.to_owned();
        let work =
            move |visitor: Arc<Self>, task| async move { visitor.hand_in(task, received, &given_name).await };
        match self.submit_in(Lane::Upload, limits.file_timeout, id, content, gate, work).await? {
            Answer::Stored(stored) => Ok(stored),
            _ => Err(Problem::internal()),
        }
    }

    async fn hand_in(
        self: Arc<Self>,
        task: Task,
        received: Received,
        given_name: &str,
    ) -> Result<Answer, Problem> {
        let done = self.check_and_upload(received, given_name).await;
        match done {
            Ok((key, checked, name)) => {
                let stored = FileStored {
                    file: FileSource::Uploaded(key.clone()).id(),
                    kind: checked.format.kind().word().into(),
                    name: name.clone(),
                    size_bytes: checked.size,
                };
                self.change(|draft, _| {
                    let handle = Handle::File {
                        source: FileSource::Uploaded(key.clone()),
                        extension: Some(checked.format.extension().into()),
                        kind: checked.format.kind(),
                        name: name.clone(),
                        size_bytes: Some(checked.size),
                        at_ms: draft.now_ms,
                    };
                    draft.handle(stored.file.clone(), handle);
                    draft.record.files = draft.record.files.saturating_add(1);
                    draft.record.file_bytes = draft.record.file_bytes.saturating_add(checked.size);
                    task.answered(draft, Answer::Stored(stored.clone()))
                })
                .await
            }
            Err(problem) => {
                // A file that the centre has and no message names does no harm: the same request begins afresh.
                self.change(|draft, _| task.undone(draft)).await?;
                Err(problem)
            }
        }
    }

    async fn check_and_upload(
        &self,
        received: Received,
        given_name: &str,
    ) -> Result<(String, Checked, String), Problem> {
        let desk = self.desk();
        let types = desk.settings.offers.files.types.clone();
        let extension = name::extension(given_name);
        let spool = Arc::clone(&self.shared.spool);
        let checked = tokio::task::spawn_blocking(move || {
            let source = File::open(received.file.path()).map_err(|error| disk(&error))?;
            let (mut file, mut copy) = spool.create().map_err(|error| disk(&error))?;
            if !file.hold(received.size) {
                return Err(full());
            }
            let taken = |format: Format| format.taken_as(&types).is_some();
            let (format, size) =
                sniff::clean(source, &mut copy, extension.as_deref(), taken).map_err(refused)?;
            Ok(Checked { file, format, size })
        });
        let checked = checked.await.map_err(|_| Problem::internal())?;
        let checked = checked.map_err(|problem| problem.audited_by(self))?;
        let name = name::clean(given_name, checked.format.extension(), checked.format.kind().word());
        let party = party(&self.record().await?);
        let extension =
            checked.format.taken_as(&desk.settings.offers.files.types).unwrap_or(checked.format.extension());
        let spooled = Spooled { path: checked.file.path(), extension, size_bytes: checked.size };
        let answer = desk.centre.upload(&party, spooled).await;
        let key = answer.map_err(|failure| self.refusal("upload", &failure))?;
        Ok((key, checked, name))
    }

    /// The handle of a file of this visitor.
    ///
    /// # Errors
    /// [`ErrorCode::FileUnknown`]; when the store fails.
    pub async fn file(&self, id: &str) -> Result<Handle, Problem> {
        let known = id.len() <= 64 && id.starts_with("f-") && id.bytes().all(|byte| byte.is_ascii_graphic());
        let handle = if known { self.shared.store.handle(&self.id, id).await? } else { None };
        match handle {
            Some(handle @ Handle::File { .. }) => Ok(handle),
            _ => Err(Problem::new(ErrorCode::FileUnknown, "there is no such file, or it is no longer kept")),
        }
    }

    /// A file, fetched from the centre unless it is here. What it is served as is decided by its content.
    ///
    /// # Errors
    /// [`ErrorCode::FileUnknown`], what the centre refuses.
    pub async fn serve(&self, id: &str) -> Result<Served, Problem> {
        let Handle::File { source, extension, kind, name, .. } = self.file(id).await? else {
            return Err(Problem::internal());
        };
        let cached = if let FileSource::Picture(address) = &source {
            self.picture(address).await?
        } else {
            let key = (Owner::Visitor(self.id.clone()), source.clone(), extension.clone());
            self.shared.cache.get(key, self.fetch(&source, extension.as_deref(), &name)).await?
        };
        // It may have been taken back while it was fetched.
        self.file(id).await?;
        let own = name::extension(&name).filter(|_| cached.as_named);
        let real = cached.format.map(Format::extension).or(own.as_deref()).unwrap_or("bin");
        let name = name::clean(&name, real, kind.word());
        Ok(Served { cached, name })
    }

    /// The picture of an agent or a robot, fetched once for all visitors of the desk.
    async fn picture(&self, address: &str) -> Result<Arc<Cached>, Problem> {
        let desk = self.desk();
        // Before what is here: the settings may no longer name that place.
        let Some(fetched) = desk.centre.picture(address) else { return Err(no_picture()) };
        let key = (Owner::Desk(self.desk_id().into()), FileSource::Picture(address.into()), None);
        let kept = async {
            let bytes = fetched.await.map_err(|failure| {
                let (desk, detail) = (self.desk_id(), failure.detail());
                tracing::info!(desk, detail, "a picture of an agent or a robot did not come");
                no_picture()
            })?;
            let spool = Arc::clone(&self.shared.spool);
            let kept = tokio::task::spawn_blocking(move || {
                let (mut file, mut handle) = spool.create().map_err(|error| disk(&error))?;
                let size = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
                if !file.hold(size) {
                    return Err(full());
                }
                handle.write_all(&bytes).map_err(|error| disk(&error))?;
                look(file, None)
            });
            let kept = kept.await.map_err(|_| Problem::internal())??;
            let shown = matches!(kept.format, Some(Format::Png | Format::Jpeg | Format::Gif | Format::Webp));
            if shown { Ok(kept) } else { Err(no_picture()) }
        };
        self.shared.cache.get_shared(key, kept).await
    }

    async fn fetch(
        &self,
        source: &FileSource,
        extension: Option<&str>,
        name: &str,
    ) -> Result<Cached, Problem> {
        let party = party(&self.record().await?);
        let mut out = self.shared.spool.fill().map_err(|error| disk(&error))?;
        let most = self.shared.settings().limits.download_bytes;
        match self.desk().centre.download(&party, source, extension, &mut out, most).await {
            Ok(_) => {}
            Err(_) if out.is_full() => return Err(full()),
            Err(Failure::Refused { code: ErrorCode::FileUnknown, .. } | Failure::Gone) => {
                return Err(Problem::new(ErrorCode::FileUnknown, "the centre no longer has the file"));
            }
            Err(failure) => return Err(self.refusal("download", &failure)),
        }
        let file = out.whole().await.map_err(|error| disk(&error))?;
        let extension = name::extension(name);
        let looked = tokio::task::spawn_blocking(move || look(file, extension.as_deref()));
        looked.await.map_err(|_| Problem::internal())?
    }
}

/// What a file is that has come whole. `extension`: of its name.
fn look(file: SpoolFile, extension: Option<&str>) -> Result<Cached, Problem> {
    let digest = summed(file.path()).map_err(|error| disk(&error))?;
    let source = File::open(file.path()).map_err(|error| disk(&error))?;
    let size = source.metadata().map_err(|error| disk(&error))?.len();
    let format = match sniff::kind(source, extension) {
        Ok(format) => Some(format),
        Err(sniff::Refused::Disk(error)) => return Err(disk(&error)),
        Err(_) => None,
    };
    let again = || File::open(file.path()).map_err(sniff::Refused::Disk);
    let as_named = match extension {
        Some(extension) => again().and_then(|source| sniff::begins_as(source, extension)),
        None => Ok(false),
    };
    let as_named = as_named.map_err(refused)?;
    Ok(Cached { file, format, as_named, size, digest })
}

fn no_picture() -> Problem {
    Problem::new(ErrorCode::FileUnknown, "the picture cannot be had")
}

fn summed(path: &std::path::Path) -> std::io::Result<String> {
    let mut file = File::open(path)?;
    file.rewind()?;
    let (mut digest, mut chunk) = (Sha256::new(), vec![0; sniff::input::CHUNK]);
    loop {
        match file.read(&mut chunk)? {
            0 => return Ok(hex(&digest.finalize())),
            read => digest.update(chunk.get(..read).unwrap_or_default()),
        }
    }
}

fn refused(why: sniff::Refused) -> Problem {
    let told = words::File::of(&why).map(|(reason, detail)| Told::because(reason).detail(detail));
    let problem = match why {
        sniff::Refused::Disk(error) => disk(&error),
        sniff::Refused::Empty => Problem::new(ErrorCode::FileEmpty, "the file is empty"),
        why => Problem::new(ErrorCode::FileTypeRefused, why.to_string()),
    };
    match told {
        Some(told) => problem.audited(told),
        None => problem,
    }
}

/// How the centre is to show a file, for a message with it.
pub(super) fn uploaded(handle: Handle) -> Option<(String, String, FileKind, String, u64)> {
    match handle {
        Handle::File {
            source: FileSource::Uploaded(key),
            extension: Some(extension),
            kind,
            name,
            size_bytes,
            ..
        } => Some((key, extension, kind, name, size_bytes.unwrap_or(0))),
        _ => None,
    }
}
