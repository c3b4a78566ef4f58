//! A command, parsed from the raw line that is kept beside it.
//!
//! The grammar is smtp-proto's. What it is known to get wrong or to lose is settled on the raw
//! line first: commands with junk behind them, `BDAT` with absurd numbers, `<postmaster>`,
//! address literals, parameters of other extensions.

use smtp_proto::Request;

/// What a client asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Command {
    /// RFC 5321 §4.1.1.1.
    Ehlo(String),
    Helo(String),
    StartTls,
    Auth {
        /// In upper case.
        mechanism: String,
        initial: Option<String>,
    },
    Mail(Path),
    Rcpt(Path),
    Data,
    Bdat {
        size: usize,
        last: bool,
    },
    Reset,
    Noop,
    Verify,
    Help,
    Quit,
    /// A verb that nobody knows.
    Unknown,
    /// A verb that is known with something behind it that is not.
    Bad(Bad),
}

/// What is wrong with a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Bad {
    Address,
    Domain,
    Parameters,
}

/// The path of MAIL or RCPT and what stands behind it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Path {
    pub(crate) address: String,
    /// As written: `SIZE=100`.
    pub(crate) parameters: Vec<String>,
}

impl Path {
    /// The value of a parameter; empty for one without.
    pub(crate) fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters.iter().find_map(|parameter| {
            let (key, value) = parameter.split_once('=').unwrap_or((parameter, ""));
            key.eq_ignore_ascii_case(name).then_some(value)
        })
    }
}

impl Path {
    /// Whether smtp-proto understands the values of these parameters; private ones are nobody's
    /// to judge.
    pub(crate) fn is_sound(&self, recipient: bool) -> bool {
        let known = self
            .parameters
            .iter()
            .filter(|one| !one.starts_with(['X', 'x']));
        let parameters: Vec<&str> = known.map(String::as_str).collect();
        if parameters.is_empty() {
            return true;
        }
        let verb = if recipient {
            "RCPT TO:<a@b.c>"
        } else {
            "MAIL FROM:<a@b.c>"
        };
        request(&format!("{verb} {}", parameters.join(" "))).is_some()
    }
}

/// The first word of a line, in upper case, as far as it can be shown.
pub(crate) fn verb(line: &str) -> String {
    line.split([' ', '\t'])
        .next()
        .unwrap_or_default()
        .chars()
        .take(32)
        .collect::<String>()
        .to_ascii_uppercase()
}

/// Parses a line without its end.
pub(crate) fn parse(line: &str) -> Command {
    let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
    let nothing_behind = rest.trim_end().is_empty();
    match word.to_ascii_uppercase().as_str() {
        // RFC 5321 §4.1.1: these take no parameters; anything behind them is an error.
        "STARTTLS" | "X-ANONYMOUSTLS" | "DATA" | "RSET" | "QUIT" if !nothing_behind => {
            Command::Bad(Bad::Parameters)
        }
        "STARTTLS" | "X-ANONYMOUSTLS" => Command::StartTls,
        "DATA" => Command::Data,
        "RSET" => Command::Reset,
        "QUIT" => Command::Quit,
        "NOOP" => Command::Noop,
        "VRFY" | "EXPN" => Command::Verify,
        "HELP" => Command::Help,
        "AUTH" => auth(rest),
        "BDAT" => bdat(rest),
        "MAIL" => path(rest, "FROM:", false),
        "RCPT" => path(rest, "TO:", true),
        "EHLO" | "HELO" if nothing_behind => Command::Bad(Bad::Domain),
        "EHLO" | "HELO" => match request(line) {
            Some(Request::Ehlo { .. }) => Command::Ehlo(rest.trim().to_owned()),
            Some(Request::Helo { .. }) => Command::Helo(rest.trim().to_owned()),
            _ => Command::Bad(Bad::Domain),
        },
        _ => Command::Unknown,
    }
}

fn request(line: &str) -> Option<Request<String>> {
    let whole = [line, "\r\n"].concat();
    let request = Request::parse(&mut whole.as_bytes().iter()).ok()?;
    Some(request.into_owned())
}

