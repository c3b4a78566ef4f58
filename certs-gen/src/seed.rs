//! Where chance comes from: the system, or one seed.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use crate::crypto;

/// The chance of one authority and of all it issues.
pub(crate) struct Chance {
    seed: Option<u64>,
    /// How often a label has been drawn: what is drawn depends on the wish alone, not on what other threads wish for.
    drawn: Mutex<BTreeMap<String, u64>>,
}

impl Chance {
    pub(crate) fn new(seed: Option<u64>) -> Self {
        Self {
            seed,
            drawn: Mutex::default(),
        }
    }

    /// A stream of bytes of its own for the next thing of this label.
    pub(crate) fn draw(&self, label: &str) -> Draw {
        let Some(seed) = self.seed else {
            return Draw { seeded: None };
        };
        let mut drawn = self.drawn.lock().unwrap_or_else(PoisonError::into_inner);
        let nth = drawn.entry(label.to_owned()).or_default();
        let root = [
            &seed.to_be_bytes(),
            label.as_bytes(),
            &[0],
            &nth.to_be_bytes(),
        ]
        .concat();
        *nth += 1;
        Draw {
            seeded: Some((crypto::sha256(&root), 0)),
        }
    }
}

pub(crate) struct Draw {
    seeded: Option<([u8; 32], u64)>,
}

impl Draw {
    pub(crate) fn bytes<const N: usize>(&mut self) -> [u8; N] {
        let mut bytes = [0; N];
        match &mut self.seeded {
            None => crypto::fill(&mut bytes),
            Some((root, counter)) => {
                for chunk in bytes.chunks_mut(32) {
                    let block = [root.as_slice(), &counter.to_be_bytes()].concat();
                    chunk.copy_from_slice(&crypto::sha256(&block)[..chunk.len()]);
                    *counter += 1;
                }
            }
        }
        bytes
    }

    #[cfg_attr(not(feature = "weak"), allow(dead_code))]
    pub(crate) fn is_seeded(&self) -> bool {
        self.seeded.is_some()
    }

    /// Sixteen octets, positive and without a leading zero: RFC 5280 §4.1.2.2 allows up to twenty.
    pub(crate) fn serial(&mut self) -> Vec<u8> {
        let mut serial = self.bytes::<16>();
        serial[0] = serial[0] & 0x7f | 0x40;
        serial.to_vec()
    }
}
