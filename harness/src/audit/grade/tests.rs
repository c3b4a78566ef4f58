use std::collections::BTreeSet;

use super::*;
use crate::audit::ClientKind::{Opportunistic as Mta, Verifying};
use crate::report::Leak::{Content, Credentials, Envelope};
use crate::report::Outcome::*;

/// What a client did, from what it did at its best: it went away.
fn left(outcome: Outcome) -> Seen {
    Seen {
        outcome,
        in_clear: BTreeSet::new(),
        clear_after_220: false,
        inside_tls: BTreeSet::new(),
        believed_clear: false,
        copies: 0,
        reply_lost: false,
        repeated: false,
        hung: false,
        unseen: None,
    }
}

/// A message went through inside TLS.
fn delivered() -> Seen {
    Seen {
        inside_tls: [Credentials, Content, Envelope].into(),
        copies: 1,
        ..left(Delivered)
    }
}

/// A message went through inside TLS, and nobody logged in.
fn delivered_without_auth() -> Seen {
    Seen {
        inside_tls: [Content, Envelope].into(),
        ..delivered()
    }
}

/// A message went through in clear.
fn in_clear() -> Seen {
    Seen {
        in_clear: [Content, Envelope].into(),
        copies: 1,
        ..left(DeliveredInClear)
    }
}

#[track_caller]
fn check(kind: ClientKind, id: &str, seen: &Seen, expected: &str) {
    let scenario = Scenario::named(id).unwrap();
    let demand = Demand::of(kind, &scenario);
    let judged = grade(&demand, seen);
    let said = match judged.severity {
        Some(severity) => format!("{}: {severity}", judged.grade),
        None => judged.grade.to_string(),
    };
    assert_eq!(said, expected, "{id}, {kind}, {seen:?}: {}", judged.reason);
}

#[test]
fn a_verifying_client_refuses_what_it_must() {
    let check = |id, seen: &Seen, expected| check(Verifying, id, seen, expected);
    check("tls/expired", &left(RefusedTls), "right");
    check("tls/expired", &left(GaveUp), "right");
    check("tls/expired", &delivered(), "wrong: credentials");
    check("tls/expired", &delivered_without_auth(), "wrong: content");
    let asked = Seen {
        inside_tls: [Envelope].into(),
        ..left(RefusedSmtp)
    };
    check("tls/expired", &asked, "wrong: envelope");
    check("tls/expired", &in_clear(), "wrong: content");
    check("starttls/stripped", &left(RefusedTls), "right");
    check("starttls/stripped", &in_clear(), "wrong: content");
    check("starttls/ehlo-refused", &left(RefusedSmtp), "right");
    // It may go on without AUTH, and the file says so.
    check(
        "starttls/auth-only-before-tls",
        &delivered_without_auth(),
        "right",
    );
    let believed = Seen {
        believed_clear: true,
        ..delivered()
    };
    check("starttls/auth-only-before-tls", &believed, "wrong: content");
    check("starttls/response-injection", &believed, "wrong: content");
}

#[test]
fn a_verifying_client_may_do_what_is_allowed() {
    let check = |id, seen: &Seen, expected| check(Verifying, id, seen, expected);
    check("tls/cn-only", &delivered(), "lenient");
    check("tls/cn-only", &left(RefusedTls), "right");
    check("tls/expired-root", &delivered(), "not-judged");
    check("tls/expired-root", &left(RefusedTls), "not-judged");
    check("tls/reversed-chain", &delivered(), "right");
    check("tls/reversed-chain", &left(RefusedTls), "not-judged");
    check("control/ed25519", &delivered(), "right");
    check("control/ed25519", &left(RefusedTls), "not-judged");
    check("starttls/454-once", &delivered(), "right");
    check("starttls/454-once", &left(RefusedTls), "right");
    check("mail/rcpt-450-4.7.1", &delivered(), "right");
    check("mail/rcpt-450-4.7.1", &left(RefusedSmtp), "right");
    check("mail/body-554-5.7.1", &left(RefusedSmtp), "right");
    check("mail/body-554-5.7.1", &left(GaveUp), "right");
    check("mail/rcpt-251", &left(GaveUp), "not-judged");
    check("net/close-after-final-dot", &left(GaveUp), "right");
}

