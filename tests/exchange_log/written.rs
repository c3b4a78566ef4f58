//! Whatever is written is read again, by us and by the reader of Python.

use std::time::{Duration, SystemTime};

use mailfault::exchange::log::{
    LogKind, ProtocolLog, Row, RowEvent, TrackingEvent, TrackingKind, TrackingLog, TrackingRow,
};
use proptest::prelude::*;

use crate::support::program;

/// Texts with everything that lines of comma-separated values stumble over.
fn text() -> impl Strategy<Value = String> {
    let nasty = prop::sample::select(vec![
        ",", "\"", "\"\"", "\r", "\n", "\r\n", " ", "#", "#Date: x", "\u{feff}", "\0", "ü", "*",
        ";",
    ]);
    let piece = prop_oneof![nasty.prop_map(str::to_owned), "[a-z]{0,3}", any::<String>()];
    prop::collection::vec(piece, 0..6).prop_map(|pieces| pieces.concat())
}

/// Up to the year 9999, to the millisecond.
fn time() -> impl Strategy<Value = SystemTime> {
    (0..253_402_300_800_000u64)
        .prop_map(|since| SystemTime::UNIX_EPOCH + Duration::from_millis(since))
}

fn row() -> impl Strategy<Value = Row> {
    let event = prop::sample::select(vec![
        RowEvent::Connect,
        RowEvent::Disconnect,
        RowEvent::Information,
        RowEvent::Receive,
        RowEvent::Send,
    ]);
    let texts = prop::collection::vec(text(), 6);
    (time(), any::<u64>(), event, texts).prop_map(|(time, sequence, event, texts)| {
        let [connector, session, local, remote, data, context] = texts.try_into().unwrap();
        Row {
            time,
            connector,
            session,
            sequence,
            local,
            remote,
            event,
            data,
            context,
        }
    })
}

fn tracking_row() -> impl Strategy<Value = TrackingRow> {
    let event = prop_oneof![
        Just(TrackingEvent::SendExternal),
        Just(TrackingEvent::Other("NOTIFYMAPI".to_owned())),
    ];
    let numbers = any::<(Option<u64>, Option<u64>)>();
    let texts = prop::collection::vec(text(), 5);
    (time(), event, numbers, texts).prop_map(|(time, event, numbers, texts)| {
        let [source, subject, custom, log_id, schema] = texts.try_into().unwrap();
        TrackingRow {
            total_bytes: numbers.0,
            recipient_count: numbers.1,
            message_subject: subject,
            custom_data: custom,
            log_id,
            schema_version: schema,
            ..TrackingRow::new(time, &source, event)
        }
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn rows_are_read_as_they_were_written(rows in prop::collection::vec(row(), 0..8), date in time()) {
        for kind in [LogKind::SmtpReceive, LogKind::SmtpSend] {
            let log = ProtocolLog { kind, version: "15.0.0.0".to_owned(), date, rows: rows.clone() };
            let text = log.to_string();
            prop_assert_eq!(ProtocolLog::parse("x.LOG", &text), Ok(log), "{}", text);
        }
        for row in rows {
            prop_assert_eq!(row.to_string().parse(), Ok(row));
        }
    }

    #[test]
    fn rows_are_in_the_file_of_their_hour(rows in prop::collection::vec(row(), 0..8)) {
        let logs = ProtocolLog::by_file(LogKind::SmtpSend, "15.0.0.0", rows.clone());
        prop_assert_eq!(logs.iter().map(|log| log.rows.len()).sum::<usize>(), rows.len());
        for log in logs {
            let name = log.file_name(1);
            for row in &log.rows {
                let line = row.to_string();
                let digits: String = line.chars().filter(char::is_ascii_digit).take(10).collect();
                prop_assert_eq!(&name, &format!("SEND{}-1.LOG", digits));
            }
        }
    }

    #[test]
    fn tracking_rows_are_read_as_they_were_written(rows in prop::collection::vec(tracking_row(), 0..8), date in time()) {
        let version = "15.02.1118.007".to_owned();
        let log = TrackingLog { kind: TrackingKind::Delivery, version, date, rows };
        let text = log.to_string();
        prop_assert_eq!(TrackingLog::parse("MSGTRKMD1-1.LOG", &text), Ok(log), "{}", text);
    }

    /// What is no log is an error, and what is one is the same log when it is written again.
    #[test]
    fn any_text_is_survived(pieces in prop::collection::vec(prop_oneof![
        text(),
        row().prop_map(|row| format!("{row}\r\n")),
        Just("#Fields: event,session-id,sequence-number,date-time\n".to_owned()),
        Just("+,s,1,2023-01-11T16:00:04.113Z\n".to_owned()),
    ], 0..6)) {
        if let Ok(log) = ProtocolLog::parse("RECV.LOG", &pieces.concat()) {
            prop_assert_eq!(ProtocolLog::parse("RECV.LOG", &log.to_string()), Ok(log));
        }
        let _ = TrackingLog::parse("MSGTRK.LOG", &pieces.concat());
    }
}

/// Reads the rows behind a header, and writes their fields apart by characters that stand in no
/// field.
const READER: &str = r#"
import csv, io, sys
text = sys.stdin.buffer.read().decode("utf-8")
rows = text.split("\r\n", 5)[5]
for row in csv.reader(io.StringIO(rows, newline=""), strict=True):
    sys.stdout.write("\x1f".join(row) + "\x1e")
"#;

#[test]
fn python_reads_the_fields_that_were_written() {
    let Some(python) = program::installed("python3") else {
        return;
    };
    let row = |data: &str, context: &str| Row {
        time: SystemTime::UNIX_EPOCH,
        connector: r"EX01\Default, Frontend".to_owned(),
        session: "08D1".to_owned(),
        sequence: 7,
        local: String::new(),
        remote: "[::1]:25".to_owned(),
        event: RowEvent::Information,
        data: data.to_owned(),
        context: context.to_owned(),
    };
    let rows = vec![
        row("", ""),
        row(r#"O="Starfield, Inc.", C=US"#, "\"\""),
        row(" two\r\nlines", "\nmore"),
        row("#", "\u{fc};"),
    ];
    let log = ProtocolLog {
        kind: LogKind::SmtpReceive,
        version: "15.0.0.0".to_owned(),
        date: SystemTime::UNIX_EPOCH,
        rows,
    };
    let home = tempfile::tempdir().unwrap();
    let mut command = program::command(python, home.path());
    command
        .env("PYTHONIOENCODING", "utf-8")
        .env("PYTHONUTF8", "1");
    let said = program::run(command.arg("-c").arg(READER), log.to_string().as_bytes()).said;
    let expected: Vec<String> = log
        .rows
        .iter()
        .map(|row| {
            let sequence = row.sequence.to_string();
            [
                "1970-01-01T00:00:00.000Z",
                &row.connector,
                &row.session,
                &sequence,
                &row.local,
                &row.remote,
                row.event.sign(),
                &row.data,
                &row.context,
            ]
            .join("\u{1f}")
        })
        .collect();
    let read: Vec<&str> = said.split_terminator('\u{1e}').collect();
    assert_eq!(read, expected);
}
