//! What is new at a seat, to whoever shows it.

use std::sync::Arc;

use serde::Serialize;
use serde_json::json;

use super::{Seat, Shown, State};
use crate::lab::json::milliseconds;
use crate::lab::played::Grade;
use crate::lab::scrollback::Line;

/// What somebody who shows a seat has got of it already.
#[derive(Default)]
pub(crate) struct Got {
    line: u64,
    about: bool,
    view: Option<Arc<str>>,
    status: String,
}

impl Got {
    /// The lines up to this number, and nothing else.
    pub(crate) fn lines(number: u64) -> Self {
        Self {
            line: number,
            ..Self::default()
        }
    }
}

/// Something new.
pub(crate) struct News {
    /// `about`, `view`, `lines`, `status`.
    pub(crate) event: &'static str,
    /// What a browser says that it has got, when it comes again.
    pub(crate) id: Option<u64>,
    /// In JSON.
    pub(crate) data: String,
}

impl News {
    fn new(event: &'static str, data: &impl Serialize) -> Self {
        Self {
            event,
            id: None,
            // Plain data always becomes JSON.
            data: serde_json::to_string(data).unwrap_or_default(),
        }
    }
}

#[derive(Serialize)]
struct Status<'a> {
    busy: bool,
    done: usize,
    question: Option<&'a str>,
    checking: bool,
    grade: Option<&'a Grade>,
    closed: Option<&'a str>,
    ends: Option<u64>,
    /// Whether there is a trainer, who wants a name.
    class: bool,
    name: &'a str,
}

impl Seat {
    /// What is new to somebody: the state last, which follows from the rest.
    pub(crate) fn news(&self, got: &mut Got) -> Vec<News> {
        let mut news = Vec::new();
        if let (false, Some(lab)) = (got.about, self.lab.get()) {
            let about = json!({ "seed": lab.seed(), "ticket": lab.ticket() });
            news.push(News::new("about", &about));
            got.about = true;
        }
        let state = self.state();
        if let Some(Shown { json, .. }) = &state.view
            && got.view.as_ref().is_none_or(|got| !Arc::ptr_eq(got, json))
        {
            news.push(News {
                event: "view",
                id: None,
                data: json.to_string(),
            });
            got.view = Some(Arc::clone(json));
        }
        let lines: Vec<&Line> = state.lines.behind(got.line).collect();
        if let Some(last) = lines.last() {
            news.push(News {
                id: Some(last.number),
                ..News::new("lines", &lines)
            });
            got.line = last.number;
        }
        let status = News::new("status", &state.status(self.class));
        if got.status != status.data {
            got.status.clone_from(&status.data);
            news.push(status);
        }
        news
    }
}

impl State {
    fn status(&self, class: bool) -> Status<'_> {
        Status {
            busy: self.busy,
            done: self.done,
            question: self.question.as_ref().map(|question| &*question.text),
            checking: self.checking,
            grade: self.grade.as_ref(),
            closed: self.closed.as_deref(),
            ends: self.ends.map(milliseconds),
            class,
            name: &self.progress.name,
        }
    }
}
