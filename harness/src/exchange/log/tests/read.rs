//! Files of others are read, and written again as they were.

use super::super::*;
use super::{NOT_SENT, RECEIVED, RECEIVED_PACKED, SENT, TRACKED, written};

#[test]
fn rows_of_public_logs_are_written_as_they_were() {
    for excerpt in [RECEIVED, SENT, NOT_SENT] {
        let rows = Row::read_all("excerpt", excerpt).unwrap();
        assert_eq!(written(&rows), excerpt);
    }
}

#[test]
fn a_public_file_is_written_as_it_was() {
    let name = "RECV2023011116-1.LOG";
    let log = ProtocolLog::parse(name, RECEIVED_PACKED).unwrap();
    assert_eq!(log.kind, LogKind::SmtpReceive);
    assert_eq!(log.to_string(), RECEIVED_PACKED);
    assert_eq!(log.file_name(1), name);
}

#[test]
fn a_public_tracking_file_is_written_as_it_was() {
    let name = "MSGTRKMS2022091915-1.LOG";
    let log = TrackingLog::parse(name, TRACKED).unwrap();
    assert_eq!(log.kind, TrackingKind::Submission);
    assert_eq!(
        log.rows[0].event,
        TrackingEvent::Other("NOTIFYMAPI".to_owned())
    );
    assert_eq!(log.rows[1].event, TrackingEvent::Receive);
    assert_eq!(log.rows[1].total_bytes, Some(3_750_222));
    assert_eq!(log.to_string(), TRACKED);
    assert_eq!(log.file_name(1), name);
}

#[test]
fn columns_may_stand_in_another_order_and_be_fewer() {
    let text = "\u{feff}#Fields: event,sequence-number,session-id,date-time\n\
        +,0,08D479E14521204D,2017-04-14T17:00:41.125Z\n\
        #Fields: date-time,session-id,sequence-number,event,data\n\
        2017-04-14T17:00:41.125Z,08D479E14521204D,1,<,QUIT";
    let log = ProtocolLog::parse("logs/send20170414-1.log", text).unwrap();
    assert_eq!(log.kind, LogKind::SmtpSend);
    assert_eq!(log.date, log.rows[0].time);
    let [first, second] = log.rows.as_slice() else {
        panic!("{:?}", log.rows)
    };
    assert_eq!((first.event, first.sequence), (RowEvent::Connect, 0));
    assert_eq!(
        (second.event, second.data.as_str()),
        (RowEvent::Receive, "QUIT")
    );
}

#[test]
fn older_versions_have_fewer_columns_and_larger_files() {
    let time = timestamp::read("2010-12-01T09:08:07.006Z").unwrap();
    let row = TrackingRow::new(time, "SMTP", TrackingEvent::Send);
    let files = |version| TrackingLog::by_file(TrackingKind::Transport, version, [row.clone()]);
    let [of_2010] = files("14.0.0.0").try_into().unwrap();
    assert_eq!(of_2010.file_name(2), "MSGTRK20101201-2.LOG");
    for (version, columns) in [
        ("14.0.0.0", 26),
        ("15.00.1104.000", 27),
        ("15.02.1118.007", 30),
    ] {
        let [log] = files(version).try_into().unwrap();
        let text = log.to_string();
        for line in text.lines().skip(4) {
            assert_eq!(line.split(',').count(), columns, "{line}");
        }
        assert_eq!(TrackingLog::parse("MSGTRK", &text), Ok(log));
    }
}

#[test]
fn rows_go_to_the_file_of_their_hour() {
    let row = |time: &str, sequence| Row {
        time: timestamp::read(time).unwrap(),
        sequence,
        ..RECEIVED.lines().next().unwrap().parse().unwrap()
    };
    let rows = [
        row("2023-01-11T16:59:59.999Z", 0),
        row("2023-01-11T17:00:00.000Z", 1),
        row("2023-01-11T16:00:00.000Z", 2),
    ];
    let names = |version| {
        let logs = ProtocolLog::by_file(LogKind::SmtpReceive, version, rows.clone());
        logs.iter()
            .map(|log| (log.file_name(1), log.rows.len()))
            .collect::<Vec<_>>()
    };
    let hours = [
        ("RECV2023011116-1.LOG".to_owned(), 2),
        ("RECV2023011117-1.LOG".to_owned(), 1),
    ];
    assert_eq!(names("15.0.0.0"), hours);
    assert_eq!(names("14.0.0.0"), [("RECV20230111-1.LOG".to_owned(), 3)]);
}

#[test]
fn what_cannot_be_read_is_explained() {
    #[track_caller]
    fn check(text: &str, expected: &str) {
        let error = ProtocolLog::parse("RECV.LOG", text)
            .unwrap_err()
            .to_string();
        assert_eq!(error, expected);
    }
    let row = RECEIVED.lines().next().unwrap();
    check(
        &format!("\n{row}\n{}", row.replace("20,", "2O,")),
        "RECV.LOG:3: sequence-number `2O` is no number\nhint: write it in digits, as `0`",
    );
    check(
        &row.replace("2017", "17"),
        "RECV.LOG:1: date-time `17-04-14T17:00:41.125Z` is no time\nhint: write it as `2023-01-11T16:00:04.113Z`",
    );
    check(
        &row.replace("*", "!"),
        "RECV.LOG:1: event `!` is not known\nhint: write one of `+`, `-`, `*`, `<`, `>`",
    );
    check(
        "a,b",
        "RECV.LOG:1: 2 fields instead of 9 in `a,b`\nhint: a row ends behind its last field, which may be empty; a field with a comma is quoted",
    );
    check(
        "#Fields: date-time,frob",
        "RECV.LOG:1: unknown field `frob`\nhint: take that column out; known are `date-time,connector-id,session-id,sequence-number,local-endpoint,remote-endpoint,event,data,context`",
    );
    check(
        "#Fields: data,data",
        "RECV.LOG:1: the field `data` is named twice\nhint: name each column once",
    );
    check(
        "#Fields: data",
        "RECV.LOG:1: `#Fields` names no `date-time`\nhint: a log cannot be read without that column",
    );
    check(
        "#Log-type: Message Tracking Log",
        "RECV.LOG:1: the file says that it is a `Message Tracking Log`\nhint: this reads SMTP Receive and SMTP Send Protocol Logs",
    );
    check(
        "#Date: today",
        "RECV.LOG:1: `today` is no time\nhint: write it as `2023-01-11T16:00:04.113Z`",
    );
    check(
        &format!("\"{}", "x".repeat(1_000)),
        &format!(
            "RECV.LOG:1: a quote is never closed in `\\\"{}…`\nhint: the file may be cut off; take the last row out",
            "x".repeat(119)
        ),
    );
    let nameless = ProtocolLog::parse("a.txt", row).unwrap_err().to_string();
    assert!(nameless.ends_with("call it `RECV….LOG` or `SEND….LOG`, as Exchange does"));
}