/// Judged on the raw line: smtp-proto loses the name of a mechanism that it does not know.
fn auth(rest: &str) -> Command {
    let mut words = rest.split_ascii_whitespace();
    match (words.next(), words.next(), words.next()) {
        (Some(mechanism), initial, None) => Command::Auth {
            mechanism: mechanism.to_ascii_uppercase(),
            initial: initial.map(str::to_owned),
        },
        _ => Command::Bad(Bad::Parameters),
    }
}

/// Judged on the raw line: smtp-proto reads some sizes that no number can hold as others.
fn bdat(rest: &str) -> Command {
    let mut words = rest.split_ascii_whitespace();
    let size = words
        .next()
        .filter(|word| word.bytes().all(|b| b.is_ascii_digit()));
    let last = words.next();
    match (size.and_then(|size| size.parse().ok()), last, words.next()) {
        (Some(size), None, None) => Command::Bdat { size, last: false },
        (Some(size), Some(last), None) if last.eq_ignore_ascii_case("LAST") => {
            Command::Bdat { size, last: true }
        }
        _ => Command::Bad(Bad::Parameters),
    }
}

/// `FROM:<…>` or `TO:<…>` with its parameters (RFC 5321 §4.1.1.2, §4.1.1.3).
fn path(rest: &str, keyword: &str, recipient: bool) -> Command {
    let starts = rest.get(..keyword.len());
    if !starts.is_some_and(|start| start.eq_ignore_ascii_case(keyword)) {
        return Command::Bad(Bad::Parameters);
    }
    // RFC 5321 §3.3 allows no space behind the colon, but many clients send one.
    let behind = rest[keyword.len()..].trim_start();
    let Some((address, parameters)) = split_path(behind) else {
        return Command::Bad(Bad::Address);
    };
    if !is_address(address, recipient) {
        return Command::Bad(Bad::Address);
    }
    Command::from_path(
        Path {
            address: without_route(address).to_owned(),
            parameters: parameters
                .split_ascii_whitespace()
                .map(str::to_owned)
                .collect(),
        },
        recipient,
    )
}

impl Command {
    fn from_path(path: Path, recipient: bool) -> Self {
        match recipient {
            true => Self::Rcpt(path),
            false => Self::Mail(path),
        }
    }
}

/// What stands in the angle brackets, and what behind them. A quoted local part may hold `>`.
fn split_path(text: &str) -> Option<(&str, &str)> {
    let inside = text.strip_prefix('<')?;
    let (mut quoted, mut escaped) = (false, false);
    for (at, character) in inside.char_indices() {
        match character {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            '>' if !quoted => {
                let behind = &inside[at + 1..];
                let separated = behind.is_empty() || behind.starts_with(' ');
                return separated.then_some((&inside[..at], behind));
            }
            _ => {}
        }
    }
    None
}

/// RFC 5321 §4.1.2: a source route is accepted and ignored.
fn without_route(address: &str) -> &str {
    match address
        .strip_prefix('@')
        .and_then(|route| route.split_once(':'))
    {
        Some((_, address)) => address,
        None => address,
    }
}

