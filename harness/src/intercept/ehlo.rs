//! The EHLO reply as the client gets it.

use super::recognise::{keyword, lines, lists};
use super::tampering::Keywords;
use crate::persona::Facts;

/// What becomes of an EHLO reply.
pub(super) struct Editing<'a> {
    /// The box's own list, for this side of TLS, with its first line.
    pub(super) own: Option<(&'a str, &'a [String])>,
    /// The box opens TLS; inside it, nothing begins it again.
    pub(super) opens_tls: Option<Inside>,
    pub(super) deletes_starttls: bool,
    pub(super) masks: Option<&'a Keywords>,
    pub(super) facts: Facts<'a>,
}

/// Whether the client is inside TLS yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Inside {
    /// In clear; whether the box can offer STARTTLS whatever the server says.
    No {
        offers: bool,
    },
    Yes,
}

impl Editing<'_> {
    /// The reply with everything done to it; octet by octet the same where nothing was.
    pub(super) fn apply(&self, reply: &[u8]) -> Vec<u8> {
        let mut lines = match self.own {
            Some(own) => self.own_lines(own, reply),
            None => lines(reply).into_iter().map(<[u8]>::to_vec).collect(),
        };
        if let Some(inside) = self.opens_tls {
            // It begins TLS as well, and the box does not speak it.
            remove(&mut lines, "X-ANONYMOUSTLS");
            match inside {
                Inside::No { offers } => {
                    if offers && !lists(&lines.concat(), "STARTTLS") {
                        lines.push(b"250 STARTTLS\r\n".to_vec());
                    }
                }
                Inside::Yes => remove(&mut lines, "STARTTLS"),
            }
        }
        if self.deletes_starttls {
            remove(&mut lines, "STARTTLS");
        }
        separate(&mut lines);
        if let Some(keywords) = self.masks {
            mask(&mut lines, keywords);
        }
        lines.concat()
    }

    /// The box's own list, without what the server behind it does not have.
    fn own_lines(&self, (hello, list): (&str, &[String]), reply: &[u8]) -> Vec<Vec<u8>> {
        // What begins TLS is the box's own, and so is help.
        const ITS_OWN: [&str; 2] = ["STARTTLS", "HELP"];
        let has = |line: &&String| {
            let keyword = line.split([' ', '=']).next().unwrap_or_default();
            match ITS_OWN.contains(&keyword) {
                true => keyword != "STARTTLS" || self.opens_tls.is_some() || lists(reply, keyword),
                false => lists(reply, keyword),
            }
        };
        let listed = list.iter().filter(has).map(String::as_str);
        let texts = std::iter::once(hello).chain(listed);
        texts
            .map(|text| format!("250-{}\r\n", self.facts.line(text)).into_bytes())
            .collect()
    }
}

fn remove(lines: &mut Vec<Vec<u8>>, unwanted: &str) {
    let mut first = true;
    lines.retain(|line| {
        std::mem::take(&mut first) || !keyword(line).eq_ignore_ascii_case(unwanted.as_bytes())
    });
}

/// RFC 5321 §4.2.1: a hyphen behind each code but the last. A last code without text has nothing
/// behind it, which is right too.
fn separate(lines: &mut [Vec<u8>]) {
    let last = lines.len().saturating_sub(1);
    for (at, line) in lines.iter_mut().enumerate() {
        if let Some(separator @ (b' ' | b'-')) = line.get_mut(3) {
            *separator = if at < last { b'-' } else { b' ' };
        }
    }
}

/// Overwrites keywords in place: the length stays, so that TCP sequence numbers behind the box
/// hold. The letters at their ends count them.
fn mask(lines: &mut [Vec<u8>], keywords: &Keywords) {
    let mut letters = (b'A'..=b'Z').cycle();
    for line in lines.iter_mut().skip(1) {
        let length = keyword(line).len();
        let covered = keywords.covers(&String::from_utf8_lossy(keyword(line)));
        if let (true, Some(([rest @ .., last], _))) = (
            covered,
            line.get_mut(4..)
                .and_then(|text| text.split_at_mut_checked(length)),
        ) {
            rest.fill(b'X');
            *last = letters.next().unwrap_or(b'X');
        }
    }
}

