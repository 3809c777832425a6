//! Calls from the panel, through proxy and centre, by a real gateway to real telephones.

mod network;
