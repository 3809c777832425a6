//! Reads what the proxy and the storage hold. The shapes are those of `frontdesk_contract`; its derived readers, compiled
//! over JavaScript objects, cost 20 kB of the bundle, so an object is read into one [`Value`], and from that into the
//! types by the few lines here. The tests hold both readers against each other. Writing is serde's.

mod shapes;
#[cfg(test)]
mod tests;
mod value;

pub use value::Value;

/// Can be read from a value.
pub trait Read: Sized {
    /// Reads; `None` when the value has another shape.
    fn read(value: Value) -> Option<Self>;
}
