//! The ways between the parts, and what goes wrong on them. Faults happen here, below everything that is under test.

pub mod centre;
pub mod plan;
pub mod store;
pub mod visitor;
