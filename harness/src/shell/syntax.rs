//! What was typed, understood: scripts, pipelines and expressions.

use std::sync::Arc;

use super::value::Value;

/// Statements, one after the other.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Script {
    pub(super) statements: Vec<Statement>,
}

/// A script between braces, with the text that it stands in.
#[derive(Debug, PartialEq)]
pub(crate) struct Block {
    pub(super) script: Script,
    pub(super) source: Arc<str>,
    /// The braces and all between them.
    pub(super) span: Span,
}

impl Block {
    /// The text between the braces.
    pub(super) fn text(&self) -> &str {
        let text = self.span.of(&self.source);
        text.strip_prefix('{')
            .and_then(|text| text.strip_suffix('}'))
            .unwrap_or(text)
    }
}

/// Where something stands, in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) start: usize,
    pub(super) end: usize,
}

impl Span {
    /// What stands there.
    pub(super) fn of(self, source: &str) -> &str {
        source.get(self.start..self.end).unwrap_or_default()
    }

    /// From the start of this to the end of that.
    pub(super) fn to(self, other: Self) -> Self {
        Self {
            start: self.start,
            end: other.end,
        }
    }
}

#[derive(Debug, PartialEq)]
pub(super) enum Statement {
    /// `$x = …`, `$x += …`
    Assign {
        name: String,
        operator: Option<Binary>,
        value: Box<Self>,
        span: Span,
    },
    /// `foreach ($x in …) { … }`
    ForEach {
        name: String,
        over: Box<Self>,
        body: Script,
    },
    /// `if (…) { … } elseif (…) { … } else { … }`
    If {
        branches: Vec<(Self, Script)>,
        otherwise: Script,
    },
    Pipeline(Vec<Stage>),
}

#[derive(Debug, PartialEq)]
pub(super) enum Stage {
    Command(Invocation),
    Expression(Expression),
}

/// A command, as it was typed.
#[derive(Debug, PartialEq)]
pub(super) struct Invocation {
    pub(super) name: String,
    pub(super) arguments: Vec<Argument>,
    /// Name and arguments.
    pub(super) span: Span,
    pub(super) name_span: Span,
}

#[derive(Debug, PartialEq)]
pub(super) enum Argument {
    /// `-Name` or `-Name:value`
    Named {
        name: String,
        value: Option<Expression>,
        span: Span,
    },
    Plain(Expression),
}

#[derive(Debug, PartialEq)]
pub(super) struct Expression {
    pub(super) kind: Kind,
    pub(super) span: Span,
}

#[derive(Debug, PartialEq)]
pub(super) enum Kind {
    /// `@( … )`
    Array(Script),
    Binary(Binary, Box<Expression>, Box<Expression>),
    Block(Arc<Block>),
    /// A word of a command that no quotes surround: a text that can be a number.
    Bare(Vec<Piece>),
    Cast(String, Box<Expression>),
    /// `$x[0]`
    Index(Box<Expression>, Box<Expression>),
    List(Vec<Expression>),
    Literal(Value),
    /// `$x.Name`
    Member(Box<Expression>, Box<Expression>),
    /// `$x.Name(…)`
    Method(Box<Expression>, String, Vec<Expression>),
    /// `( … )`
    Parentheses(Box<Statement>),
    /// `[type]::Name(…)`
    Static(String, String, Option<Vec<Expression>>),
    /// `$( … )`
    Sub(Script),
    /// `@{ … }`
    Table(Vec<(Expression, Statement)>),
    /// `"…"`
    Template(Vec<Piece>),
    Unary(Unary, Box<Expression>),
    Variable(String),
}

/// A part of a string in which things are expanded.
#[derive(Debug, PartialEq)]
pub(super) enum Piece {
    Expression(Expression),
    Text(String),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unary {
    Join,
    List,
    Minus,
    Not,
    Plus,
    Split,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Binary {
    Add,
    And,
    /// Two values, by case where `true`.
    Compare(Comparison, bool),
    Divide,
    Multiply,
    Or,
    Range,
    Remainder,
    Subtract,
    Xor,
}

/// An operator that looks at texts with their case or without it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Comparison {
    Contains,
    Equal,
    Greater,
    GreaterOrEqual,
    In,
    Join,
    Less,
    LessOrEqual,
    Like,
    Match,
    NotContains,
    NotEqual,
    NotIn,
    NotLike,
    NotMatch,
    Replace,
    Split,
}

impl Comparison {
    /// By its name without hyphen, `c` and `i`.
    pub(super) fn named(name: &str) -> Option<Self> {
        let all = COMPARISONS.iter();
        all.clone()
            .find(|(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, comparison)| *comparison)
    }

    /// By its name without hyphen, and whether it looks at case.
    pub(super) fn written(name: &str) -> Option<(Self, bool)> {
        if let Some(plain) = Self::named(name) {
            return Some((plain, false));
        }
        let case = match name.as_bytes().first()? {
            b'c' | b'C' => true,
            b'i' | b'I' => false,
            _ => return None,
        };
        Some((Self::named(name.get(1..)?)?, case))
    }
}

/// Every comparison by its name.
pub(super) const COMPARISONS: [(&str, Comparison); 17] = [
    ("contains", Comparison::Contains),
    ("eq", Comparison::Equal),
    ("ge", Comparison::GreaterOrEqual),
    ("gt", Comparison::Greater),
    ("in", Comparison::In),
    ("join", Comparison::Join),
    ("le", Comparison::LessOrEqual),
    ("like", Comparison::Like),
    ("lt", Comparison::Less),
    ("match", Comparison::Match),
    ("ne", Comparison::NotEqual),
    ("notcontains", Comparison::NotContains),
    ("notin", Comparison::NotIn),
    ("notlike", Comparison::NotLike),
    ("notmatch", Comparison::NotMatch),
    ("replace", Comparison::Replace),
    ("split", Comparison::Split),
];