fn is_address(address: &str, recipient: bool) -> bool {
    let address = without_route(address);
    if address.is_empty() {
        // The null reverse-path of a bounce (RFC 5321 §4.5.5) is no recipient.
        return !recipient;
    }
    if address.eq_ignore_ascii_case("postmaster") {
        return recipient; // RFC 5321 §4.5.1
    }
    let Some((local, domain)) = address.rsplit_once('@') else {
        return false;
    };
    let control = |text: &str| text.chars().any(char::is_control);
    if local.is_empty() || control(address) {
        return false;
    }
    if let Some(literal) = domain
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'))
    {
        // smtp-proto knows no address literals (RFC 5321 §4.1.3).
        let literal = literal.strip_prefix("IPv6:").unwrap_or(literal);
        return literal.parse::<std::net::IpAddr>().is_ok();
    }
    let verb = if recipient {
        "RCPT TO:<"
    } else {
        "MAIL FROM:<"
    };
    let parsed = request(&[verb, address, ">"].concat());
    !domain.is_empty() && !domain.contains([' ', '<', '>']) && parsed.is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(line: &str, expected: Command) {
        assert_eq!(parse(line), expected, "{line}");
    }

    fn rcpt(address: &str, parameters: &[&str]) -> Command {
        Command::Rcpt(Path {
            address: address.to_owned(),
            parameters: parameters.iter().map(|p| (*p).to_owned()).collect(),
        })
    }

    fn mail(address: &str, parameters: &[&str]) -> Command {
        match rcpt(address, parameters) {
            Command::Rcpt(path) => Command::Mail(path),
            other => other,
        }
    }

    #[test]
    fn addresses_are_read_where_smtp_proto_stumbles() {
        check("RCPT TO:<postmaster>", rcpt("postmaster", &[]));
        check("RCPT TO:<a@[127.0.0.1]>", rcpt("a@[127.0.0.1]", &[]));
        check("RCPT TO:<a@[IPv6:::1]>", rcpt("a@[IPv6:::1]", &[]));
        check("RCPT TO:<\"a b\"@c.test>", rcpt("\"a b\"@c.test", &[]));
        check(
            "RCPT TO:<\"a>\\\"b\"@c.test>",
            rcpt("\"a>\\\"b\"@c.test", &[]),
        );
        check("rcpt to: <a@b.test>", rcpt("a@b.test", &[]));
        check("RCPT TO:<@x.test,@y.test:a@b.test>", rcpt("a@b.test", &[]));
        check(
            "RCPT TO:<a@b.test> NOTIFY=NEVER ORCPT=rfc822;a",
            rcpt("a@b.test", &["NOTIFY=NEVER", "ORCPT=rfc822;a"]),
        );
        check("MAIL FROM:<>", mail("", &[]));
        check(
            "MAIL FROM:<a@b.test> SIZE=10 XOORG=contoso.com",
            mail("a@b.test", &["SIZE=10", "XOORG=contoso.com"]),
        );
        check(
            "MAIL FROM:<ü@b.test> SMTPUTF8",
            mail("ü@b.test", &["SMTPUTF8"]),
        );
    }

    #[test]
    fn what_is_no_address_is_said_to_be_none() {
        for line in [
            "RCPT TO:<>",
            "RCPT TO:a@b",
            "RCPT TO:<a@b",
            "RCPT TO:<a>",
            "RCPT TO:<@b>",
            "RCPT TO:<a@>",
            "RCPT TO:<a@b>x",
            "RCPT TO:<a@[300.1.1.1]>",
            "MAIL FROM:<postmaster>",
            "RCPT TO:<a\0@b>",
        ] {
            check(line, Command::Bad(Bad::Address));
        }
        check("RCPT FROM:<a@b>", Command::Bad(Bad::Parameters));
        check("RCPT", Command::Bad(Bad::Parameters));
        check("MAIL ü", Command::Bad(Bad::Parameters));
    }

    #[test]
    fn junk_behind_a_command_is_seen() {
        check("DATA", Command::Data);
        check("DATA x", Command::Bad(Bad::Parameters));
        check("STARTTLS x", Command::Bad(Bad::Parameters));
        check("QUIT now", Command::Bad(Bad::Parameters));
        check("quit ", Command::Quit);
        check("NOOP x", Command::Noop);
    }

    #[test]
    fn the_rest_is_read_as_it_should_be() {
        check("EHLO mx.test", Command::Ehlo("mx.test".into()));
        check("EHLO [127.0.0.1]", Command::Ehlo("[127.0.0.1]".into()));
        check("ehlo", Command::Bad(Bad::Domain));
        check("HELO x", Command::Helo("x".into()));
        check("X-ANONYMOUSTLS", Command::StartTls);
        check(
            "BDAT 10",
            Command::Bdat {
                size: 10,
                last: false,
            },
        );
        check(
            "BDAT 0 last",
            Command::Bdat {
                size: 0,
                last: true,
            },
        );
        check(
            "BDAT 99999999999999999999999",
            Command::Bad(Bad::Parameters),
        );
        check("BDAT -1", Command::Bad(Bad::Parameters));
        check("BDAT 1 LAST x", Command::Bad(Bad::Parameters));
        check(
            "AUTH foo",
            Command::Auth {
                mechanism: "FOO".into(),
                initial: None,
            },
        );
        check(
            "AUTH PLAIN AA==",
            Command::Auth {
                mechanism: "PLAIN".into(),
                initial: Some("AA==".into()),
            },
        );
        check("AUTH", Command::Bad(Bad::Parameters));
        check("XCLIENT", Command::Unknown);
        check("", Command::Unknown);
        check("\0\0", Command::Unknown);
    }
}
