//! `/v1/files`

use super::contact::check_id;
use crate::audit::Told;
use crate::audit::words::Ticket;
use crate::files::range::{Part, part};
use crate::files::spool::{Allowance, disk, receive, too_large};
use crate::files::{name, ticket};
use crate::http::answer::AsItIs;
use crate::http::extract::{Caller, parameter};
use crate::http::limits::Client;
use crate::problem::Problem;
use crate::state::AppState;
use crate::visitor::files::Served;
use axum::Extension;
use axum::body::Body;
use axum::extract::{FromRequestParts, Path, Request, State};
use axum::http::header::{
    ACCEPT_RANGES, CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_RANGE,
    CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, IF_NONE_MATCH, IF_RANGE, RANGE,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use frontdesk_contract::{ClientId, ErrorCode, FILE_ID_HEADER, FILE_NAME_HEADER, FileStored, FileTicket};
use tokio::io::{AsyncReadExt, AsyncSeekExt};
use tokio_util::io::ReaderStream;

const RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");
/// A file that is opened as a page can do nothing at all.
const SANDBOX: HeaderValue = HeaderValue::from_static("sandbox; default-src 'none'");
/// The widget may live in a page of another site; the ticket or the credential guards the file.
const CROSS_ORIGIN: HeaderValue = HeaderValue::from_static("cross-origin");
const NO_STORE: HeaderValue = HeaderValue::from_static("private, no-store");
const BYTES: HeaderValue = HeaderValue::from_static("bytes");
/// The name in the header may be so long, percent-encoded.
const LONGEST_NAME: usize = 3_000;
/// Read from the disk at once.
const CHUNK: usize = 64 << 10;

/// Uploads a file
///
/// The body is the file itself. Its kind is told by its content; metadata of pictures, sound and films is removed, as is
/// whatever follows their end. Repeating a request with its id and content gets the same answer.
#[utoipa::path(post, path = "/v1/files", tag = "files", operation_id = "uploadFile",
    params(("Frontdesk-Id" = ClientId, Header, description = "Id of the upload"),
           ("Frontdesk-Name" = Option<String>, Header, description = "Name of the file, percent-encoded UTF-8")),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses((status = 200, description = "What to put into a message", body = FileStored)))]
pub(in crate::http) async fn upload(
    State(state): State<AppState>,
    Extension(client): Extension<Client>,
    Caller(visitor): Caller,
    request: Request,
) -> Result<axum::Json<FileStored>, Problem> {
    // The body apart: it cannot be shared between threads, as what is held during a wait must be.
    let (parts, body) = request.into_parts();
    let header = |name: &str| parts.headers.get(name).and_then(|value| value.to_str().ok());
    let id = ClientId::new(header(FILE_ID_HEADER).unwrap_or_default());
    check_id(&id)?;
    let given = header(FILE_NAME_HEADER).unwrap_or_default();
    let given = name::decode(given).filter(|_| given.len() <= LONGEST_NAME).ok_or_else(|| {
        Problem::new(ErrorCode::BadRequest, "header Frontdesk-Name: too long, or not percent-encoded UTF-8")
    })?;
    let desk = visitor.desk();
    let offer = &desk.settings.offers.files;
    if offer.types.is_empty() {
        return Err(Problem::new(ErrorCode::NotOffered, "this desk takes no files"));
    }
    let told = parts.headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    if told.is_some_and(|told| told > offer.max_bytes) {
        return Err(too_large(offer.max_bytes));
    }
    state.limiters.file(&visitor)?;
    let _place = visitor.file_place()?;
    let settings = state.shared.settings();
    let limits = &settings.limits;
    let allowed = Allowance { bytes: offer.max_bytes, idle: limits.file_idle, total: limits.file_timeout };
    let received = receive(&state.shared.spool, client.0, body, allowed).await?;
    visitor.upload(id, received, &given).await.map(axum::Json)
}

/// Downloads a file
///
/// With the credential, or with a ticket and no credential. One range at a time.
#[utoipa::path(get, path = "/v1/files/{file}", tag = "files", operation_id = "downloadFile",
    params(("file" = String, Path, description = "Id of the file"),
           ("ticket" = Option<String>, Query, description = "Of `POST /v1/files/{file}/ticket`"),
           ("Range" = Option<String>, Header, description = "One range of bytes")),
    responses((status = 200, description = "The file, with the type of its content", body = Vec<u8>, content_type = "*/*"),
              (status = 206, description = "The part that was asked for", body = Vec<u8>, content_type = "*/*"),
              (status = 304, description = "The file is known")))]
