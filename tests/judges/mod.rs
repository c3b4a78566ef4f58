//! Those who judge, held against those whom they imitate.

mod agreement; // against `verdicts.tsv`, and the published figures
mod differences; // where they differ, and why
