//! Leaving for good: the page signs the visitor out, or the visitor wants everything erased. What is kept in this browser is
//! gone at once. What the proxy keeps is erased as soon as it is reached, by a later page if need be: until then the
//! credential, and nothing else, stays.

use crate::lazy::{self, Missing};
use crate::ui::context::Context;
use crate::web::{Storage, Transport, tabs};
use frontdesk_contract::ErrorCode;
use frontdesk_core::{Failure, Record, RecordKey, Saved};
use wasm_bindgen_futures::spawn_local;

/// Begins to leave. What surrounds the widget is asked to begin anew once nothing is kept here any more, and not before: what
/// an earlier page has kept may be there.
pub fn leave(context: Context) {
    spawn_local(async move {
        if let Err(Missing) = leave_part(context).await
            && let Some(desk) = context.try_desk()
        {
            desk.entrance.try_again(Box::new(move || leave(context)));
        }
    });
}

lazy::part! { conversation:
    fn leave_part(context: Context) -> () {
        begin(context);
    }
}

fn begin(context: Context) {
    let Some(desk) = context.try_desk() else { return };
    let credential = desk.credential().or_else(|| desk.entrance.credential());
    desk.stop();
    let (name, host, endpoint) = (desk.name.clone(), desk.host.clone(), desk.endpoint.clone());
    spawn_local(async move {
        let (storage, mut saved) = Storage::open(&name, &host).await;
        let mut credentials = take_farewell(&mut saved);
        let kept = saved.records.iter().filter_map(|record| match record {
            Record::Session { credential, .. } => Some(credential.clone()),
            _ => None,
        });
        credentials.extend(kept.chain(credential));
        credentials.sort_unstable();
        credentials.dedup();
        for record in &saved.records {
            storage.forget(&record.key());
        }
        write(&storage, &credentials);
        // Steps happen in their order: what is read now is read after all that. The other tabs begin anew with nothing, and hear of
        // it before their next request is refused.
        storage.look().await;
        tabs::tell_left(&name);
        erase(&endpoint, &storage, credentials).await;
        host.renew();
    });
}

/// Takes the credentials out that are still to be erased.
pub fn take_farewell(saved: &mut Saved) -> Vec<String> {
    let mut found = Vec::new();
    saved.records.retain_mut(|record| match record {
        Record::Farewell { credentials } => {
            found.append(credentials);
            false
        }
        _ => true,
    });
    found
}

lazy::part! { conversation:
    fn finish_part(endpoint: String, storage: Storage, credentials: Vec<String>) -> () {
        spawn_local(async move { erase(&endpoint, &storage, credentials).await });
    }
}

/// Has the proxy erase what an earlier page could not.
pub fn finish(context: Context, storage: Storage, credentials: Vec<String>) {
    let endpoint = context.desk().endpoint.clone();
    // Without the part they stay for a later page.
    spawn_local(async move {
        let _ = finish_part(endpoint, storage, credentials).await;
    });
}

/// Has the proxy erase these sessions. Those that it could not be asked about stay for a later page.
async fn erase(endpoint: &str, storage: &Storage, credentials: Vec<String>) {
    if credentials.is_empty() {
        return;
    }
    let transport = Transport::new(endpoint);
    let mut left = Vec::new();
    for credential in credentials {
        match transport.erase(&credential).await {
            Ok(()) => {}
            // Somebody else was faster, or it is over.
            Err(Failure::Refused(error)) if error.code == ErrorCode::SessionUnknown => {}
            Err(_) => left.push(credential),
        }
    }
    write(storage, &left);
}

fn write(storage: &Storage, credentials: &[String]) {
    if credentials.is_empty() {
        return storage.forget(&RecordKey::Farewell);
    }
    // The connection to the storage lives until it is written.
    let open = storage.clone();
    let done = move |_| drop(open);
    storage.keep(Record::Farewell { credentials: credentials.to_vec() }, None, Box::new(done));
}
