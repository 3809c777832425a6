//! Calls from the panel, through proxy and centre, by a real gateway to real telephones.

mod network;
mod panel;

/// The tone that the agent's telephone sends.
const AGENT_HZ: f64 = 440.0;
