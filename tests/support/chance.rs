//! Chance that comes from a seed: the same in every run.

/// Chance that comes from a seed.
pub(crate) struct Chance(u64);

impl Chance {
    pub(crate) fn seeded(seed: u64) -> Self {
        Self(seed)
    }

    /// A number below this one; 0 if there is none. Knuth's constants of MMIX; the low bits of such
    /// a generator are poor.
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        let drawn = usize::try_from(self.0 >> 33).unwrap();
        drawn.checked_rem(bound).unwrap_or(0)
    }
}
