//! Addresses of files. An element of the page cannot send the credential, so each file has a ticket for some minutes.

use crate::web::Transport;
use frontdesk_contract::FileTicket;
use std::cell::RefCell;
use std::future::poll_fn;
use std::task::{Poll, Waker};

/// A ticket that is about to end is not begun with, in milliseconds.
const SPARE_MS: u64 = 20_000;

/// Tickets, as long as they are good.
pub struct Files {
    transport: Transport,
    origin: String,
    tickets: RefCell<Vec<(String, FileTicket)>>,
    /// Files whose ticket is asked for, and who waits for that: one face stands beside many messages.
    asked: RefCell<Vec<(String, Vec<Waker>)>>,
}

impl Files {
    /// `endpoint` is the proxy's origin, or empty for the page's own.
    pub fn new(endpoint: &str, transport: Transport) -> Self {
        let origin = endpoint.trim_end_matches('/').to_owned();
        Self { transport, origin, tickets: RefCell::default(), asked: RefCell::default() }
    }

    /// Where the file can be loaded from for some minutes; `None`: not now. `renew`: the address that was given before
    /// is good no longer.
    pub async fn address(&self, credential: &str, file: &str, renew: bool) -> Option<String> {
        let soon = js_sys::Date::now() as u64 + SPARE_MS;
        self.tickets.borrow_mut().retain(|(of, ticket)| ticket.expires_ms > soon && !(renew && of == file));
        let known = self.known(file);
        if known.is_some() {
            return known;
        }
        if !renew && self.is_asked(file) {
            self.answered(file).await;
            return self.known(file);
        }
        self.asked.borrow_mut().push((file.to_owned(), Vec::new()));
        let ticket = self.ask(credential, file).await;
        self.tickets.borrow_mut().extend(ticket.map(|ticket| (file.to_owned(), ticket)));
        let place = self.asked.borrow().iter().position(|(of, _)| of == file);
        let (_, waiting) = place.map(|place| self.asked.borrow_mut().swap_remove(place)).unwrap_or_default();
        waiting.into_iter().for_each(Waker::wake);
        self.known(file)
    }

    fn known(&self, file: &str) -> Option<String> {
        let tickets = self.tickets.borrow();
        let (_, ticket) = tickets.iter().find(|(of, _)| of == file)?;
        Some([self.origin.as_str(), &ticket.url].concat())
    }

    fn is_asked(&self, file: &str) -> bool {
        self.asked.borrow().iter().any(|(of, _)| of == file)
    }

    /// Until nobody asks for this file's ticket any more.
    async fn answered(&self, file: &str) {
        poll_fn(|context| match self.asked.borrow_mut().iter_mut().find(|(of, _)| of == file) {
            Some((_, waiting)) => {
                waiting.push(context.waker().clone());
                Poll::Pending
            }
            None => Poll::Ready(()),
        })
        .await;
    }

    async fn ask(&self, credential: &str, file: &str) -> Option<FileTicket> {
        let path = ["files/", &String::from(js_sys::encode_uri_component(file)), "/ticket"].concat();
        let ticket: FileTicket = self.transport.ask(&path, credential).await?;
        // On the proxy's origin and nowhere else.
        let ours = ticket.url.starts_with('/') && !ticket.url.starts_with("//") && !ticket.url.contains('\\');
        ours.then_some(ticket)
    }
}
