//! "Did you mean": the known name nearest to what was written.

/// The known name within two edits of `given`; of equals the first.
pub(crate) fn nearest(given: &str, known: &[&str]) -> Option<String> {
    known
        .iter()
        .map(|name| (strsim::damerau_levenshtein(given, name), name))
        .filter(|(edits, _)| *edits <= 2)
        .min_by_key(|(edits, _)| *edits)
        .map(|(_, name)| (*name).to_owned())
}
