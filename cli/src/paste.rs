//! Lines to paste into a shell.

use mailfault::scenario::TlsWish;
use mailfault::{ResponderWish, Revocation};

use crate::play::Target;

/// Commands that look at this server, or send to it, each as a correct client would.
pub(crate) fn clients(target: &Target) -> Vec<String> {
    let has_tls = target.tls != TlsWish::None;
    has_tls
        .then(|| openssl(target))
        .into_iter()
        .chain([of(target), curl(target)])
        .collect()
}

fn of(target: &Target) -> String {
    swaks(Swaks {
        server: &target.addr.to_string(),
        tls: target.tls,
        ca: &quoted(&target.ca),
        from: &target.from,
        to: &target.to,
        login: target.login.as_ref(),
    })
}

/// What `swaks` has to know; the words may be placeholders.
pub(crate) struct Swaks<'a> {
    pub(crate) server: &'a str,
    pub(crate) tls: TlsWish,
    pub(crate) ca: &'a str,
    pub(crate) from: &'a str,
    pub(crate) to: &'a str,
    pub(crate) login: Option<&'a (String, String)>,
}

pub(crate) fn swaks(words: Swaks<'_>) -> String {
    let Swaks {
        server,
        ca,
        from,
        to,
        ..
    } = words;
    let tls = match words.tls {
        TlsWish::None => String::new(),
        TlsWish::Implicit => format!(" --tlsc --tls-verify --tls-ca-path {ca}"),
        TlsWish::StartTls | TlsWish::Both => format!(" --tls --tls-verify --tls-ca-path {ca}"),
    };
    let login = words.login.map_or_else(String::new, |(user, password)| {
        let (user, password) = (quoted(user), quoted(password));
        format!(" --auth PLAIN --auth-user {user} --auth-password {password}")
    });
    format!("swaks --server {server}{tls}{login} --from {from} --to {to}")
}

fn openssl(target: &Target) -> String {
    let Target { addr, name, .. } = target;
    let starttls = match target.tls {
        TlsWish::Implicit => "",
        _ => " -starttls smtp",
    };
    let verify = match is_address(name) {
        true => "-verify_ip",
        false => "-verify_hostname",
    };
    let ca = quoted(&target.ca);
    let revocation = match &target.revocation {
        // It takes one list from a file, and there is one for each authority. At a closed port it would try for ever.
        Revocation {
            crl: Some(_),
            crl_server,
            ..
        } if *crl_server != ResponderWish::Unreachable => " -crl_check_all -crl_download",
        revocation if staples(revocation) => " -status",
        _ => "",
    };
    format!(
        "openssl s_client{starttls} -connect {addr} -CAfile {ca} {verify} {name} -verify_return_error{revocation}"
    )
}

fn curl(target: &Target) -> String {
    let Target {
        addr,
        name,
        from,
        to,
        ..
    } = target;
    let checked = curl_checks(&target.revocation, &quoted(&target.crl));
    let ca = quoted(&target.ca) + &checked;
    let (scheme, tls) = match target.tls {
        TlsWish::None => ("smtp", String::new()),
        TlsWish::Implicit => ("smtps", format!(" --cacert {ca}")),
        TlsWish::StartTls | TlsWish::Both => ("smtp", format!(" --ssl-reqd --cacert {ca}")),
    };
    let (port, ip) = (addr.port(), addr.ip());
    let (resolve, at) = match is_address(name) {
        true => (String::new(), addr.to_string()),
        false => (
            format!(" --resolve {name}:{port}:{ip}"),
            format!("{name}:{port}"),
        ),
    };
    let login = target
        .login
        .as_ref()
        .map_or_else(String::new, |(user, password)| {
            format!(" --user {}", quoted(&format!("{user}:{password}")))
        });
    format!(
        "printf 'Subject: test\\r\\n\\r\\nhello\\r\\n' | \
         curl -sS{tls}{resolve}{login} {scheme}://{at} --mail-from {from} --mail-rcpt {to} -T -"
    )
}

/// What makes curl check whether the certificate was revoked, where there is something to see; the file may be a
/// placeholder.
pub(crate) fn curl_checks(revocation: &Revocation, crl: &str) -> String {
    match revocation {
        Revocation { crl: Some(_), .. } => format!(" --crlfile {crl}"),
        revocation if staples(revocation) => " --cert-status".to_owned(),
        _ => String::new(),
    }
}

/// Whether a staple, or none, is what there is to see.
fn staples(revocation: &Revocation) -> bool {
    revocation.staple.is_some() || revocation.must_staple
}

fn is_address(name: &str) -> bool {
    name.parse::<std::net::IpAddr>().is_ok()
}

/// A word as a POSIX shell reads it back.
pub(crate) fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:@%+=,".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    #[test]
    fn words_are_quoted_where_a_shell_would_split_them() {
        #[track_caller]
        fn check(word: &str, expected: &str) {
            assert_eq!(super::quoted(word), expected);
        }
        check("/tmp/a-b_c.pem", "/tmp/a-b_c.pem");
        check("/tmp/my mail", "'/tmp/my mail'");
        check("it's", r"'it'\''s'");
        check("", "''");
    }
}
