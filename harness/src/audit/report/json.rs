//! The report as JSON. Its fields are documented in `docs/json.md`: change both.

use std::fmt::Write as _;

use crate::audit::{Audited, Grade, ReportCard};

pub(super) fn write(card: &ReportCard) -> String {
    let list = |all: &[Audited]| {
        let all: Vec<_> = all
            .iter()
            .map(|one| format!("\n    {}", case(one)))
            .collect();
        format!("[{}\n  ]", all.join(","))
    };
    let count = |grade: &Grade| format!("{}: {}", text(grade.name()), card.count(*grade));
    let counts: Vec<_> = Grade::ALL.iter().map(count).collect();
    let mut out = String::new();
    // Writing to a String cannot fail.
    let _ = writeln!(
        out,
        "{{\n  \"client\": {},\n  \"kind\": {},\n  \"clean\": {},\n  \"stopped\": {},\n  \
         \"counts\": {{{}}},\n  \"controls\": {},\n  \"cases\": {}\n}}",
        text(&card.client),
        text(card.kind.name()),
        card.is_clean(),
        optional(card.stopped.as_deref()),
        counts.join(", "),
        list(&card.controls),
        list(&card.cases),
    );
    out
}

fn case(one: &Audited) -> String {
    let remarks: Vec<_> = one.remarks.iter().map(|remark| text(remark)).collect();
    let exit = one
        .said
        .exit
        .map_or("null".to_owned(), |code| code.to_string());
    let fields = [
        ("id", text(&one.id)),
        ("summary", text(&one.summary)),
        ("grade", text(one.grade.name())),
        (
            "severity",
            optional(one.severity.map(|severity| severity.name())),
        ),
        ("reason", text(&one.reason)),
        ("outcome", text(one.outcome.name())),
        ("required", text(&one.required)),
        ("rfc", text(&one.rfc)),
        ("remarks", format!("[{}]", remarks.join(", "))),
        ("client_said", text(&one.said.text)),
        ("exit", exit),
        ("ms", one.took.as_millis().to_string()),
        ("transcript", text(&one.transcript())),
    ];
    let fields = fields.map(|(name, value)| format!("{}: {value}", text(name)));
    format!("{{{}}}", fields.join(", "))
}

fn optional(value: Option<&str>) -> String {
    value.map_or("null".to_owned(), text)
}

fn text(value: &str) -> String {
    serde_json::Value::from(value).to_string()
}
