//! `[[fault]]`: a file and a builder that say the same thing produce equal values.

use std::time::Duration;

use super::*;
use crate::fault::{After, HandshakeFault, LooseEnd, Stage, TlsVersion};

#[test]
fn a_file_and_a_builder_that_say_the_same_give_equal_faults() {
    use Stage::*;
    let check = check_fault;
    check(
        "at = 'rcpt'\nreply = '451 4.7.1 later'\nonce = true",
        Fault::at(Rcpt).reply("451 4.7.1 later").at_most(1),
    );
    check(
        "at = 'mail'\nmatching = 'SIZE='\nsession = 2\nfrom = '::1'\nskip = 3\nclose = true",
        Fault::at(Mail)
            .matching("SIZE=")
            .session(2)
            .from(std::net::Ipv6Addr::LOCALHOST)
            .skip(3)
            .close(),
    );
    check(
        "at = 'body'\nafter-octets = 9\ninside-tls = true\nreset = true",
        Fault::at(Body).after_octets(9).inside_tls().reset(),
    );
    check(
        "at = 'ehlo'\nin-clear = true\nhide = 'STARTTLS'",
        Fault::at(Ehlo).in_clear().hide("STARTTLS"),
    );
    check(
        "at = 'ehlo'\nmask = 'STARTTLS'",
        Fault::at(Ehlo).mask("STARTTLS"),
    );
    check(
        "at = 'ehlo'\nconceal = 'STARTTLS'",
        Fault::at(Ehlo).conceal("STARTTLS"),
    );
    check(
        "at = 'ehlo'\nadd = 'AUTH LOGIN'",
        Fault::at(Ehlo).add("AUTH LOGIN"),
    );
    check(
        "at = 'any'\ndelay = '3s'\nchance = 0.25\nseed = 7\ntimes = 4",
        Fault::at(Any)
            .delay(Duration::from_secs(3))
            .chance(0.25)
            .seed(7)
            .at_most(4),
    );
    check(
        "at = 'quit'\ndrip = { octets = 1, every = '5ms' }",
        Fault::at(Quit).drip(1, Duration::from_millis(5)),
    );
    check(
        "at = 'data'\nraw = \"354 gö\\n\"",
        Fault::at(Data).raw("354 gö\n"),
    );
    check(
        "at = 'handshake'\nraw-hex = '15 03 03 00 02 02 28'",
        Fault::at(Handshake).raw([21, 3, 3, 0, 2, 2, 40]),
    );
    check("at = 'greeting'\nstall = true", Fault::at(Greeting).stall());
    check(
        "at = 'ehlo'\nreply = \"250-a\\n250 b\"",
        Fault::at(Ehlo).reply("250-a\n250 b"),
    );
    let second = Duration::from_secs(1);
    check(
        "at = 'mail'\nskip-in-session = 1\nevery = 2\nevery-nth-session = 3\n\
         beyond-rate = { times = 4, per = '1s' }\nbeyond-connections = 5\nhalf-close = true\n\
         after-reply = true\nlot = '1 of 5'\nseed = 7",
        Fault::at(Mail)
            .skip_in_session(1)
            .every(2)
            .every_nth_session(3)
            .beyond_rate(4, second)
            .beyond_connections(5)
            .after_reply()
            .half_close()
            .lot(1, 5)
            .seed(7),
    );
    check(
        "at = 'rcpt'\ngreylisting = '1s'\nclose = true",
        Fault::at(Rcpt).greylisting(second).close(),
    );
    check(
        "at = 'body'\nafter-octets = 1\nreply = '250 early'",
        Fault::at(Body).after_octets(1).reply("250 early"),
    );
    check("at = 'tls'\nbudget = 9", Fault::at(Tls).budget(9));
    check(
        "at = 'chunk'\nendless = '1s'",
        Fault::at(Chunk).endless(second),
    );
    check(
        "at = 'starttls'\nhonour-pipelined = true",
        Fault::at(StartTls).honour_pipelined(),
    );
    check(
        "at = 'any'\njitter = '1s'\nseed = 7",
        Fault::at(Any).jitter(second).seed(7),
    );
    check("at = 'ehlo'\nlines = 9", Fault::at(Ehlo).lines(9));
    check("at = 'ehlo'\noverlong = 9", Fault::at(Ehlo).overlong(9));
    for end in LooseEnd::ALL {
        check(
            &format!("at = 'data'\nloose-end = '{}'", end.name()),
            Fault::at(Data).loose_end(end),
        );
    }
    check(
        "at = 'any'\nsplit-crlf = '1s'",
        Fault::at(Any).split_crlf(second),
    );
    check(
        "at = 'connect'\nstop-reading = true",
        Fault::at(Connect).stop_reading(),
    );
    check(
        "at = 'connect'\nthrottle = { octets = 9, per = '1s' }",
        Fault::at(Connect).throttle(9, second),
    );
    for (word, fault) in [
        ("alert 40", HandshakeFault::Alert(40)),
        ("close", HandshakeFault::Close),
        ("junk", HandshakeFault::Junk),
        (
            "plaintext 454 4.7.0 no TLS",
            HandshakeFault::Plaintext("454 4.7.0 no TLS".into()),
        ),
        ("reset", HandshakeFault::Reset),
        ("alert 48 after-certificate", After::Certificate.alert(48)),
        ("close after-client-hello", HandshakeFault::Close),
        ("silence", HandshakeFault::Silence),
        (
            "version-floor 1.3",
            HandshakeFault::VersionFloor(TlsVersion::Tls13),
        ),
    ] {
        check(
            &format!("at = 'handshake'\nhandshake = '{word}'"),
            Fault::at(Handshake).handshake(fault),
        );
    }
}
