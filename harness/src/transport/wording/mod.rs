//! The words of each product for a setback. All are from public reports; what is not says so.

pub(super) mod exchange;
pub(super) mod online;

#[cfg(test)]
mod tests;
