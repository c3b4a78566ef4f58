//! .NET: one text for all causes until .NET 5, and flags behind it.

use super::evidence::Trouble;
use super::finding::{Finding, Wrong};
use super::findings::Findings;
use super::names::NameRules;
use super::openssl::stopped;
use super::verdict::Verdict;
use crate::fault::Stage;

/// The text for every cause, since .NET Framework 2.
const INVALID: &str = "The remote certificate is invalid according to the validation procedure.";

/// What .NET makes of a certificate: flags, each with what set it.
struct Flags {
    name: Option<Finding>,
    /// `X509ChainStatusFlags`, by value.
    chain: Vec<(u32, &'static str, Finding)>,
}

impl Flags {
    fn of(findings: &Findings, checks_revocation: bool) -> Self {
        let mut chain: Vec<(u32, &'static str, Finding)> = findings
            .all()
            .iter()
            .filter_map(|finding| {
                let (value, status) = status(&finding.wrong, checks_revocation)?;
                Some((value, status, finding.clone()))
            })
            .collect();
        chain.sort_by_key(|(value, ..)| *value);
        let wanted = &findings.expectation.name;
        let name = findings
            .leaf()
            .filter(|leaf| !NameRules::WITH_COMMON_NAME.accept(leaf, wanted));
        Self {
            name: name.map(|_| findings.name_finding()),
            chain,
        }
    }

    fn is_clean(&self) -> bool {
        self.name.is_none() && self.chain.is_empty()
    }

    fn policy(&self) -> Vec<&'static str> {
        let name = self.name.as_ref().map(|_| "RemoteCertificateNameMismatch");
        let chain = (!self.chain.is_empty()).then_some("RemoteCertificateChainErrors");
        name.into_iter().chain(chain).collect()
    }

    fn statuses(&self) -> Vec<&'static str> {
        let mut statuses: Vec<_> = self.chain.iter().map(|(_, status, _)| *status).collect();
        statuses.dedup();
        statuses
    }

    fn findings(&self) -> impl Iterator<Item = &Finding> {
        self.name
            .iter()
            .chain(self.chain.iter().map(|(.., finding)| finding))
    }
}

/// `X509ChainStatusFlags` (learn.microsoft.com), by what DOTNET measured.
fn status(wrong: &Wrong, checks_revocation: bool) -> Option<(u32, &'static str)> {
    Some(match wrong {
        Wrong::Expired(_) | Wrong::NotYetValid(_) => (0x1, "NotTimeValid"),
        Wrong::Revoked(source) if checks_revocation && source.contains("list") => (0x4, "Revoked"),
        Wrong::BadSignature | Wrong::AlgorithmsDiffer => (0x8, "NotSignatureValid"),
        Wrong::WrongPurpose { .. } => (0x10, "NotValidForUsage"),
        Wrong::SelfSigned | Wrong::UntrustedRoot => (0x20, "UntrustedRoot"),
        Wrong::RevocationUnknown(why) if checks_revocation && why.contains("expired") => {
            (0x100_0000, "OfflineRevocation")
        }
        Wrong::RevocationUnknown(why) if checks_revocation && !why.contains("staple") => {
            (0x40, "RevocationStatusUnknown")
        }
        Wrong::NotCa { .. } | Wrong::MayNotSign | Wrong::PathTooLong(_) => {
            (0x400, "InvalidBasicConstraints")
        }
        Wrong::IssuerMissing { .. } | Wrong::TrustedHalfway => (0x1_0000, "PartialChain"),
        Wrong::UnknownCritical(_) => (0x800_0000, "HasNotSupportedCriticalExtension"),
        _ => return None,
    })
}

/// .NET Framework, whose words of .NET Core 3.1 are the same. `SmtpClient.Send`.
pub(super) fn framework(name: &str, findings: &Findings, checks_revocation: bool) -> Verdict {
    core_3_1(name, findings, checks_revocation)
        .uncertain("that `Send` throws it bare, and not inside an `SmtpException`, was observed of .NET Core 3.1 only; the message that Database Mail prints fits")
}

/// .NET Core 3.1 on Linux, as it was measured. `SmtpClient.Send`.
pub(super) fn core_3_1(name: &str, findings: &Findings, checks_revocation: bool) -> Verdict {
    if let Some(verdict) = before_the_certificate(name, findings) {
        return verdict;
    }
    if let Some(finding) = of_constraint(findings) {
        let what = "Error occurred during a cryptographic operation.";
        let chain = format!("System.Security.Cryptography.CryptographicException: {what}");
        return Verdict::refuse(name, what, [finding]).detail(
            "exception",
            format!("System.Net.Mail.SmtpException: Failure sending mail. ---> {chain}"),
        );
    }
    let flags = Flags::of(findings, checks_revocation);
    if flags.is_clean() {
        return Verdict::deliver(name, "");
    }
    let exception = format!("System.Security.Authentication.AuthenticationException: {INVALID}");
    let wrapped = format!("System.Net.Mail.SmtpException: Failure sending mail. ---> {exception}");
    Verdict::refuse(name, INVALID, flags.findings())
        .detail("exception", exception)
        .detail("SendMailAsync", wrapped)
        .detail("SslPolicyErrors", flags.policy().join(","))
        .detail("ChainStatus", flags.statuses().join(","))
}

