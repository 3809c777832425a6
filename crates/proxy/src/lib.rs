//! The Frontdesk proxy.

pub mod audit;
pub mod chance;
pub mod clock;
pub mod config;
pub mod doctor;
pub mod files;
pub mod http;
pub mod identity;
pub mod metrics;
pub mod number;
mod outgoing;
pub mod problem;
pub mod quiet;
pub mod reload;
pub mod session;
pub mod settings;
pub mod state;
pub mod store;
pub mod telemetry;
pub mod tls;
pub mod traces;
pub mod vendor;
pub mod visitor;

#[cfg(test)]
mod tests;
