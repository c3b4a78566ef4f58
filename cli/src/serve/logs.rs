//! What happens, as files: `transcripts/session-N.txt` and `events.log`.

use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use mailfault::{Event, Session, What};

use super::text::event_lines;
use crate::error::Error;
use crate::play::make_directory;

pub(super) struct Logs {
    events: File,
    events_path: PathBuf,
    transcripts: PathBuf,
}

impl Logs {
    pub(super) fn new(out: &Path) -> Result<Self, Error> {
        let (events_path, transcripts) = (out.join("events.log"), out.join("transcripts"));
        make_directory(&transcripts)?;
        let events = File::create(&events_path)
            .map_err(|error| Error::system("write", &events_path, &error))?;
        Ok(Self {
            events,
            events_path,
            transcripts,
        })
    }

    pub(super) fn event(&mut self, number: u64, event: &Event) -> Result<(), Error> {
        let written = self.events.write_all(event_lines(number, event).as_bytes());
        written.map_err(|error| Error::system("write", &self.events_path, &error))
    }

    /// Writes the transcript of a session that is over; `end` is its last event.
    pub(super) fn session(&mut self, session: &Session, end: &Event) -> Result<(), Error> {
        let path = self
            .transcripts
            .join(format!("session-{}.txt", session.number));
        let mut text = session.to_string();
        // Observers hear of an event before the transcript has it.
        let events = session.transcript.events();
        if !events
            .iter()
            .any(|event| matches!(event.what, What::Ended(_)))
        {
            text += &format!("{}\n", end.what);
        }
        std::fs::write(&path, text).map_err(|error| Error::system("write", &path, &error))
    }
}
