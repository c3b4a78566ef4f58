//! `[[fault]]`: from what is written to a [`Fault`].

use std::net::IpAddr;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use toml::Spanned;

use super::handshake::Handshake;
use super::place::Text;
use super::words::explain;
use crate::duration::Wait;
use crate::error::Error;
use crate::fault::{Action, Fault, LooseEnd, Stage, TlsVersion};
use crate::smtp::Reply;

/// A `[[fault]]` as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Written {
    at: At,

    matching: Option<String>,
    session: Option<Spanned<u64>>,
    from: Option<Client>,
    skip: Option<u64>,
    skip_in_session: Option<u64>,
    every: Option<Spanned<u64>>,
    every_nth_session: Option<Spanned<u64>>,
    beyond_rate: Option<Rate>,
    beyond_connections: Option<usize>,
    greylisting: Option<Wait>,
    in_clear: Option<Yes>,
    inside_tls: Option<Spanned<Yes>>,
    after_octets: Option<Spanned<u64>>,
    after_reply: Option<Yes>,

    add: Option<Spanned<String>>,
    budget: Option<Spanned<u64>>,
    close: Option<Spanned<Yes>>,
    conceal: Option<Spanned<String>>,
    delay: Option<Spanned<Wait>>,
    drip: Option<Spanned<Drip>>,
    endless: Option<Spanned<Wait>>,
    half_close: Option<Spanned<Yes>>,
    handshake: Option<Spanned<Handshake>>,
    hide: Option<Spanned<String>>,
    honour_pipelined: Option<Spanned<Yes>>,
    jitter: Option<Spanned<Wait>>,
    lines: Option<Spanned<usize>>,
    loose_end: Option<Spanned<End>>,
    mask: Option<Spanned<String>>,
    overlong: Option<Spanned<usize>>,
    raw: Option<Spanned<String>>,
    raw_hex: Option<Spanned<Hex>>,
    reply: Option<Spanned<Reply>>,
    reset: Option<Spanned<Yes>>,
    split_crlf: Option<Spanned<Wait>>,
    stall: Option<Spanned<Yes>>,
    stop_reading: Option<Spanned<Yes>>,
    throttle: Option<Spanned<Throttle>>,

    times: Option<u64>,
    once: Option<Spanned<Yes>>,
    chance: Option<Spanned<f64>>,
    lot: Option<Lot>,
    seed: Option<Spanned<u64>>,
}

struct At(Stage);

impl<'de> Deserialize<'de> for At {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let word = String::deserialize(from)?;
        let stage = word.parse().map_err(|_| {
            let known = Stage::ALL.map(Stage::name);
            D::Error::custom(explain("stage", &word, &known))
        })?;
        Ok(Self(stage))
    }
}

/// A client's IP address.
struct Client(IpAddr);

impl<'de> Deserialize<'de> for Client {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        let address = text.parse().map(Self);
        address.map_err(|_| D::Error::custom(format!("`{text}` is no IP address")))
    }
}

/// A key whose presence says everything: `close = true`.
struct Yes;

