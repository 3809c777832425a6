//! What a visitor does and sees, each from the page through the proxy to the centre and back.

mod kinds;
mod production;
