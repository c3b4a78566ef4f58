//! Figures of several rounds, and how they compare.

/// Prints comparisons, as text or as a JSON object each line.
pub(crate) struct Sheet {
    json: bool,
    /// What the text of a comparison must hold.
    only: Option<String>,
}

/// One thing that was measured of several subjects, in rounds in which all took their turn.
pub(crate) struct Comparison {
    /// `messages`
    pub(crate) bench: &'static str,
    /// `1 KB, 8 connections, reused, plain`
    pub(crate) what: String,
    /// `messages/s`
    pub(crate) unit: &'static str,
    /// The subjects with a figure each round; the others are compared with the first.
    pub(crate) columns: Vec<Column>,
}

/// The figures of one subject, a round each.
pub(crate) struct Column {
    pub(crate) name: &'static str,
    pub(crate) rounds: Vec<f64>,
}

/// Where the figures lie.
struct Spread {
    median: f64,
    least: f64,
    most: f64,
}

impl Column {
    pub(crate) fn new(name: &'static str) -> Self {
        Self {
            name,
            rounds: Vec::new(),
        }
    }
}

impl Sheet {
    pub(crate) fn new(json: bool, only: Option<String>) -> Self {
        Self { json, only }
    }

    /// Whether a comparison is asked for.
    pub(crate) fn wants(&self, what: &str) -> bool {
        self.only.as_ref().is_none_or(|only| what.contains(only))
    }

    /// A line for people; nothing in JSON.
    pub(crate) fn note(&self, text: &str) {
        if !self.json {
            println!("{text}");
        }
    }

    pub(crate) fn print(&self, comparison: &Comparison) {
        let Some((ours, _)) = comparison.columns.split_first() else {
            return;
        };
        if !self.json {
            println!(
                "{}: {}, in {}",
                comparison.bench, comparison.what, comparison.unit
            );
        }
        for column in &comparison.columns {
            let figure = Spread::of(column.rounds.clone());
            // Round by round, so that what slows a whole round down does not count.
            let pairs = ours.rounds.iter().zip(&column.rounds);
            let ratio = Spread::of(pairs.map(|(ours, theirs)| ours / theirs).collect());
            match self.json {
                true => println!("{}", json(comparison, column.name, &figure, &ratio)),
                false => println!("{}", line(comparison, column.name, &figure, &ratio)),
            }
        }
    }
}

fn line(comparison: &Comparison, name: &str, figure: &Spread, ratio: &Spread) -> String {
    let shown = format!(
        "  {name:<24} {:>8}  ({:>8} to {:>8})",
        number(figure.median),
        number(figure.least),
        number(figure.most)
    );
    if comparison.columns[0].name == name {
        return shown;
    }
    format!(
        "{shown}  ratio {:.2} ({:.2} to {:.2})",
        ratio.median, ratio.least, ratio.most
    )
}

fn json(comparison: &Comparison, name: &str, figure: &Spread, ratio: &Spread) -> String {
    // Names and texts are ours and hold nothing that JSON escapes.
    format!(
        r#"{{"bench":"{}","what":"{}","subject":"{name}","unit":"{}","median":{},"least":{},"most":{},"ratio":{},"ratio_least":{},"ratio_most":{}}}"#,
        comparison.bench,
        comparison.what,
        comparison.unit,
        figure.median,
        figure.least,
        figure.most,
        ratio.median,
        ratio.least,
        ratio.most,
    )
}

fn number(value: f64) -> String {
    match value.abs() {
        size if size >= 100.0 => format!("{value:.0}"),
        size if size >= 10.0 => format!("{value:.1}"),
        _ => format!("{value:.2}"),
    }
}

/// The figure in the middle; 0 of none.
pub(crate) fn median(figures: Vec<f64>) -> f64 {
    Spread::of(figures).median
}

impl Spread {
    fn of(mut figures: Vec<f64>) -> Self {
        figures.sort_by(f64::total_cmp);
        let at = |index: usize| figures.get(index).copied().unwrap_or(0.0);
        Self {
            median: at(figures.len() / 2),
            least: at(0),
            most: at(figures.len().saturating_sub(1)),
        }
    }
}