#[test]
fn an_opportunistic_client_may_take_any_tls() {
    let check = |id, seen: &Seen, expected| check(Mta, id, seen, expected);
    check("tls/expired", &delivered(), "right");
    check("tls/expired", &left(RefusedTls), "right");
    check("tls/expired", &in_clear(), "wrong: content");
    check("tls/key-mismatch", &in_clear(), "right");
    check("tls/reversed-chain", &left(RefusedTls), "not-judged");
    check("control/p256", &in_clear(), "wrong: content");
    check("mail/rcpt-251", &in_clear(), "wrong: content");
}

#[test]
fn an_opportunistic_client_goes_on_in_clear_where_there_is_no_tls() {
    let check = |id, seen: &Seen, expected| check(Mta, id, seen, expected);
    check("starttls/stripped", &in_clear(), "right");
    check("starttls/stripped", &left(RefusedTls), "right");
    check(
        "starttls/stall-instead-of-reply",
        &in_clear(),
        "wrong: content",
    );
    check("handshake/junk", &in_clear(), "right");
    check("starttls/220-then-plaintext-500", &in_clear(), "right");
    let same_connection = Seen {
        clear_after_220: true,
        ..in_clear()
    };
    check(
        "starttls/220-then-plaintext-500",
        &same_connection,
        "wrong: content",
    );
    let password = Seen {
        in_clear: [Credentials, Content, Envelope].into(),
        ..left(LeakedCredentials)
    };
    check("starttls/stripped", &password, "wrong: credentials");
    let believed = Seen {
        believed_clear: true,
        ..delivered()
    };
    check("starttls/response-injection", &believed, "wrong: content");
    check(
        "starttls/response-injection",
        &delivered_without_auth(),
        "wrong: content",
    );
}

#[test]
fn what_is_wrong_everywhere_is_wrong_here() {
    for kind in [Verifying, Mta] {
        let twice = Seen {
            copies: 2,
            ..delivered()
        };
        check(kind, "mail/body-two-replies", &twice, "wrong: double");
        let unavoidable = Seen {
            reply_lost: true,
            ..twice
        };
        check(kind, "mail/body-junk", &unavoidable, "right");
        let hung = Seen {
            hung: true,
            ..left(Hung)
        };
        check(kind, "net/stall-at-rcpt", &hung, "wrong: hung");
        check(kind, "starttls/220-then-stall", &hung, "wrong: hung");
        let hung_at_quit = Seen {
            hung: true,
            ..delivered()
        };
        check(kind, "net/stall-at-quit", &hung_at_quit, "wrong: hung");
    }
}

#[test]
fn what_never_came_to_pass_is_not_judged() {
    let silent = Seen {
        unseen: Some("the fault never fired".to_owned()),
        ..delivered()
    };
    check(Verifying, "mail/auth-504", &silent, "not-judged");
    check(
        Verifying,
        "handshake/sni-unknown-fatal",
        &silent,
        "not-judged",
    );
    check(
        Verifying,
        "net/close-before-greeting",
        &left(NeverCame),
        "not-judged",
    );
    // What leaked, leaked all the same.
    let leaked = Seen {
        in_clear: [Credentials].into(),
        ..silent
    };
    check(Verifying, "mail/auth-504", &leaked, "wrong: credentials");
}

#[test]
fn what_is_required_can_be_said() {
    let words = |kind, id| Demand::of(kind, &Scenario::named(id).unwrap()).words();
    assert_eq!(words(Verifying, "tls/expired"), "must refuse");
    assert_eq!(words(Verifying, "tls/cn-only"), "should refuse");
    assert_eq!(
        words(Verifying, "tls/expired-root"),
        "may refuse or deliver"
    );
    assert_eq!(words(Verifying, "control/p256"), "should deliver");
    assert_eq!(
        words(Verifying, "mail/rcpt-450-4.7.1"),
        "should end with refused-smtp or delivered"
    );
    assert_eq!(words(Mta, "tls/expired"), "may deliver over TLS, or defer");
    assert_eq!(
        words(Mta, "starttls/stripped"),
        "may deliver, in clear if need be, or defer"
    );
    assert_eq!(words(Mta, "starttls/response-injection"), "must refuse");
}

#[test]
fn what_was_refused_for_good_is_not_to_be_repeated() {
    let again = Seen {
        repeated: true,
        ..left(RefusedSmtp)
    };
    check(
        Verifying,
        "mail/rcpt-550-5.1.1",
        &left(RefusedSmtp),
        "right",
    );
    check(Verifying, "mail/rcpt-550-5.1.1", &again, "lenient");
    check(Mta, "mail/rcpt-550-5.1.1", &again, "lenient");
}
