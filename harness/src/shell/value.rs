//! What passes through a pipeline.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

/// A value of the shell.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Value {
    /// `$null`
    Null,
    /// `$true`, `$false`
    Bool(bool),
    /// `System.Int64`
    Int(i64),
    /// `System.String`
    Text(String),
    /// `System.DateTime`, printed in UTC as an American system would: `11/21/2026 5:52:36 PM`
    Time(SystemTime),
    /// `System.TimeSpan`: `00:05:00`, `1.00:00:00`
    Span(Duration),
    /// An array or a multi-valued property: `{a, b}`
    List(Vec<Value>),
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
    pub(crate) properties: Vec<(&'static str, Value)>,
}

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