pub(in crate::http) async fn download(
    State(state): State<AppState>,
    Path(file): Path<String>,
    request: Request,
) -> Result<Response, Problem> {
    let (mut parts, _) = request.into_parts();
    let ticket = parts.uri.query().and_then(|query| parameter(query, "ticket"));
    let visitor = match ticket {
        Some(ticket) => {
            let refused = |reason| {
                let text = "the ticket is not (or no longer) good for this file";
                Problem::new(ErrorCode::TicketRefused, text).audited(Told::because(reason))
            };
            let visitor = ticket::visitor(state.shared.store.as_ref(), &ticket, &file).await?;
            let visitor = visitor.ok_or_else(|| refused(Ticket::Unknown))?;
            match state.registry.get(&state.shared, &visitor).await {
                Err(problem) if problem.code == ErrorCode::SessionUnknown => {
                    return Err(refused(Ticket::Erased));
                }
                visitor => visitor?,
            }
        }
        None => Caller::from_request_parts(&mut parts, &state).await?.0,
    };
    state.limiters.file_read(&visitor)?;
    answer(&visitor.serve(&file).await?, &parts.headers).await
}

/// Makes an address that a page can load by itself
///
/// Good for five minutes, for this file, without a credential.
#[utoipa::path(post, path = "/v1/files/{file}/ticket", tag = "files", operation_id = "fileTicket",
    params(("file" = String, Path, description = "Id of the file")),
    responses((status = 200, description = "The address", body = FileTicket)))]
pub(in crate::http) async fn ticket(
    State(state): State<AppState>,
    Caller(visitor): Caller,
    Path(file): Path<String>,
) -> Result<axum::Json<FileTicket>, Problem> {
    state.limiters.file_read(&visitor)?;
    visitor.file(&file).await?;
    let ticket = ticket::issue(state.shared.store.as_ref(), visitor.id(), &file).await?;
    let lifetime = u64::try_from(ticket::LIFETIME.as_millis()).unwrap_or(0);
    let expires_ms = state.shared.clock.now_ms().saturating_add(lifetime);
    Ok(axum::Json(FileTicket { url: format!("/v1/files/{file}?ticket={ticket}"), expires_ms }))
}

async fn answer(served: &Served, asked: &HeaderMap) -> Result<Response, Problem> {
    let cached = &served.cached;
    let tag = format!("\"{}\"", cached.digest);
    let text = |name: HeaderName| asked.get(name).and_then(|value| value.to_str().ok());
    let known = |given: &str| given.split(',').any(|one| one.trim().trim_start_matches("W/") == tag);
    let mut headers = headers(served, &tag)?;
    if text(IF_NONE_MATCH).is_some_and(known) {
        return Ok((StatusCode::NOT_MODIFIED, headers).into_response());
    }
    // A part of another version of the file is of no use (RFC 9110 §13.1.5).
    let range = text(RANGE).filter(|_| text(IF_RANGE).is_none_or(|given| given.trim() == tag));
    let (status, first, length) = match part(range, cached.size) {
        Part::Whole => (StatusCode::OK, 0, cached.size),
        Part::Span(first, last) => {
            header(&mut headers, CONTENT_RANGE, &format!("bytes {first}-{last}/{}", cached.size))?;
            (StatusCode::PARTIAL_CONTENT, first, last - first + 1)
        }
        Part::Outside => {
            let mut refused = Problem::new(ErrorCode::RangeUnsatisfiable, "the range is not within the file")
                .into_response();
            header(refused.headers_mut(), CONTENT_RANGE, &format!("bytes */{}", cached.size))?;
            return Ok(refused);
        }
    };
    header(&mut headers, CONTENT_LENGTH, &length.to_string())?;
    let mut file = tokio::fs::File::open(cached.file.path()).await.map_err(|error| disk(&error))?;
    file.seek(std::io::SeekFrom::Start(first)).await.map_err(|error| disk(&error))?;
    // The file on disk lives as long as it is being sent, even if the cache lets go of it: it is open.
    let body = Body::from_stream(ReaderStream::with_capacity(file.take(length), CHUNK));
    Ok((status, AsItIs, headers, body).into_response())
}

fn headers(served: &Served, tag: &str) -> Result<HeaderMap, Problem> {
    let format = served.cached.format;
    let mut headers = HeaderMap::new();
    let media_type = format.map_or("application/octet-stream", |format| format.media_type());
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
    let inline = format.is_some_and(|format| format.is_inline());
    header(&mut headers, CONTENT_DISPOSITION, &name::disposition(inline, &served.name))?;
    header(&mut headers, ETAG, tag)?;
    headers.insert(ACCEPT_RANGES, BYTES);
    headers.insert(CACHE_CONTROL, NO_STORE);
    headers.insert(CONTENT_SECURITY_POLICY, SANDBOX);
    headers.insert(RESOURCE_POLICY, CROSS_ORIGIN);
    Ok(headers)
}

fn header(headers: &mut HeaderMap, name: HeaderName, value: &str) -> Result<(), Problem> {
    headers.insert(name, HeaderValue::from_str(value).map_err(|_| Problem::internal())?);
    Ok(())
}
