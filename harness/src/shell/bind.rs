//! The words of a command to its parameters.

use std::collections::BTreeMap;
use std::time::SystemTime;

mod names;

pub(super) use names::COMMON;
use names::find;

use super::command::{Command, FromPipeline, Parameter, Takes};
use super::convert::{binding, convert};
use super::parser;
use super::syntax::Span;
use super::text;
use super::trouble::Trouble;
use super::value::Value;

/// An argument, worked out.
#[derive(Debug)]
pub(super) enum Word {
    Named {
        name: String,
        value: Option<Value>,
        span: Span,
    },
    Plain {
        value: Value,
        /// Whether no quotes were around it: `5` is a number then.
        bare: bool,
        span: Span,
    },
}

/// What every command takes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Common {
    pub(super) errors: OnError,
    pub(super) without_warnings: bool,
}

/// `-ErrorAction`
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum OnError {
    #[default]
    Continue,
    /// Without a word.
    SilentlyContinue,
    Stop,
}

/// The words, bound.
#[derive(Debug, Default)]
pub(super) struct Bound {
    pub(super) given: BTreeMap<&'static str, Value>,
    pub(super) common: Common,
}

/// What could not be bound, and where.
#[derive(Debug)]
pub(super) struct Unbound {
    pub(super) trouble: Box<Trouble>,
    pub(super) span: Option<Span>,
    pub(super) hint: Option<String>,
}

impl From<Trouble> for Unbound {
    fn from(trouble: Trouble) -> Self {
        Self {
            trouble: Box::new(trouble),
            span: None,
            hint: None,
        }
    }
}

impl Unbound {
    fn at(self, span: Span) -> Self {
        Self {
            span: Some(span),
            ..self
        }
    }
}

/// Binds words to parameters.
pub(super) fn bind(command: &Command, words: Vec<Word>, now: SystemTime) -> Result<Bound, Unbound> {
    let mut bound = Bound::default();
    let mut plain = Vec::new();
    let mut words = words.into_iter().peekable();
    while let Some(word) = words.next() {
        let (name, value, span) = match word {
            Word::Plain { value, bare, span } => {
                plain.push((value, bare, span));
                continue;
            }
            Word::Named { name, value, span } => (name, value, span),
        };
        let parameter = find(command, &name).map_err(|unbound| unbound.at(span))?;
        let (value, bare, at) = match (parameter.takes, value) {
            (_, Some(value)) => (value, false, span),
            (Takes::Switch, None) => (Value::Bool(true), false, span),
            (_, None) => match words.next_if(|word| matches!(word, Word::Plain { .. })) {
                Some(Word::Plain { value, bare, span }) => (value, bare, span),
                _ => return Err(missing_argument(parameter, span)),
            },
        };
        if bound.given.contains_key(parameter.name) {
            return Err(given_twice(parameter, span));
        }
        put(
            &mut bound,
            parameter,
            as_meant(parameter, value, bare),
            at,
            now,
        )?;
    }
    by_position(command, plain, &mut bound, now)?;
    Ok(bound)
}

/// Binds what has no name.
fn by_position(
    command: &Command,
    plain: Vec<(Value, bool, Span)>,
    bound: &mut Bound,
    now: SystemTime,
) -> Result<(), Unbound> {
    let mut places: Vec<&'static Parameter> = parameters(command)
        .filter(|parameter| {
            parameter.position.is_some() && !bound.given.contains_key(parameter.name)
        })
        .collect();
    places.sort_by_key(|parameter| parameter.position);
    let mut places = places.into_iter();
    let mut plain = plain.into_iter();
    while let Some((value, bare, span)) = plain.next() {
        let Some(parameter) = places.next() else {
            let shown = text::in_string(&value);
            return Err(Unbound::from(Trouble {
                message: format!(
                    "A positional parameter cannot be found that accepts argument '{shown}'."
                ),
                ..binding("ParameterBindingException", "PositionalParameterNotFound")
            }));
        };
        let mut value = as_meant(parameter, value, bare);
        if parameter.rest {
            let more = plain.by_ref();
            let more: Vec<Value> = more
                .map(|(value, bare, _)| as_meant(parameter, value, bare))
                .collect();
            if !more.is_empty() {
                let first = std::iter::once(value);
                value = Value::List(first.chain(more).collect());
            }
        }
        put(bound, parameter, value, span, now)?;
    }
    Ok(())
}