impl<'de> Deserialize<'de> for Yes {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        match bool::deserialize(from)? {
            true => Ok(Self),
            false => Err(D::Error::custom(
                "`false` says nothing here; leave the key out",
            )),
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Drip {
    octets: usize,
    every: Wait,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Rate {
    times: usize,
    per: Wait,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Throttle {
    octets: usize,
    per: Wait,
}

/// What a vulnerable server takes for the end of the content.
pub(super) struct End(pub(super) LooseEnd);

impl<'de> Deserialize<'de> for End {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let word = String::deserialize(from)?;
        let end = LooseEnd::ALL.into_iter().find(|end| end.name() == word);
        end.map(Self).ok_or_else(|| {
            let known = LooseEnd::ALL.map(LooseEnd::name);
            D::Error::custom(explain("end of the content", &word, &known))
        })
    }
}

/// `1 of 5`.
struct Lot(u64, u64);

impl<'de> Deserialize<'de> for Lot {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        let numbers = text.split_once(" of ");
        let numbers =
            numbers.and_then(|(number, of)| Some((number.parse().ok()?, of.parse().ok()?)));
        match numbers {
            Some((number, of)) if (1..=of).contains(&number) => Ok(Self(number, of)),
            _ => Err(D::Error::custom(format!(
                "`{text}` is no lot; write `1 of 5` to `5 of 5`"
            ))),
        }
    }
}

/// Bytes in hex; white space between them is free.
struct Hex(Vec<u8>);

impl<'de> Deserialize<'de> for Hex {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        let digits: Option<Vec<u8>> = text
            .chars()
            .filter(|c| !c.is_whitespace())
            .map(|c| c.to_digit(16).and_then(|digit| u8::try_from(digit).ok()))
            .collect();
        let pairs = digits.filter(|digits| digits.len() % 2 == 0);
        let pairs = pairs.ok_or_else(|| {
            D::Error::custom(format!(
                "`{text}` is not hex; write two digits for each octet"
            ))
        })?;
        Ok(Self(
            pairs.chunks(2).map(|pair| pair[0] << 4 | pair[1]).collect(),
        ))
    }
}

/// `1.0` to `1.3`.
pub(super) fn tls_version(text: &str) -> Result<TlsVersion, String> {
    let known = TlsVersion::ALL.map(TlsVersion::number);
    let at = known.iter().position(|number| *number == text);
    at.map(|at| TlsVersion::ALL[at])
        .ok_or_else(|| explain("TLS version", text, &known))
}

impl Written {
    /// From what is written to what is meant; `head` is where the table begins.
    pub(super) fn meant(mut self, head: usize, text: &Text<'_>) -> Result<Fault, Error> {
        let (place, action) = self.take_action(head, text)?;
        let stage = self.at.0;
        let mut at = Fault::at(stage);
        if let Some(matching) = self.matching {
            at = at.matching(matching);
        }
        if let Some(session) = self.session {
            if *session.get_ref() == 0 {
                return Err(text.bad(session.span().start, "sessions are counted from 1"));
            }
            at = at.session(session.into_inner());
        }
        if let Some(Client(client)) = self.from {
            at = at.from(client);
        }
        if let Some(skip) = self.skip {
            at = at.skip(skip);
        }
        if let Some(skip) = self.skip_in_session {
            at = at.skip_in_session(skip);
        }
        if let Some(every) = self.every {
            if *every.get_ref() == 0 {
                return Err(text.bad(every.span().start, "no time is the zeroth"));
            }
            at = at.every(every.into_inner());
        }
        if let Some(every) = self.every_nth_session {
            if *every.get_ref() == 0 {
                return Err(text.bad(every.span().start, "sessions are counted from 1"));
            }
            at = at.every_nth_session(every.into_inner());
        }
        if let Some(Rate { times, per }) = self.beyond_rate {
            at = at.beyond_rate(times, per.0);
        }
        if let Some(connections) = self.beyond_connections {
            at = at.beyond_connections(connections);
        }
        if let Some(Wait(wait)) = self.greylisting {
            at = at.greylisting(wait);
        }
        if self.after_reply.is_some() {
            at = at.after_reply();
        }
        at = match (self.in_clear, self.inside_tls) {
            (None, None) => at,
            (Some(Yes), None) => at.in_clear(),
            (None, Some(_)) => at.inside_tls(),
            (Some(Yes), Some(also)) => {
                let why = "`in-clear` and `inside-tls` exclude each other";
                return Err(text.bad(also.span().start, why));
            }
        };
        if let Some(octets) = self.after_octets {
            at = at.after_octets(octets.into_inner());
        }
        let mut fault = at
            .action(action)
            .map_err(|error| text.bad(place, error.to_string()))?;
        fault = match (self.times, self.once) {
            (None, None) => fault,
            (Some(times), None) => fault.at_most(times),
            (None, Some(_)) => fault.at_most(1),
            (Some(_), Some(also)) => {
                let why = "`once` is `times = 1`; write one of them";
                return Err(text.bad(also.span().start, why));
            }
        };
        if let Some(Lot(number, of)) = self.lot {
            fault = fault.lot(number, of);
        }
        if let Some(chance) = self.chance {
            let (place, chance) = (chance.span().start, chance.into_inner());
            if !(0.0..=1.0).contains(&chance) {
                let why = format!("a chance is between 0 and 1, not {chance}");
                return Err(text.bad(place, why));
            }
            fault = fault.chance(chance);
        }
        match self.seed {
            Some(seed) if fault.luck().is_empty() => {
                let why = "`seed` is for a `chance`, a `lot` or a `jitter`, and there is none";
                Err(text.bad(seed.span().start, why))
            }
            seed => Ok(fault.seed(seed.map_or(0, Spanned::into_inner))),
        }
    }

