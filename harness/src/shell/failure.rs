//! An error with the place where it happened, in the layout of Windows PowerShell.

use std::fmt::Write as _;
use std::sync::Arc;

use super::syntax::Span;
use super::trouble::Trouble;

/// An error, and where.
#[derive(Clone, Debug)]
pub(super) struct Failure {
    pub(super) trouble: Trouble,
    source: Arc<str>,
    span: Span,
    /// The command as it was typed, if it was one's.
    typed: String,
    /// Its full name.
    activity: &'static str,
    /// Whether the script could not even be read.
    unread: bool,
    /// A near miss.
    hint: Option<String>,
    /// Whether the whole script ends with it: `-ErrorAction Stop`.
    pub(super) ends_all: bool,
}

/// How much of a line is shown.
const LINE: usize = 69;

impl Failure {
    /// An error in an expression.
    pub(super) fn new(trouble: Trouble, source: &Arc<str>, span: Span) -> Self {
        Self {
            trouble,
            source: Arc::clone(source),
            span,
            typed: String::new(),
            activity: "",
            unread: false,
            hint: None,
            ends_all: false,
        }
    }

    /// A script that could not be read.
    pub(super) fn unread(trouble: Trouble, source: &Arc<str>, span: Span) -> Self {
        Self {
            unread: true,
            ..Self::new(trouble, source, span)
        }
    }

    /// The same, of a command.
    pub(super) fn of(self, typed: &str, activity: &'static str) -> Self {
        Self {
            typed: typed.to_owned(),
            activity,
            ..self
        }
    }

    /// The same, with what was perhaps meant.
    pub(super) fn hint(self, hint: Option<String>) -> Self {
        Self { hint, ..self }
    }

    /// The whole text, with the empty line behind it. Long lines are left to the terminal.
    pub(super) fn text(&self) -> String {
        let mut out = String::new();
        let message = self.trouble.message.trim_end();
        if self.unread {
            out += &self.place();
            out += message;
            out.push('\n');
        } else {
            if !self.typed.is_empty() {
                out += &self.typed;
                out += " : ";
            }
            out += message;
            out.push('\n');
            out += &self.place();
        }
        let Trouble {
            category,
            target,
            exception,
            id,
            ..
        } = &self.trouble;
        let target = match target.as_str() {
            "" => ":".to_owned(),
            target => format!("{}:String", shortened(target)),
        };
        // Writing to a string cannot fail.
        let _ = write!(
            out,
            "    + CategoryInfo          : {category}: ({target}) [{}], {}\n    \
             + FullyQualifiedErrorId : {id}",
            self.activity,
            shortened(exception)
        );
        if let Some(hint) = &self.hint {
            let _ = write!(out, "\nhint: {hint}");
        }
        out.push('\n');
        out
    }

    /// `At line:1 char:1`, the line, and what of it is meant.
    fn place(&self) -> String {
        let before = self.source.get(..self.span.start).unwrap_or_default();
        let start_of_line = before.rfind('\n').map_or(0, |end| end + 1);
        let number = before.matches('\n').count() + 1;
        let rest = self.source.get(start_of_line..).unwrap_or_default();
        let line: Vec<char> = rest.lines().next().unwrap_or_default().chars().collect();
        let column = before[start_of_line..].chars().count();
        let meant = self.span.of(&self.source).lines().next();
        let length = meant.unwrap_or_default().chars().count();
        let shown = window(&line, column, length);
        format!("At line:{number} char:{}\n{shown}", column + 1)
    }
}

/// The line and the tildes under it; of a long line the part that matters.
fn window(line: &[char], column: usize, length: usize) -> String {
    let column = column.min(line.len());
    let mut length = length.min(line.len() - column);
    let (all_before, all_behind) = (column, line.len() - column - length);
    let (mut before, mut behind) = (all_before, all_behind);
    if line.len() > LINE {
        before = before.min(12);
        behind = behind.min(8);
        if before + length + behind >= LINE {
            length = length.min(LINE - before);
            behind = 0;
        } else {
            let spare = LINE - before - length - behind;
            let more = spare.min(all_before - before);
            before += more;
            behind += (spare - more).min(all_behind - behind);
        }
    }
    let start = column - before;
    let end = column + length + behind;
    let dots = |cut: bool, dots: &'static str| if cut { dots } else { "" };
    let text: String = line[start..end].iter().collect();
    let text = format!(
        "{}{text}{}",
        dots(start > 0, "... "),
        dots(end < line.len(), " ...")
    );
    let blanks = before + dots(start > 0, "... ").len();
    format!(
        "+ {}\n+ {}{}\n",
        text.trim_end(),
        " ".repeat(blanks),
        "~".repeat(length.max(1))
    )
}

/// At most 40 characters: both ends of what is longer.
fn shortened(text: &str) -> String {
    let count = text.chars().count();
    if count <= 40 {
        return text.to_owned();
    }
    let start: String = text.chars().take(15).collect();
    let end: String = text.chars().skip(count - 15).collect();
    format!("{start}...{end}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_long_line_the_part_that_matters_is_shown() {
        let line: Vec<char> = "x".repeat(200).chars().collect();
        let shown = window(&line, 100, 5);
        let mut lines = shown.lines();
        let first = lines.next().unwrap();
        assert!(
            first.starts_with("+ ... x") && first.ends_with("x ..."),
            "{first}"
        );
        assert_eq!(first.len(), "+ ".len() + 4 + LINE + 4);
        assert!(lines.next().unwrap().ends_with(" ~~~~~"));
        for (column, length) in [(0, 0), (0, 200), (200, 0), (199, 9), (500, 500), (3, 150)] {
            window(&line, column, length);
            window(&[], column, length);
        }
    }

    /// A line and its error as somebody published them.
    #[test]
    fn a_published_line_is_cut_where_powershell_cut_it() {
        let typed = "Invoke-Sqlcmd -ServerInstance localhost -Database CampingJCV_PS -Query \
                     \"sp_NumeroTotalClientes\" -TrustServerCertificate";
        let line: Vec<char> = typed.chars().collect();
        let at = typed.find("-Trust").unwrap();
        assert_eq!(at + 1, 97);
        assert_eq!(
            window(&line, at, "-TrustServerCertificate".len()),
            "+ ... CampingJCV_PS -Query \"sp_NumeroTotalClientes\" -TrustServerCertificate\n\
             +                                                   ~~~~~~~~~~~~~~~~~~~~~~~\n"
        );
    }

    #[test]
    fn long_names_lose_their_middle() {
        assert_eq!(
            shortened("ParameterBindingArgumentTransformationException"),
            "ParameterBindin...mationException"
        );
    }
}
