//! The same case with other names, so that a class cannot copy.

use crate::cast::LabText;
use crate::persona::mix;

/// What a seed makes of a file: each text that may vary is replaced wherever it stands, all at
/// once, so that two can change places. The same seed gives the same text.
pub(super) fn varied(text: &str, lab: &LabText, seed: u64) -> String {
    let mut chance = Chance(seed);
    let mut pairs: Vec<(String, String)> = Vec::new();
    for (word, choices) in &lab.vary {
        if let Some(choice) = chance.pick(choices) {
            pairs.push((word.clone(), choice.to_owned()));
            // A name begins with a capital where people write it, and is all capitals where
            // Windows does.
            for form in [capitalised, str::to_uppercase] {
                let other = form(word);
                if !lab.vary.contains_key(&other) && pairs.iter().all(|(known, _)| *known != other)
                {
                    pairs.push((other, form(choice)));
                }
            }
        }
    }
    for [one, other] in &lab.swap {
        if chance.next() % 2 == 1 {
            pairs.push((one.clone(), other.clone()));
            pairs.push((other.clone(), one.clone()));
        }
    }
    // Of two that begin alike the longer one is meant.
    pairs.sort_by_key(|(word, _)| std::cmp::Reverse(word.len()));
    pairs.retain(|(word, _)| !word.is_empty());
    let mut rest = text;
    let mut varied = String::with_capacity(text.len());
    // The lists themselves are not varied: what is read of them are the choices.
    while let Some(first) = rest.chars().next() {
        match pairs
            .iter()
            .find(|(word, _)| rest.starts_with(word.as_str()))
        {
            Some((word, choice)) => {
                varied.push_str(choice);
                rest = &rest[word.len()..];
            }
            None => {
                varied.push(first);
                rest = &rest[first.len_utf8()..];
            }
        }
    }
    varied
}

fn capitalised(word: &str) -> String {
    let mut rest = word.chars();
    match rest.next() {
        Some(first) => first.to_uppercase().chain(rest).collect(),
        None => String::new(),
    }
}

/// Chance out of a seed.
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 = mix(self.0);
        self.0
    }

    fn pick<'a>(&mut self, among: &'a [String]) -> Option<&'a str> {
        let at = self.next().checked_rem(among.len() as u64)?;
        among.get(usize::try_from(at).ok()?).map(String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn lab() -> LabText {
        let choices = |all: &[&str]| all.iter().map(|&one| one.to_owned()).collect();
        LabText {
            vary: BTreeMap::from([("contoso".to_owned(), choices(&["adatum", "tailspin"]))]),
            swap: vec![["EX01".to_owned(), "EX02".to_owned()]],
            ..LabText::default()
        }
    }

    #[test]
    fn a_seed_gives_the_same_text_each_time_and_seeds_differ() {
        let text = "Contoso: mail.contoso.test, CONTOSO, at EX01, not EX02";
        let all: Vec<_> = (0..16).map(|seed| varied(text, &lab(), seed)).collect();
        assert_eq!(
            all,
            (0..16)
                .map(|seed| varied(text, &lab(), seed))
                .collect::<Vec<_>>()
        );
        for wanted in [
            "Adatum: mail.adatum.test, ADATUM, at EX01, not EX02",
            "Adatum: mail.adatum.test, ADATUM, at EX02, not EX01",
            "Tailspin: mail.tailspin.test, TAILSPIN, at EX01, not EX02",
            "Tailspin: mail.tailspin.test, TAILSPIN, at EX02, not EX01",
        ] {
            assert!(all.iter().any(|one| one == wanted), "{wanted}");
        }
    }
}
