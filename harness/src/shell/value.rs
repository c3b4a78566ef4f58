//! What passes through a pipeline.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use super::syntax::Block;

/// A value of the shell.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) enum Value {
    /// `$null`
    #[default]
    Null,
    /// `$true`, `$false`
    Bool(bool),
    /// `System.Int64`
    Int(i64),
    /// `System.String`
    Text(String),
    /// `System.DateTime`, printed in UTC as an American system would: `11/21/2026 5:52:36 PM`
    Time(SystemTime),
    /// `System.Double`
    Real(f64),
    /// `System.TimeSpan`: `00:05:00`, `1.00:00:00`
    Span(Duration),
    /// A `System.TimeSpan` that runs backwards: `-00:05:00`
    Back(Duration),
    /// An array or a multi-valued property: `{a, b}`
    List(Vec<Self>),
    /// `@{Add="x"; Remove="y"}`, keys as they were written, none twice in any case
    Table(Vec<(String, Self)>),
    /// `{$_.Status -eq "Retry"}`
    Block(Arc<Block>),
    /// What a cmdlet gives out.
    Object(Arc<Object>),
}

/// An object with properties.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Object {
    /// Its type and how it is shown where nobody says how.
    pub(crate) kind: &'static Kind,
    /// What it becomes inside a string, and in a property of another: a connector's identity.
    pub(crate) text: String,
    /// Its properties, in the order of `Format-List`.
    pub(crate) properties: Vec<(Name, Value)>,
}

/// The name of a property: one of a cmdlet's, or one that somebody typed.
pub(crate) type Name = Cow<'static, str>;

/// A type of objects.
#[derive(Debug, PartialEq)]
pub(crate) struct Kind {
    /// The full name of the type, as `Get-Member` says it.
    pub(crate) name: &'static str,
    /// The columns of the table that is shown by default.
    pub(crate) columns: &'static [Column],
    /// What `Format-List` shows where no properties are named; all of them if this is empty.
    pub(crate) list: &'static [&'static str],
    /// Whether the default is a list, and not the table.
    pub(crate) listed: bool,
}

/// A column of a table.
#[derive(Debug, PartialEq)]
pub(crate) struct Column {
    /// Its heading.
    pub(crate) title: &'static str,
    /// The property that it shows.
    pub(crate) property: &'static str,
    /// In characters; `None` shares what is left.
    pub(crate) width: Option<usize>,
    /// Whether it is aligned to the right.
    pub(crate) right: bool,
}

impl Column {
    /// A column of this width, named after its property.
    pub(crate) const fn of(property: &'static str, width: usize) -> Self {
        Self {
            title: property,
            property,
            width: Some(width),
            right: false,
        }
    }

    /// The column that has what is left.
    pub(crate) const fn rest(property: &'static str) -> Self {
        Self {
            title: property,
            property,
            width: None,
            right: false,
        }
    }
}

impl Object {
    /// An object of a cmdlet.
    pub(crate) fn new<const N: usize>(
        kind: &'static Kind,
        text: impl Into<String>,
        properties: [(&'static str, Value); N],
    ) -> Self {
        let named = properties.map(|(name, value)| (Name::Borrowed(name), value));
        Self {
            kind,
            text: text.into(),
            properties: named.into(),
        }
    }

    /// A property by its name, in any case.
    pub(crate) fn property(&self, name: &str) -> Option<&Value> {
        let mut all = self.properties.iter();
        all.find(|(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
    }
}

impl From<Object> for Value {
    fn from(object: Object) -> Self {
        Self::Object(Arc::new(object))
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Self::Int(value)
    }
}

impl From<SystemTime> for Value {
    fn from(time: SystemTime) -> Self {
        Self::Time(time)
    }
}

impl From<Duration> for Value {
    fn from(span: Duration) -> Self {
        Self::Span(span)
    }
}

/// A multi-valued property of texts.
impl From<Vec<String>> for Value {
    fn from(texts: Vec<String>) -> Self {
        Self::List(texts.into_iter().map(Self::Text).collect())
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl<T: Into<Self>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}
