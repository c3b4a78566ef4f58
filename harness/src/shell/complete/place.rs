//! Where in a line the cursor is. The line is not finished, so it is not parsed: it is walked
//! through once, with what is open.

/// The word before the cursor, and the command that it belongs to.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Place {
    /// Where the word starts.
    pub(super) start: usize,
    /// The words of its command before it.
    pub(super) words: Vec<String>,
    /// The first word of the pipeline that it is in, if it is not in its first command.
    pub(super) upstream: Option<String>,
    /// Whether a comma stands before it.
    pub(super) in_list: bool,
}

#[derive(Default)]
struct Frame {
    place: Place,
    /// The word that is being read, if one is.
    word: Option<usize>,
    quote: Option<char>,
}

impl Frame {
    fn end_word(&mut self, line: &str, at: usize) {
        if let Some(start) = self.word.take() {
            // What follows a comma belongs to the word before it.
            if !self.place.in_list {
                self.place.words.push(line[start..at].to_owned());
            }
            self.place.in_list = false;
        }
    }

    fn begin_command(&mut self, upstream: Option<String>) {
        self.place.words.clear();
        self.place.upstream = upstream;
        self.place.in_list = false;
    }
}

/// The place at the end of a line.
pub(super) fn of(line: &str) -> Place {
    let mut outer: Vec<Frame> = Vec::new();
    let mut frame = Frame::default();
    let mut characters = line.char_indices().peekable();
    while let Some((at, c)) = characters.next() {
        let opens = matches!(characters.peek(), Some((_, '(')));
        match (frame.quote, c) {
            (Some('\''), '\'') | (Some('"'), '"') => frame.quote = None,
            (Some('\''), _) => {}
            (_, '`') => {
                frame.word.get_or_insert(at);
                characters.next();
            }
            // In a string `$(` alone opens anything.
            (Some(_), '$') if opens => {
                characters.next();
                let inner = Frame::default();
                outer.push(std::mem::replace(&mut frame, inner));
            }
            (Some(_), _) => {}
            (None, '"' | '\'') => {
                frame.word.get_or_insert(at);
                frame.quote = Some(c);
            }
            (None, '(' | '{') => {
                frame.word.get_or_insert(at);
                let mut inner = Frame::default();
                // A block works on what came through the pipeline before it.
                inner.place.upstream = match c {
                    '{' => frame.place.upstream.clone(),
                    _ => None,
                };
                outer.push(std::mem::replace(&mut frame, inner));
            }
            (None, ')' | '}') => frame = outer.pop().unwrap_or_default(),
            (None, ';' | '\n') => {
                frame.word = None;
                frame.begin_command(None);
            }
            (None, '|') => {
                frame.end_word(line, at);
                let first = frame.place.words.first().cloned();
                let upstream = frame.place.upstream.take().or(first);
                frame.begin_command(upstream);
            }
            (None, ',') => {
                frame.end_word(line, at);
                frame.place.in_list = true;
            }
            (None, '=') if frame.place.words.len() <= 1 => {
                frame.end_word(line, at);
                let assigned = frame
                    .place
                    .words
                    .first()
                    .is_some_and(|w| w.starts_with('$'));
                if assigned {
                    frame.begin_command(None);
                }
            }
            (None, c) if c.is_whitespace() => frame.end_word(line, at),
            (None, _) => {
                frame.word.get_or_insert(at);
            }
        }
    }
    Place {
        start: frame.word.unwrap_or(line.len()),
        ..frame.place
    }
}
