//! Reads and writes what the proxy and the storage hold. The shapes are those of `frontdesk_contract`; its derived readers
//! and writers, compiled over JavaScript objects, cost 25 kB of the bundle, so an object is read into one [`Value`], and
//! from that into the types by the few lines here, and back. The tests hold both ways against the derived ones.

mod shapes;
#[cfg(test)]
mod tests;
mod value;
mod write;

pub use value::Value;
pub use write::{Write, session};

/// Reads a value; `None` when it has another shape.
pub fn read<T: Read>(value: Value) -> Option<T> {
    let mut fits = true;
    let read = T::read(value, &mut fits);
    fits.then_some(read)
}

/// Can be read from a value.
pub trait Read: Sized {
    /// Reads. Where the value has another shape, `fits` becomes false and what is answered means nothing: one way through
    /// instead of a way out behind each field makes the code a third smaller.
    fn read(value: Value, fits: &mut bool) -> Self;
}
