//! The report as one page: no script, style or picture from anywhere else.

use std::fmt::Write as _;

use super::{Escaped, counts, rfc, said, spoken, verdict};
use crate::audit::{Audited, ClientKind, Grade, ReportCard};
use crate::report::{Event, Leak, Session, What};

pub(super) fn write(card: &ReportCard) -> String {
    let title = format!("Audit of {}", card.client);
    let mut out =
        String::from("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
    // Writing to a String cannot fail.
    let _ = write!(
        out,
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>{}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n<header>\n<h1>{}</h1>\n\
         <p>A client that {}: <b>{}</b>, in {:.1} s.</p>\n",
        Escaped(&title),
        Escaped(&title),
        promise(card.kind),
        counts(card),
        card.took.as_secs_f64(),
    );
    if let Some(stopped) = &card.stopped {
        let _ = writeln!(
            out,
            "<p class=\"stopped\"><b>Stopped:</b> {}.</p>",
            Escaped(stopped)
        );
    }
    out += "<form id=\"filter\" aria-label=\"Show\">\n";
    for grade in Grade::ALL {
        let (name, count) = (grade.name(), card.count(grade));
        let _ = writeln!(
            out,
            "<label class=\"{name}\"><input type=\"checkbox\" value=\"{name}\" checked> {count} {}</label>",
            spoken(grade),
        );
    }
    out += "<input type=\"search\" placeholder=\"find a case\" aria-label=\"find a case\">\n</form>\n</header>\n<main>\n";
    let mut all: Vec<_> = card.all().collect();
    all.sort_by_key(|one| (one.grade, one.severity));
    all.iter().for_each(|one| case(&mut out, one));
    let _ = write!(
        out,
        "</main>\n<footer>Made by <code>mailfault audit</code>. The verdict comes from what the \
         server saw.</footer>\n<script>\n{SCRIPT}</script>\n</body>\n</html>\n"
    );
    out
}

fn promise(kind: ClientKind) -> &'static str {
    match kind {
        ClientKind::Verifying => "demands TLS and verifies the server",
        ClientKind::Opportunistic => "takes the TLS that it can get",
    }
}

fn case(out: &mut String, one: &Audited) {
    let (grade, badge) = (one.grade.name(), verdict(one));
    let _ = write!(
        out,
        "<details class=\"case {grade}\" data-grade=\"{grade}\">\n<summary>\
         <span class=\"badge\">{badge}</span> <code>{}</code> <span class=\"what\">{}</span> \
         <span class=\"did\">{}</span></summary>\n<dl>\n",
        Escaped(&one.id),
        Escaped(&one.summary),
        Escaped(&one.reason),
    );
    let required = match &*rfc(&one.rfc) {
        "" => format!("It {}.", one.required),
        rfc => format!("It {} ({rfc}).", one.required),
    };
    fact(
        out,
        "The client",
        &format!("It {}; the server saw: {}.", one.reason, one.outcome),
    );
    fact(out, "A correct one", &required);
    let words = said(one);
    if !words.is_empty() {
        fact(out, "In its own words", &words);
    }
    for remark in &one.remarks {
        fact(out, "Worth knowing", &format!("It {remark}."));
    }
    *out += "</dl>\n";
    for session in &one.report.sessions {
        conversation(out, session, one.report.sessions.len() > 1);
    }
    *out += "</details>\n";
}

fn fact(out: &mut String, name: &str, text: &str) {
    let _ = writeln!(out, "<dt>{name}</dt><dd>{}</dd>", Escaped(text));
}

/// A session as two people who talk.
fn conversation(out: &mut String, session: &Session, several: bool) {
    if several {
        let _ = writeln!(
            out,
            "<h3>Session {}: {}</h3>",
            session.number,
            session.outcome()
        );
    }
    *out += "<ol class=\"talk\">\n<li class=\"who\"><b>client</b><b>server</b></li>\n";
    let mut inside_tls = session.tls.is_some() && session.implicit_tls;
    for event in session.transcript.events() {
        inside_tls |= matches!(event.what, What::Tls(_));
        turn(out, session, event, inside_tls);
    }
    *out += "</ol>\n";
}

fn turn(out: &mut String, session: &Session, Event { at, what }: &Event, inside_tls: bool) {
    let who = match what {
        What::Client(_) | What::Content(_) => "client",
        What::Server(_) => "server",
        What::Fault(_) => "fault",
        What::Tls(_) => "note up",
        What::TlsFailed(_) | What::AlertFromClient(_) | What::AlertFromServer(_) => "note bad",
        _ => "note",
    };
    // The marks `C:`, `S:`, `--` and `fault:` say what the page shows by place and colour.
    let marked = what.to_string();
    let unmarked = |line| {
        let marks = ["C: ", "S: ", "-- fault: ", "-- "].into_iter();
        let mut rests = marks.filter_map(|mark| str::strip_prefix(line, mark));
        rests.next().unwrap_or(line)
    };
    let lines: Vec<&str> = marked.lines().map(unmarked).collect();
    const SHOWN: usize = 40;
    let mut text = lines[..lines.len().min(SHOWN)].join("\n");
    if lines.len() > SHOWN {
        text += &format!("\n… {} more lines", lines.len() - SHOWN);
    }
    let mut leaks = session.in_clear().iter();
    let leak = !inside_tls
        && match what {
            What::Client(line) => {
                let line = String::from_utf8_lossy(line);
                leaks.any(|leak| leak.text.trim_end() == line.trim_end())
            }
            What::Content(_) => leaks.any(|leak| leak.what == Leak::Content),
            _ => false,
        };
    let leak = if leak { " leak" } else { "" };
    let tls = if inside_tls { " tls" } else { "" };
    let _ = writeln!(
        out,
        "<li class=\"{who}{leak}{tls}\"><span>{}</span><time>{} ms</time></li>",
        Escaped(&text),
        at.as_millis(),
    );
}

const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");
