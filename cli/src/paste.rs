//! Lines to paste into a shell.

use crate::play::Target;

/// Commands that send to this server, or look at it, each as a correct client would.
pub(crate) fn clients(target: &Target) -> Vec<String> {
    let Target {
        addr,
        name,
        from,
        to,
        ..
    } = target;
    let (ip, port) = (addr.ip(), addr.port());
    let host = match addr.is_ipv6() {
        true => format!("[{ip}]"),
        false => ip.to_string(),
    };
    let ca = quoted(&target.ca.display().to_string());
    let is_ip = name.parse::<std::net::IpAddr>().is_ok();
    let (verify, sni, at) = match is_ip {
        true => ("-verify_ip", String::new(), format!("{host}:{port}")),
        false => (
            "-verify_hostname",
            format!(" --resolve {name}:{port}:{host}"),
            format!("{name}:{port}"),
        ),
    };
    let (starttls, swaks, curl, scheme) = match (target.tls, target.implicit) {
        (false, _) => ("", "", "", "smtp"),
        (true, true) => ("", " --tlsc", "", "smtps"),
        (true, false) => (" -starttls smtp", " --tls", " --ssl-reqd", "smtp"),
    };
    let swaks_ca = match target.tls {
        true => format!("{swaks} --tls-verify --tls-ca-path {ca}"),
        false => String::new(),
    };
    let curl_ca = match target.tls {
        true => format!("{curl} --cacert {ca}"),
        false => String::new(),
    };
    let mut lines = Vec::new();
    if target.tls {
        lines.push(format!(
            "openssl s_client{starttls} -connect {host}:{port} -CAfile {ca} {verify} {name} -verify_return_error"
        ));
    }
    lines.push(format!(
        "swaks --server {host}:{port}{swaks_ca} --from {from} --to {to}"
    ));
    lines.push(format!(
        "printf 'Subject: test\\r\\n\\r\\nhello\\r\\n' | curl -sS{curl_ca}{sni} {scheme}://{at} --mail-from {from} --mail-rcpt {to} -T -"
    ));
    lines
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
