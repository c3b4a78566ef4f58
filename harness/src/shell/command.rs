//! What a command takes, and a call of one.

use std::collections::BTreeMap;

use super::trouble::Trouble;
use super::value::Value;

/// A cmdlet, or a program that is called like one.
#[derive(Debug)]
pub(crate) struct Command {
    /// `Get-ReceiveConnector`
    pub(crate) name: &'static str,
    /// `gci`, `dir`
    pub(crate) aliases: &'static [&'static str],
    /// What it does, in a sentence.
    pub(crate) synopsis: &'static str,
    /// Whatever else its help says, a paragraph each.
    pub(crate) notes: &'static [&'static str],
    /// Lines that somebody would type.
    pub(crate) examples: &'static [&'static str],
    /// What it takes. A program that is no cmdlet takes words: see `words`.
    pub(crate) parameters: &'static [Parameter],
    /// Whether its arguments are words, as those of `certutil -addstore Root ca.cer`: nothing is
    /// bound, and `Call::words` has them all.
    pub(crate) words: bool,
}

/// A parameter.
#[derive(Debug)]
pub(crate) struct Parameter {
    /// Without its hyphen.
    pub(crate) name: &'static str,
    /// Other names for it.
    pub(crate) aliases: &'static [&'static str],
    /// What it takes.
    pub(crate) takes: Takes,
    /// Its place among arguments without a name.
    pub(crate) position: Option<usize>,
    /// Whether it cannot be left out.
    pub(crate) mandatory: bool,
    /// Whether an object of the pipeline can stand for it.
    pub(crate) from_pipeline: FromPipeline,
    /// Whether it takes every argument without a name from its place on.
    pub(crate) rest: bool,
}

/// What a parameter takes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Takes {
    /// Nothing, or `:$false`.
    Switch,
    /// `$true` or `$false`.
    Bool,
    /// A text; `$null` and the empty one are `Value::Null` and an empty `Value::Text`.
    Text,
    /// A number.
    Int,
    /// `00:05:00`
    Span,
    /// A date, with or without a time.
    Time,
    /// One of these, in any case.
    OneOf(&'static [&'static str]),
    /// Several of these: `IIS,SMTP`, `"IIS, SMTP"`: a `Value::List`.
    SomeOf(&'static [&'static str]),
    /// Texts, one or several: always a `Value::List`, or null; `@{Add=…; Remove=…}` is a
    /// `Value::Table` of lists: see `Change`.
    Texts,
    /// Whatever it is.
    Any,
}

/// How an object of the pipeline stands for a parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FromPipeline {
    /// It cannot.
    No,
    /// The object's property of the parameter's name; a plain text as it is.
    Property,
    /// The object itself, whatever it is.
    Value,
}

impl Parameter {
    /// A parameter that may be left out, and is named.
    pub(crate) const fn new(name: &'static str, takes: Takes) -> Self {
        Self {
            name,
            aliases: &[],
            takes,
            position: None,
            mandatory: false,
            from_pipeline: FromPipeline::No,
            rest: false,
        }
    }

    /// One that can stand without its name, first if this is 0.
    pub(crate) const fn at(self, position: usize) -> Self {
        Self {
            position: Some(position),
            ..self
        }
    }

    /// One that cannot be left out.
    pub(crate) const fn needed(self) -> Self {
        Self {
            mandatory: true,
            ..self
        }
    }

    /// One with other names, too.
    pub(crate) const fn also(self, aliases: &'static [&'static str]) -> Self {
        Self { aliases, ..self }
    }

    /// One that takes all arguments without a name from its place on.
    pub(crate) const fn rest(self) -> Self {
        Self { rest: true, ..self }
    }

    /// One that an object of the pipeline is.
    pub(crate) const fn object(self) -> Self {
        Self {
            from_pipeline: FromPipeline::Value,
            ..self
        }
    }

    /// One that the pipeline can give, by the name of a property.
    pub(crate) const fn piped(self) -> Self {
        Self {
            from_pipeline: FromPipeline::Property,
            ..self
        }
    }
}

/// A call of a command: what it was given, by the names of its parameters.
#[derive(Debug)]
pub(crate) struct Call {
    /// The command.
    pub(crate) command: &'static Command,
    /// What was given, of the kind that the parameter takes, or null.
    pub(crate) given: BTreeMap<&'static str, Value>,
    /// The arguments of a program that takes words.
    pub(crate) words: Vec<String>,
}

