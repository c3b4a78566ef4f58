//! The word in an address that nobody guesses.

use std::fmt;

/// 128 bits of chance. Who has it has the lab.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Token(String);

impl Token {
    /// A new one.
    pub(crate) fn new() -> Result<Self, getrandom::Error> {
        let mut chance = [0; 16];
        getrandom::fill(&mut chance)?;
        Ok(Self(
            chance.iter().map(|octet| format!("{octet:02x}")).collect(),
        ))
    }

    /// Whether this is it. How long that takes tells nothing of how much of it is right.
    pub(crate) fn is(&self, given: &str) -> bool {
        let (known, given) = (self.0.as_bytes(), given.as_bytes());
        let pairs = known.iter().zip(given);
        let differences = pairs.fold(0, |all, (known, given)| all | (known ^ given));
        known.len() == given.len() && differences == 0
    }
}

impl fmt::Display for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::Token;

    #[test]
    fn only_all_of_it_is_right() {
        let token = Token::new().unwrap();
        let text = token.to_string();
        assert_eq!(text.len(), 32);
        assert!(token.is(&text));
        assert!(!token.is(""));
        assert!(!token.is(&text[1..]));
        assert!(!token.is(&format!("{text}0")));
        assert!(
            !token.is(&text
                .to_uppercase()
                .replace(|c: char| c.is_ascii_digit(), "G"))
        );
        assert!(Token::new().unwrap() != token);
    }
}