/// A bare word that is a number is one, where that can be told from a text.
fn as_meant(parameter: &Parameter, value: Value, bare: bool) -> Value {
    let actions = std::ptr::eq(parameter, &raw const COMMON[0])
        || std::ptr::eq(parameter, &raw const COMMON[1]);
    match (parameter.takes, &value) {
        // `-ErrorAction 0` is what many write.
        (_, Value::Text(text)) if actions && bare => match text.as_str() {
            "0" => "SilentlyContinue".into(),
            "1" => "Stop".into(),
            "2" => "Continue".into(),
            _ => value,
        },
        (Takes::Any | Takes::Bool, Value::Text(text)) if bare => {
            parser::number(text).unwrap_or(value)
        }
        _ => value,
    }
}

fn put(
    bound: &mut Bound,
    parameter: &'static Parameter,
    value: Value,
    span: Span,
    now: SystemTime,
) -> Result<(), Unbound> {
    let value =
        convert(parameter, value, now).map_err(|trouble| Unbound::from(trouble).at(span))?;
    let silent = || matches!(&value, Value::Text(text) if text != "Continue" && text != "Stop");
    match parameter.name {
        "ErrorAction" => {
            bound.common.errors = match &value {
                _ if silent() => OnError::SilentlyContinue,
                Value::Text(text) if text == "Stop" => OnError::Stop,
                _ => OnError::Continue,
            };
        }
        "WarningAction" => bound.common.without_warnings = silent(),
        "Verbose" | "Debug" => {}
        name => {
            bound.given.insert(name, value);
        }
    }
    Ok(())
}

/// The parameters of a command. They live as long as the program, as it does.
fn parameters(command: &Command) -> impl Iterator<Item = &'static Parameter> + use<> {
    command.parameters.iter()
}

fn given_twice(parameter: &Parameter, span: Span) -> Unbound {
    Unbound::from(Trouble {
        message: format!(
            "Cannot bind parameter because parameter '{}' is specified more than once. To \
                 provide multiple values to parameters that can accept multiple values, use the \
                 array syntax. For example, \"-parameter value1,value2,value3\".",
            parameter.name
        ),
        ..binding("ParameterBindingException", "ParameterAlreadyBound")
    })
    .at(span)
}

fn missing_argument(parameter: &Parameter, span: Span) -> Unbound {
    let name = match parameter.takes {
        Takes::Bool => "System.Boolean",
        Takes::Int => "System.Int32",
        Takes::Span => "System.TimeSpan",
        Takes::Time => "System.DateTime",
        Takes::Texts => "System.String[]",
        Takes::Any => "System.Object",
        _ => "System.String",
    };
    Unbound::from(Trouble {
        message: format!(
            "Missing an argument for parameter '{}'. Specify a parameter of type '{name}' and \
                 try again.",
            parameter.name
        ),
        ..binding("ParameterBindingException", "MissingArgument")
    })
    .at(span)
}

/// Binds an object of the pipeline to what is still free; whether there was anything to bind to.
pub(super) fn from_pipeline(
    command: &Command,
    given: &mut BTreeMap<&'static str, Value>,
    object: &Value,
    now: SystemTime,
) -> Result<bool, Trouble> {
    let mut any = false;
    for parameter in parameters(command) {
        if given.contains_key(parameter.name) {
            continue;
        }
        let value = match (parameter.from_pipeline, object) {
            (FromPipeline::No, _) => None,
            (FromPipeline::Value, object) => Some(object.clone()),
            (FromPipeline::Property, Value::Object(object)) => {
                let mut names = std::iter::once(&parameter.name).chain(parameter.aliases);
                names.find_map(|name| object.property(name)).cloned()
            }
            (FromPipeline::Property, Value::Text(_)) => Some(object.clone()),
            (FromPipeline::Property, _) => None,
        };
        if let Some(value) = value {
            given.insert(parameter.name, convert(parameter, value, now)?);
            any = true;
        }
    }
    Ok(any)
}

/// The parameters that are missing.
pub(super) fn missing(
    command: &Command,
    given: &BTreeMap<&'static str, Value>,
) -> Vec<&'static Parameter> {
    parameters(command)
        .filter(|parameter| parameter.mandatory && !given.contains_key(parameter.name))
        .collect()
}

/// The error of an object that fits nothing.
pub(super) fn not_bound(object: &Value) -> Trouble {
    Trouble {
        message: "The input object cannot be bound to any parameters for the command either \
                  because the command does not take pipeline input or the input and its \
                  properties do not match any of the parameters that take pipeline input."
            .to_owned(),
        target: text::in_string(object),
        ..binding("ParameterBindingException", "InputObjectNotBound")
    }
}
