//! The text of every reply but the greeting and the EHLO list.

use crate::smtp::Reply;

macro_rules! replies {
    ($($(#[$doc:meta])* $name:ident = $text:literal;)*) => {
        /// Everything that a server says beside its greeting and its EHLO list.
        ///
        /// The default texts are those of [`Persona::plain`](super::Persona::plain).
        #[derive(Clone, Debug, PartialEq)]
        pub struct Replies {
            $($(#[$doc])* pub $name: Reply,)*
        }

        impl Default for Replies {
            fn default() -> Self {
                Self { $($name: Reply::from($text),)* }
            }
        }

        impl Replies {
            /// Each reply, to be changed.
            pub(super) fn each_mut(&mut self) -> Vec<&mut Reply> {
                vec![$(&mut self.$name,)*]
            }

            /// Each reply with its field's name.
            #[cfg(test)]
            pub(crate) fn each(&self) -> Vec<(&'static str, &Reply)> {
                vec![$((stringify!($name), &self.$name),)*]
            }
        }

        /// The replies that a file changes.
        #[cfg(feature = "scenario")]
        #[derive(Default, serde::Deserialize)]
        #[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
        pub(crate) struct RepliesChange {
            $($name: Option<Reply>,)*
        }

        #[cfg(feature = "scenario")]
        impl RepliesChange {
            pub(crate) fn apply(self, to: &mut Replies) {
                $(if let Some(reply) = self.$name { to.$name = reply; })*
            }
        }
    };
}

replies! {
    /// HELO.
    helo = "250 {host}";
    /// STARTTLS: TLS begins behind this line (RFC 3207 §4).
    starttls = "220 2.0.0 ready to start TLS";
    /// MAIL.
    mail = "250 2.1.0 sender ok";
    /// RCPT.
    rcpt = "250 2.1.5 recipient ok";
    /// DATA.
    data = "354 end with <CRLF>.<CRLF>";
    /// A BDAT chunk that is not the last (RFC 3030 §2); `{size}` is the chunk's.
    chunk = "250 2.0.0 {size} octets received";
    /// The content, taken; `{message-id}` is the message's without its angle brackets,
    /// `{internal-id}` a number, `{size}` its octets, `{seconds}` how long the session has
    /// lasted (`0.101`) and `{rate}` its KB in a second (`1361.827`).
    accepted = "250 2.0.0 accepted as {internal-id}";
    /// RSET.
    reset = "250 2.0.0 flushed";
    /// NOOP.
    noop = "250 2.0.0 ok";
    /// VRFY and EXPN (RFC 5321 §7.3).
    verify = "252 2.5.2 cannot verify, but will try to deliver";
    /// HELP.
    help = "214 2.0.0 see RFC 5321";
    /// QUIT.
    quit = "221 2.0.0 bye";

    /// AUTH: who you are is believed (RFC 4954 §6).
    auth_ok = "235 2.7.0 authentication successful";
    /// AUTH: the credentials are wrong.
    auth_failed = "535 5.7.8 authentication credentials invalid";
    /// AUTH with a mechanism that is not offered.
    auth_mechanism = "504 5.5.4 unrecognized authentication type";
    /// AUTH in clear where TLS is to be had.
    auth_needs_tls = "538 5.7.11 encryption required for requested authentication mechanism";
    /// AUTH with something that is not base64.
    auth_not_base64 = "501 5.5.2 cannot decode the response";
    /// AUTH given up by the client with `*`.
    auth_cancelled = "501 5.7.0 authentication cancelled";
    /// AUTH where it is out of place: twice, or in a transaction.
    auth_order = "503 5.5.1 already authenticated, or in a transaction";

    /// A command that nobody knows; `{verb}` is the word.
    unknown = "500 5.5.2 command not recognized";
    /// A command that is known and not offered: STARTTLS, AUTH, BDAT that EHLO did not list.
    not_offered = "502 5.5.1 command not implemented";
    /// A parameter where none is due, or one missing.
    syntax = "501 5.5.4 syntax error in parameters";
    /// EHLO or HELO without a name.
    bad_domain = "501 5.5.4 a domain or an address literal must follow";
    /// MAIL or RCPT with something that is no address.
    bad_address = "501 5.1.3 bad address syntax";
    /// A parameter of MAIL or RCPT that EHLO did not list (RFC 5321 §4.1.1.11); `{verb}` is it.
    bad_parameter = "555 5.5.4 unsupported parameter {verb}";
    /// An address that is not ASCII, without SMTPUTF8 (RFC 6531 §3.5).
    needs_smtputf8 = "553 5.6.7 the address needs SMTPUTF8";
    /// MAIL before EHLO.
    hello_first = "503 5.5.1 send EHLO first";
    /// RCPT, DATA or BDAT before MAIL.
    mail_first = "503 5.5.1 send MAIL first";
    /// DATA or BDAT before a recipient was taken.
    rcpt_first = "503 5.5.1 no valid recipients";
    /// MAIL within a transaction.
    mail_twice = "503 5.5.1 nested MAIL";
    /// STARTTLS inside TLS.
    tls_twice = "503 5.5.1 already under TLS";
    /// Anything that needs TLS first (RFC 3207 §4).
    tls_first = "530 5.7.0 must issue a STARTTLS command first";
    /// Anything that needs AUTH first.
    auth_first = "530 5.7.0 authentication required";
    /// DATA where a BDAT has begun, or another mix of the two (RFC 3030 §2).
    mixed_chunks = "503 5.5.1 DATA and BDAT cannot be mixed";

    /// A line that ends in a bare LF, where that is not accepted.
    bare_lf = "500 5.5.2 line does not end in CRLF (RFC 5321 section 2.3.8)";
    /// A line over the limit (RFC 5321 §4.5.3.1.4); `{limit}` is it.
    line_too_long = "500 5.5.2 line too long, the limit is {limit} octets";
    /// A message over the limit, announced by SIZE= or found when it came (RFC 1870 §6).
    too_big = "552 5.3.4 message exceeds the limit of {limit} octets";
    /// A recipient over the limit (RFC 5321 §4.5.3.1.10).
    too_many_recipients = "452 4.5.3 too many recipients, the limit is {limit}";
    /// Errors over the limit.
    too_many_errors = "421 4.7.0 too many errors, closing";
    /// Sessions at a time over the limit.
    too_many_sessions = "421 4.3.2 too many connections, try again later";
    /// The client said nothing for too long.
    idle = "421 4.4.2 idle for too long, closing";
    /// The session lasted too long.
    session_over = "421 4.4.2 session lasted too long, closing";
}