/// A banner as a PIX or ASA lets it through: of the text only `2` and `0` stay. (In a public dialogue
/// 36 asterisks stand for the 36 characters of a Postfix banner with three spaces in it, and
/// Microsoft's KB320027 shows none in that of an Exchange, which has a date.)
pub(super) fn masked_banner(reply: &[u8]) -> Vec<u8> {
    let masked = lines(reply).into_iter().flat_map(|line| {
        let kept = |(at, octet): (usize, &u8)| match octet {
            _ if at < 4 => *octet,
            b'2' | b'0' | b'\r' | b'\n' => *octet,
            _ => b'*',
        };
        line.iter().enumerate().map(kept)
    });
    masked.collect()
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;
    use std::time::UNIX_EPOCH;

    use super::*;

    const REPLY: &str = "250-mx.test Hello\r\n250-PIPELINING\r\n250-SIZE 100\r\n250-X-ANONYMOUSTLS\r\n250-AUTH=LOGIN\r\n250 STARTTLS\r\n";

    fn editing<'a>() -> Editing<'a> {
        Editing {
            own: None,
            opens_tls: None,
            deletes_starttls: false,
            masks: None,
            facts: Facts {
                host: "box.test",
                ip: Ipv4Addr::LOCALHOST.into(),
                client: "c.test",
                now: UNIX_EPOCH,
                max_size: 0,
                id: 0,
                started: UNIX_EPOCH,
                message_id: "",
                internal_id: 0,
                size: 0,
                verb: "",
                address: "",
                limit: 0,
            },
        }
    }

    #[track_caller]
    fn check(editing: &Editing<'_>, expected: &str) {
        let seen = editing.apply(REPLY.as_bytes());
        assert_eq!(
            String::from_utf8(seen).unwrap(),
            expected.replace('|', "\r\n")
        );
    }

    #[test]
    fn nothing_changes_unasked() {
        check(&editing(), REPLY);
        let odd = b"250-a\n250\r\n";
        assert_eq!(editing().apply(odd), odd);
    }

    #[test]
    fn the_line_is_deleted_and_the_last_ends_the_reply() {
        check(
            &Editing {
                deletes_starttls: true,
                ..editing()
            },
            "250-mx.test Hello|250-PIPELINING|250-SIZE 100|250-X-ANONYMOUSTLS|250 AUTH=LOGIN|",
        );
    }

    #[test]
    fn keywords_are_masked_in_place() {
        let starttls = Keywords::Only(vec!["STARTTLS".into()]);
        check(
            &Editing {
                masks: Some(&starttls),
                ..editing()
            },
            &REPLY.replace(" STARTTLS", " XXXXXXXA"),
        );
        let all_but = Keywords::AllBut(vec!["pipelining".into(), "SIZE".into()]);
        check(
            &Editing {
                masks: Some(&all_but),
                ..editing()
            },
            "250-mx.test Hello|250-PIPELINING|250-SIZE 100|250-XXXXXXXXXXXXXA|250-XXXB=LOGIN|250 XXXXXXXC|",
        );
    }

    #[test]
    fn who_opens_tls_offers_it_once() {
        let clear = |offers| Editing {
            opens_tls: Some(Inside::No { offers }),
            ..editing()
        };
        let kept = "250-mx.test Hello|250-PIPELINING|250-SIZE 100|250-AUTH=LOGIN|250 STARTTLS|";
        check(&clear(true), kept);
        check(&clear(false), kept);
        let bare = b"250-mx.test\r\n250 SIZE 100\r\n";
        assert_eq!(
            clear(true).apply(bare),
            b"250-mx.test\r\n250-SIZE 100\r\n250 STARTTLS\r\n"
        );
        assert_eq!(clear(false).apply(bare), bare);
        check(
            &Editing {
                opens_tls: Some(Inside::Yes),
                ..editing()
            },
            "250-mx.test Hello|250-PIPELINING|250-SIZE 100|250 AUTH=LOGIN|",
        );
    }

    #[test]
    fn a_list_of_its_own_promises_nothing_that_the_server_lacks() {
        let list = ["SIZE 5", "STARTTLS", "8BITMIME", "HELP"].map(str::to_owned);
        check(
            &Editing {
                own: Some(("{host} Hello {client}", &list)),
                ..editing()
            },
            "250-box.test Hello c.test|250-SIZE 5|250-STARTTLS|250 HELP|",
        );
    }

    #[test]
    fn a_banner_keeps_twos_and_zeros() {
        let masked = masked_banner(b"220-mx20.test ESMTP\r\n220 2026\r\n");
        assert_eq!(masked, b"220-**20***********\r\n220 202*\r\n");
    }
}
