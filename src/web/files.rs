//! Addresses of files. An element of the page cannot send the credential, so each file has a ticket for some minutes.

use crate::web::Transport;
use frontdesk_contract::FileTicket;
use std::cell::RefCell;

/// A ticket that is about to end is not begun with, in milliseconds.
const SPARE_MS: u64 = 20_000;

/// Tickets, as long as they are good.
pub struct Files {
    transport: Transport,
    origin: String,
    tickets: RefCell<Vec<(String, FileTicket)>>,
}

impl Files {
    /// `endpoint` is the proxy's origin, or empty for the page's own.
    pub fn new(endpoint: &str, transport: Transport) -> Self {
        let origin = endpoint.trim_end_matches('/').to_owned();
        Self { transport, origin, tickets: RefCell::default() }
    }

    /// Where the file can be loaded from for some minutes; `None`: not now. `renew`: the address that was given before
    /// is good no longer.
    pub async fn address(&self, credential: &str, file: &str, renew: bool) -> Option<String> {
        let soon = js_sys::Date::now() as u64 + SPARE_MS;
        self.tickets.borrow_mut().retain(|(of, ticket)| ticket.expires_ms > soon && !(renew && of == file));
        let known =
            self.tickets.borrow().iter().find(|(of, _)| of == file).map(|(_, ticket)| ticket.url.clone());
        if let Some(url) = known {
            return Some([self.origin.as_str(), &url].concat());
        }
        let path = ["files/", &String::from(js_sys::encode_uri_component(file)), "/ticket"].concat();
        let ticket: FileTicket = self.transport.ask(&path, credential).await?;
        // On the proxy's origin and nowhere else.
        if !ticket.url.starts_with('/') || ticket.url.starts_with("//") || ticket.url.contains('\\') {
            return None;
        }
        let address = [self.origin.as_str(), &ticket.url].concat();
        self.tickets.borrow_mut().push((file.to_owned(), ticket));
        Some(address)
    }
}