    /// The one action, and where it stands.
    fn take_action(&mut self, head: usize, text: &Text<'_>) -> Result<(usize, Action), Error> {
        let mut found: Vec<(usize, &str, Action)> = Vec::new();
        macro_rules! take {
            ($($key:literal: $field:ident => $action:expr;)*) => {
                $(if let Some(written) = self.$field.take() {
                    let place = written.span().start;
                    found.push((place, $key, ($action)(written.into_inner())));
                })*
            };
        }
        take! {
            "add": add => Action::Add;
            "budget": budget => Action::Budget;
            "close": close => |Yes| Action::Close;
            "conceal": conceal => Action::Conceal;
            "delay": delay => |Wait(wait)| Action::Delay(wait);
            "drip": drip => |Drip { octets, every }| Action::Drip { octets, every: every.0 };
            "endless": endless => |Wait(every)| Action::Endless(every);
            "half-close": half_close => |Yes| Action::HalfClose;
            "handshake": handshake => |Handshake(fault)| Action::Handshake(fault);
            "hide": hide => Action::Hide;
            "honour-pipelined": honour_pipelined => |Yes| Action::HonourPipelined;
            "jitter": jitter => |Wait(most)| Action::Jitter(most);
            "lines": lines => Action::Lines;
            "loose-end": loose_end => |End(end)| Action::LooseEnd(end);
            "mask": mask => Action::Mask;
            "overlong": overlong => Action::Overlong;
            "raw": raw => |text: String| Action::Raw(text.into_bytes());
            "raw-hex": raw_hex => |Hex(bytes)| Action::Raw(bytes);
            "reply": reply => Action::Reply;
            "reset": reset => |Yes| Action::Reset;
            "split-crlf": split_crlf => |Wait(wait)| Action::SplitCrlf(wait);
            "stall": stall => |Yes| Action::Stall;
            "stop-reading": stop_reading => |Yes| Action::StopReading;
            "throttle": throttle => |Throttle { octets, per }| Action::Throttle {
                octets,
                per: per.0,
            };
        }
        found.sort_by_key(|(place, ..)| *place);
        let mut found = found.into_iter();
        match (found.next(), found.next()) {
            (Some((place, _, action)), None) => Ok((place, action)),
            (Some((_, one, _)), Some((place, other, _))) => {
                let why =
                    format!("two actions, `{one}` and `{other}`; give each its own `[[fault]]`");
                Err(text.bad(place, why))
            }
            (None, _) => {
                let why = "a fault needs an action: `add`, `budget`, `close`, `conceal`, `delay`, \
                           `drip`, `endless`, `half-close`, `handshake`, `hide`, \
                           `honour-pipelined`, `jitter`, `lines`, `loose-end`, `mask`, \
                           `overlong`, `raw`, `raw-hex`, `reply`, `reset`, `split-crlf`, \
                           `stall`, `stop-reading` or `throttle`";
                Err(text.bad(head, why))
            }
        }
    }
}