impl Call {
    /// Whether a parameter was given, be it as null.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.given.contains_key(name)
    }

    /// What was given.
    pub(crate) fn value(&self, name: &str) -> Option<&Value> {
        self.given.get(name)
    }

    /// A text that was given, and is not null.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        match self.given.get(name)? {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// Texts that were given, one or several.
    pub(crate) fn texts(&self, name: &str) -> Option<Vec<String>> {
        self.given.get(name).map(texts)
    }

    /// A switch or a Boolean that was given.
    pub(crate) fn bool(&self, name: &str) -> Option<bool> {
        match self.given.get(name)? {
            Value::Bool(value) => Some(*value),
            _ => None,
        }
    }

    /// A number that was given.
    pub(crate) fn int(&self, name: &str) -> Option<i64> {
        match self.given.get(name)? {
            Value::Int(value) => Some(*value),
            _ => None,
        }
    }
}

/// Texts in a value that is one or a list of some.
fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::Text(text) => vec![text.clone()],
        Value::List(all) => all.iter().flat_map(texts).collect(),
        _ => Vec::new(),
    }
}

/// What becomes of a multi-valued property.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Change {
    /// Some come, some go.
    Edit {
        /// Those that come.
        add: Vec<String>,
        /// Those that go.
        remove: Vec<String>,
    },
    /// These are the values now.
    Replace(Vec<String>),
}

impl Change {
    /// What was given for a multi-valued property: other values, or `@{Add=…; Remove=…}`.
    pub(crate) fn meant(value: &Value) -> Self {
        let Value::Table(table) = value else {
            return Self::Replace(texts(value));
        };
        let of = |key: &str| {
            let mut all = table.iter();
            let found = all.find(|(known, _)| known.eq_ignore_ascii_case(key));
            found.map(|(_, value)| texts(value))
        };
        match of("Replace") {
            Some(texts) => Self::Replace(texts),
            None => Self::Edit {
                add: of("Add").unwrap_or_default(),
                remove: of("Remove").unwrap_or_default(),
            },
        }
    }

    /// The values afterwards. None is there twice, in any case.
    pub(crate) fn of(&self, current: &[String]) -> Vec<String> {
        let (before, add, remove): (_, &[String], &[String]) = match self {
            Self::Edit { add, remove } => (current, add, remove),
            Self::Replace(texts) => (texts.as_slice(), &[], &[]),
        };
        let has = |all: &[String], text: &str| all.iter().any(|one| one.eq_ignore_ascii_case(text));
        let mut after: Vec<String> = Vec::new();
        let kept = before.iter().filter(|text| !has(remove, text));
        for text in kept.chain(add) {
            if !has(&after, text) {
                after.push(text.clone());
            }
        }
        after
    }
}

/// What the shell works on: it knows the commands, and what they do.
pub(crate) trait Host {
    /// Every command that can be typed here now.
    fn commands(&self) -> Vec<&'static Command>;

    /// Does what a call asks for; what comes out goes on through the pipeline. `console` takes
    /// warnings and questions.
    fn invoke(&mut self, call: &Call, console: &mut dyn Console) -> Result<Vec<Value>, Trouble>;

    /// What the word of a parameter can be completed to: identities, thumbprints.
    fn complete(&self, command: &Command, parameter: &Parameter) -> Vec<String>;

    /// The files of a path, which may have wildcards: their paths and texts. For `Get-Content` and
    /// `Select-String -Path`.
    fn files(&self, path: &str) -> Result<Vec<(String, String)>, Trouble>;

    /// `[PS] C:\>`, with what is before and behind it.
    fn prompt(&self) -> String;

    /// What time it is there.
    fn now(&self) -> std::time::SystemTime;
}

/// Where the shell prints, and who answers its questions.
pub trait Console {
    /// Takes a line of output.
    fn print(&mut self, line: &str);

    /// Takes a warning, without its `WARNING: `.
    fn warn(&mut self, text: &str);

    /// Takes an error, whole, with the empty line that ends it.
    fn error(&mut self, text: &str);

    /// Asks; the answer is a line as it was typed, `None` where nobody is there to answer.
    fn ask(&mut self, question: &str) -> Option<String>;
}
