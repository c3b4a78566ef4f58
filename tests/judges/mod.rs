//! Those who judge, held against those whom they imitate.

mod agreement; // against `verdicts.tsv`, and the published figures
