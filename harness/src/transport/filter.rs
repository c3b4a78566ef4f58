//! Which queues a command is for.

use std::cmp::Ordering;

use super::view::Queue;
use crate::error::Error;
use crate::near::nearest;

/// Which queues a command is for: the identity of one, or a filter as the cmdlets take it.
///
/// ```
/// use mailfault::transport::QueueFilter;
///
/// let filter: QueueFilter =
///     "NextHopDomain -eq 'contoso.mail.onmicrosoft.com' -and Status -eq 'Retry'".parse()?;
/// let one: QueueFilter = r"EX01\3".parse()?;
/// assert_eq!(
///     "NextHop -eq 'x'".parse::<QueueFilter>().unwrap_err().to_string(),
///     "unknown queue property `NextHop`"
/// );
/// # Ok::<(), mailfault::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueueFilter {
    conditions: Vec<Condition>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Condition {
    property: &'static str,
    operator: Operator,
    value: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Operator {
    Equal,
    NotEqual,
    Like,
    Greater,
    GreaterOrEqual,
    Less,
    LessOrEqual,
}

const PROPERTIES: [&str; 10] = [
    "Identity",
    "DeliveryType",
    "LastError",
    "MessageCount",
    "NextHopCategory",
    "NextHopConnector",
    "NextHopDomain",
    "RetryCount",
    "Status",
    "TlsDomain",
];

const OPERATORS: [(&str, Operator); 7] = [
    ("-eq", Operator::Equal),
    ("-ne", Operator::NotEqual),
    ("-like", Operator::Like),
    ("-gt", Operator::Greater),
    ("-ge", Operator::GreaterOrEqual),
    ("-lt", Operator::Less),
    ("-le", Operator::LessOrEqual),
];

impl QueueFilter {
    /// Every queue.
    #[must_use]
    pub fn all() -> Self {
        Self {
            conditions: Vec::new(),
        }
    }

    /// Whether a queue is one of them.
    #[must_use]
    pub fn is_for(&self, queue: &Queue) -> bool {
        self.conditions.iter().all(|one| one.holds(queue))
    }
}

impl std::str::FromStr for QueueFilter {
    type Err = Error;

    /// Reads `EX01\3`, or conditions with `-and` between them. Times cannot be compared, and there
    /// is no `-or`.
    fn from_str(text: &str) -> Result<Self, Error> {
        let words = words(text)?;
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        if let [identity] = words.as_slice() {
            let condition = Condition {
                property: "Identity",
                operator: Operator::Equal,
                value: (*identity).to_owned(),
            };
            return Ok(Self {
                conditions: vec![condition],
            });
        }
        let mut conditions = Vec::new();
        let mut rest = words.as_slice();
        loop {
            let [property, operator, value, more @ ..] = rest else {
                return Err(bad(
                    text,
                    "write `Property -eq 'value'`, with `-and` between conditions",
                ));
            };
            conditions.push(Condition {
                property: property_named(property)?,
                operator: operator_named(operator)?,
                value: (*value).to_owned(),
            });
            match more {
                [] => return Ok(Self { conditions }),
                [and, more @ ..] if and.eq_ignore_ascii_case("-and") => rest = more,
                [other, ..] => {
                    return Err(bad(
                        text,
                        &format!("`-and` is expected in place of `{other}`"),
                    ));
                }
            }
        }
    }
}

impl Condition {
    fn holds(&self, queue: &Queue) -> bool {
        let actual = value(queue, self.property);
        let number = |text: &str| text.parse::<u64>().ok();
        let order = match (number(&actual), number(&self.value)) {
            (Some(one), Some(other)) => one.cmp(&other),
            _ => actual
                .to_ascii_lowercase()
                .cmp(&self.value.to_ascii_lowercase()),
        };
        match self.operator {
            Operator::Equal => order == Ordering::Equal,
            Operator::NotEqual => order != Ordering::Equal,
            Operator::Like => is_like(&actual.to_lowercase(), &self.value.to_lowercase()),
            Operator::Greater => order == Ordering::Greater,
            Operator::GreaterOrEqual => order != Ordering::Less,
            Operator::Less => order == Ordering::Less,
            Operator::LessOrEqual => order != Ordering::Greater,
        }
    }
}

fn value(queue: &Queue, property: &str) -> String {
    match property {
        "DeliveryType" => queue.delivery_type.to_string(),
        "Identity" => queue.identity.clone(),
        "LastError" => queue.last_error.clone(),
        "MessageCount" => queue.message_count.to_string(),
        "NextHopCategory" => queue.next_hop_category.to_owned(),
        "NextHopConnector" => queue.next_hop_connector.clone(),
        "NextHopDomain" => queue.next_hop_domain.clone(),
        "RetryCount" => queue.retry_count.to_string(),
        "Status" => queue.status.to_string(),
        _ => queue.tls_domain.clone(),
    }
}

/// `*` stands for anything.
fn is_like(text: &str, pattern: &str) -> bool {
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = text.strip_prefix(first) else {
        return false;
    };
    let parts: Vec<_> = parts.collect();
    let Some((last, middle)) = parts.split_last() else {
        return rest.is_empty();
    };
    for part in middle {
        let Some(at) = rest.find(part) else {
            return false;
        };
        rest = &rest[at + part.len()..];
    }
    rest.ends_with(last)
}

/// Words, those in quotes as one. Braces around the whole are left out.
fn words(text: &str) -> Result<Vec<String>, Error> {
    let inside = text.trim().trim_start_matches('{').trim_end_matches('}');
    let mut words = Vec::new();
    let mut rest = inside.trim_start();
    while let Some(first) = rest.chars().next() {
        let (word, behind) = match first {
            '\'' | '"' => {
                let closed = rest[1..].split_once(first);
                closed.ok_or_else(|| bad(text, &format!("{first} is not closed")))?
            }
            _ => {
                let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
                rest.split_at(end)
            }
        };
        words.push(word.to_owned());
        rest = behind.trim_start();
    }
    match words.is_empty() {
        true => Err(bad(text, "it is empty")),
        false => Ok(words),
    }
}

fn property_named(name: &str) -> Result<&'static str, Error> {
    let found = PROPERTIES.iter().find(|one| one.eq_ignore_ascii_case(name));
    found.copied().ok_or_else(|| Error::UnknownName {
        kind: "queue property",
        given: name.to_owned(),
        near: nearest(name, &PROPERTIES),
    })
}

fn operator_named(name: &str) -> Result<Operator, Error> {
    let found = OPERATORS
        .iter()
        .find(|(one, _)| one.eq_ignore_ascii_case(name));
    found.map(|(_, operator)| *operator).ok_or_else(|| {
        let known = OPERATORS.map(|(one, _)| one);
        Error::UnknownName {
            kind: "operator",
            given: name.to_owned(),
            near: nearest(name, &known),
        }
    })
}

fn bad(text: &str, why: &str) -> Error {
    Error::BadSetting {
        what: "Filter",
        why: format!("`{text}`: {why}"),
    }
}
