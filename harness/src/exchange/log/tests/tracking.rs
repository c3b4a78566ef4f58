//! Each row that a server writes about a message.

use std::net::IpAddr;

use super::super::*;
use crate::report::{Mail, Session};
use crate::smtp::Reply;

const TIME: &str = "2022-09-19T15:02:29.339Z";

fn mail() -> Mail {
    Mail {
        session: 1,
        from: "bounces@contoso.test".to_owned(),
        to: vec!["bob@fabrikam.test".to_owned(), "eve@fabrikam.test".to_owned()],
        parameters: Vec::new(),
        recipient_parameters: Vec::new(),
        user: None,
        inside_tls: true,
        content: b"From: \"A, <b>\" <alice@contoso.test>\r\nSubject: Hi, you\r\nMessage-ID: <1@contoso.test>\r\n\r\nx".to_vec(),
    }
}

/// A row without what stands in all of them: time, message, and the version of the server.
#[track_caller]
fn check(
    row: impl FnOnce(&TrackingServer, std::time::SystemTime, &Mail) -> TrackingRow,
    expected: &str,
) {
    let ip: IpAddr = [10, 0, 0, 1].into();
    let server = TrackingServer::new("EX01", ip, "15.01.2375.007");
    let row = row(&server, timestamp::read(TIME).unwrap(), &mail()).to_string();
    let written = row
        .strip_prefix(TIME)
        .and_then(|rest| rest.strip_suffix(",Email,,15.01.2375.007"));
    let message = ",,,\"Hi, you\",alice@contoso.test,bounces@contoso.test,,";
    assert_eq!(written.expect(&row).replace(message, " … "), expected);
}

#[test]
fn what_becomes_of_a_message_is_tracked() {
    let said = Reply::from("250 2.1.5 Recipient OK");
    let next = NextHop {
        host: "EX02",
        address: "10.0.0.2:2525".parse().unwrap(),
        connector: "Intra-Organization SMTP Send Connector",
        session: "08D1ECFA4B380387",
    };
    let peer = "192.0.2.7:50000".parse().unwrap();
    let mut session = Session::new(1, timestamp::read(TIME).unwrap(), peer, false);
    session.client = Some("client.test".to_owned());
    session.id = 0x08D1_ECFA_4B38_0387;
    let connector = r"EX01\Default EX01";
    let to = "<1@contoso.test>,,bob@fabrikam.test;eve@fabrikam.test";
    let bytes = mail().content.len();

    check(
        |server, time, mail| server.received(time, &session, mail, connector),
        &format!(
            r",192.0.2.7,client.test,10.0.0.1,EX01,08D1ECFA4B380387;{TIME};0,EX01\Default EX01,SMTP,RECEIVE,,{to},,{bytes},2 … Incoming,,192.0.2.7,10.0.0.1,"
        ),
    );
    check(
        |server, time, mail| server.delivered(time, mail),
        &format!(",,EX01,,EX01,,,STOREDRIVER,DELIVER,,{to},,{bytes},2 … ,,,,"),
    );
    let handed =
        ",10.0.0.1,EX01,10.0.0.2,EX02,08D1ECFA4B380387,Intra-Organization SMTP Send Connector,SMTP";
    let statuses = "250 2.1.5 Recipient OK;250 2.1.5 Recipient OK";
    check(
        |server, time, mail| server.sent(time, mail, &next, &said),
        &format!("{handed},SEND,,{to},{statuses},{bytes},2 … ,,,,"),
    );
    check(
        |server, time, mail| server.sent_external(time, mail, &next, &said),
        &format!("{handed},SENDEXTERNAL,,{to},{statuses},{bytes},2 … ,,,,"),
    );
    check(
        |server, time, mail| server.deferred(time, mail, "Out", "451 4.4.0 later"),
        &format!(",,,,,,Out,SMTP,DEFER,,{to},451 4.4.0 later;451 4.4.0 later,{bytes},2 … ,,,,"),
    );
    let expired = "550 4.4.7 QUEUE.Expired;message expired";
    check(
        |server, time, mail| server.failed(time, mail, "QUEUE", expired),
        &format!(",,,,,,,QUEUE,FAIL,,{to},{expired};{expired},{bytes},2 … ,,,,"),
    );
    check(
        |server, time, mail| server.notified(time, mail, "postmaster@fabrikam.test", "2@EX01"),
        ",,,,,,,DSN,DSN,,<2@EX01>,,bounces@contoso.test,,,1,,<1@contoso.test>,,postmaster@fabrikam.test,<>,,,,,,",
    );
}
