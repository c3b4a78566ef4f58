//! A trainee's path through the first case, typed as Microsoft's article and the account of the
//! case write it.

use mailfault::cast::Cast;
use mailfault::lab::{Deed, Lab};
use mailfault::shell::Transcript;

/// What is typed, and what is printed then.
const PATH: [(&str, &[&str]); 12] = [
    // The trace in the cloud.
    ("Get-MessageTrace -Status Pending", &["Pending"]),
    (
        "Get-MessageTrace | Get-MessageTraceDetail | fl",
        &[
            "LED=450 4.7.320 Certificate validation failed",
            "MSG=SubjectMismatch",
        ],
    ),
    // The receive log: the certificate that is shown.
    (
        "Get-Content \"${env:ExchangeInstallPath}TransportRoles\\Logs\\FrontEnd\\ProtocolLog\\SmtpReceive\\*.LOG\" | Select-String \"Certificate subject|Certificate thumbprint\"",
        &["CN=SERVER1,Certificate subject", "Certificate thumbprint"],
    ),
    (
        "Get-ExchangeCertificate | fl Thumbprint,Services,Subject,CertificateDomains,IsSelfSigned",
        &["Subject : CN=SERVER1", "Subject : CN=hybrid.contoso.test"],
    ),
    (
        "Get-ReceiveConnector \"SERVER1\\Default Frontend SERVER1\" | fl TlsCertificateName",
        &["TlsCertificateName :"],
    ),
    // The fix, as Microsoft writes it.
    (
        "$cert = Get-ExchangeCertificate -Thumbprint THUMBPRINT",
        &[],
    ),
    (
        "$tlscertificatename = \"<i>$($cert.Issuer)<s>$($cert.Subject)\"",
        &[],
    ),
    (
        "Set-ReceiveConnector \"SERVER1\\Default Frontend SERVER1\" -TlsCertificateName $tlscertificatename",
        &[],
    ),
    (
        "Get-ReceiveConnector \"SERVER1\\Default Frontend SERVER1\" | fl TlsCertificateName",
        &["<I>CN=Fabrikam Public Server CA 1, O=Fabrikam, C=US<S>CN=hybrid.contoso.test"],
    ),
    (
        "Restart-Service MSExchangeFrontEndTransport",
        &["to stop...", "to start..."],
    ),
    ("wait until next retry", &["it is "]),
    ("Get-MessageTrace", &["Delivered"]),
];

#[test]
fn the_first_case_is_solved_as_the_articles_say() {
    let cast = Cast::named("exchange-null-tls-certificate-name").unwrap();
    let lab = Lab::open(&cast, None).unwrap();
    let public = lab.stage().playing().certificate("public").unwrap();
    let thumbprint = public.thumbprint();
    for (line, printed) in PATH {
        let mut seen = Transcript::new();
        lab.run(&line.replace("THUMBPRINT", &thumbprint), &mut seen)
            .unwrap();
        assert_eq!(seen.errors(), 0, "{line}: {}", seen.text());
        let text = super::plain(&seen.text());
        for part in printed {
            assert!(
                text.contains(&super::plain(part)),
                "{line}: {}",
                seen.text()
            );
        }
    }
    let report = lab.report().unwrap();
    assert!(report.grade.solved, "{}", report.grade);
    assert_eq!(report.hints_used, 0);
    assert!(report.evidence.iter().all(|one| one.seen), "{report}");
    assert!(report.timeline.iter().all(|one| one.deed != Deed::Failed));
    let changed = report
        .timeline
        .iter()
        .filter(|one| one.deed == Deed::Changed);
    assert_eq!(changed.count(), 3, "{report}");
}