/// .NET 5 and later, which tell what is wrong.
pub(super) fn since_5(name: &str, findings: &Findings, checks_revocation: bool) -> Verdict {
    if let Some(verdict) = before_the_certificate(name, findings) {
        return verdict;
    }
    let flags = Flags::of(findings, checks_revocation);
    if flags.is_clean() {
        return match of_constraint(findings) {
            None => Verdict::deliver(name, ""),
            Some(finding) => Verdict::refuse(name, "", [finding])
                .uncertain("the words for a violated name constraint are not known"),
        };
    }
    let (policy, statuses) = (flags.policy().join(", "), flags.statuses().join(", "));
    let message = match &flags.name {
        Some(_) => format!(
            "The remote certificate is invalid according to the validation procedure: {policy}"
        ),
        None => format!(
            "The remote certificate is invalid because of errors in the certificate chain: {statuses}"
        ),
    };
    Verdict::refuse(name, &message, flags.findings())
        .detail(
            "exception",
            format!("System.Security.Authentication.AuthenticationException: {message}"),
        )
        .detail("SslPolicyErrors", policy)
        .detail("ChainStatus", statuses)
}

fn of_constraint(findings: &Findings) -> Option<&Finding> {
    let constraint = |one: &&Finding| matches!(one.wrong, Wrong::NameConstraint { .. });
    findings.all().iter().find(constraint)
}

/// What `SmtpClient.Send` throws before a certificate is judged (DOTNET, 2).
fn before_the_certificate(name: &str, findings: &Findings) -> Option<Verdict> {
    const FAILURE: &str = "Failure sending mail.";
    let broken = |inner: &str| {
        Verdict::refuse(name, FAILURE, stopped(findings)).detail(
            "exception",
            format!("System.Net.Mail.SmtpException: {FAILURE} ---> System.IO.IOException: {inner}"),
        )
    };
    let said = |message: String| Verdict::refuse(name, message, stopped(findings));
    let unreadable = |one: &&Finding| {
        matches!(
            one.wrong,
            Wrong::Unreadable | Wrong::NoCertificate | Wrong::OtherKey(_)
        )
    };
    let Some(trouble) = findings.stopped() else {
        let finding = findings.all().iter().find(unreadable)?;
        return Some(
            Verdict::refuse(name, "Authentication failed, see inner exception.", [finding])
                .detail("exception", "System.Security.Authentication.AuthenticationException: Authentication failed, see inner exception."),
        );
    };
    Some(match trouble {
        Trouble::NoStartTls | Trouble::Refused(Stage::Ehlo, _) => {
            said("Server does not support secure connections.".to_owned())
        }
        Trouble::Refused(Stage::StartTls, reply) => {
            let text = reply.lines.join(" ");
            let what = of_code(reply.code);
            said(format!("{what} The server response was: {text}")).code(reply.code.to_string())
        }
        Trouble::Silent(Stage::Connect, _) | Trouble::Unreachable(_) => said(FAILURE.to_owned()),
        Trouble::Silent(..) => said("The operation has timed out.".to_owned()),
        Trouble::Closed(Stage::Handshake) => broken(
            "Authentication failed because the remote party has closed the transport stream.",
        ),
        Trouble::Closed(_) => {
            broken("Unable to read data from the transport connection: The connection was closed.")
        }
        Trouble::ClearInsteadOfTls => {
            broken("The handshake failed due to an unexpected packet format.")
        }
        Trouble::Alert(_) | Trouble::BadHandshake(_) => {
            said("Authentication failed, see inner exception.".to_owned())
        }
        _ => said(FAILURE.to_owned()),
    })
}

/// What `SmtpClient` makes of a code; the code itself is never in its text.
fn of_code(code: u16) -> &'static str {
    match code {
        454 => "Client does not have permission to submit mail to this server.",
        501 => "Syntax error in parameters or arguments.",
        502 => "Command not implemented.",
        554 => "Transaction failed.",
        421 => "Service not available, closing transmission channel.",
        530 => "The SMTP server requires a secure connection or the client was not authenticated.",
        _ => "The server committed a protocol violation.",
    }
}
