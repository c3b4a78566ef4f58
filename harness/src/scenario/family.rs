//! Families: one file of the catalogue that stands for many scenarios.
//!
//! Its id holds its parameters in braces, `handshake/alert-{code}-{point}`; the table `[family]` at
//! the end of the file lists each one's values, and a text for each. `{code}` and `{code.text}`
//! are filled in, and what comes of it is an ordinary file.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

/// The catalogue with the members of its families in their places: ids and files.
pub(super) fn catalogue() -> &'static [(Cow<'static, str>, Cow<'static, str>)] {
    static ALL: LazyLock<Vec<(Cow<'static, str>, Cow<'static, str>)>> = LazyLock::new(|| {
        let all = mailfault_scenarios::all().iter();
        all.flat_map(|(id, text)| match id.contains('{') {
            true => members(id, text),
            false => vec![(Cow::from(*id), Cow::from(*text))],
        })
        .collect()
    });
    &ALL
}

#[derive(Deserialize)]
struct Family {
    /// Each parameter's values, and their texts.
    family: BTreeMap<String, Vec<(String, String)>>,
}

/// Every member: each value of each parameter with each of the others.
///
/// # Panics
///
/// If the file cannot be understood, which the tests of the catalogue exclude.
fn members(id: &str, text: &str) -> Vec<(Cow<'static, str>, Cow<'static, str>)> {
    let Family { family } = match toml::from_str(text) {
        Ok(family) => family,
        Err(error) => panic!("{id}.toml: {error}"),
    };
    let text = text.split("\n[family]").next().unwrap_or(text);
    let mut members = vec![(id.to_owned(), text.to_owned())];
    for (name, values) in &family {
        let fill = |member: &(String, String)| {
            let fill = |(value, told): &(String, String)| {
                let fill = |text: &str| {
                    text.replace(&format!("{{{name}}}"), value)
                        .replace(&format!("{{{name}.text}}"), told)
                };
                (fill(&member.0), fill(&member.1))
            };
            values.iter().map(fill).collect::<Vec<_>>()
        };
        members = members.iter().flat_map(fill).collect();
    }
    members
        .into_iter()
        .map(|(id, text)| (Cow::from(id), Cow::from(text)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_family_is_each_value_with_each_other() {
        let text = "summary = \"{a.text} {b}\"\n\n[family]\n\
                    a = [[\"1\", \"one\"], [\"2\", \"two\"]]\nb = [[\"x\", \"\"], [\"y\", \"\"]]\n";
        let members = members("net/{a}-{b}", text);
        let ids: Vec<&str> = members.iter().map(|(id, _)| id.as_ref()).collect();
        assert_eq!(ids, ["net/1-x", "net/1-y", "net/2-x", "net/2-y"]);
        assert_eq!(members[2].1, "summary = \"two x\"\n");
    }
}
