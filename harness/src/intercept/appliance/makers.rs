//! The appliances, each with its source.

use mailfault_certs::DistinguishedName;

use super::{Appliance, ApplianceTls};
use crate::intercept::tampering::{Keywords, Tampering, Unknown};
use crate::persona::Persona;
use crate::smtp::Reply;

impl Appliance {
    /// Barracuda Email Security Gateway (Spam & Virus Firewall), as it is delivered: it shows its
    /// own self-signed certificate in the place of the server's.
    ///
    /// The banner is that of the public fingerprint database Recog (`smtp_banners.xml`). The header
    /// fields are those of messages in public archives of mailing lists of 2006 to 2025; that they
    /// all stand in front of the message, as in those of 2007, is a simplification: later ones have
    /// `X-Barracuda-Connect`, `-Start-Time` and `-URL` at the end of the header. No public source
    /// shows the EHLO list or the subject of the certificate.
    #[must_use]
    pub fn barracuda_esg() -> Self {
        let persona = Persona::barracuda();
        Self {
            name: "barracuda-esg".to_owned(),
            summary: "Barracuda Email Security Gateway with the certificate that it was delivered with".to_owned(),
            host: persona.host,
            tls: ApplianceTls::Terminate(
                DistinguishedName::new()
                    .common_name("barracuda")
                    .organizational_unit("Engineering")
                    .organization("Barracuda Networks")
                    .locality("Campbell")
                    .state("California")
                    .country("US"),
            ),
            tampering: vec![
                Tampering::Greet(persona.banner),
                Tampering::ListExtensions {
                    hello: persona.hello,
                    // No placeholder of a persona's limits: those of the server hold.
                    clear: persona.ehlo.into_iter().map(with_size).collect(),
                    inside_tls: persona.ehlo_tls.into_iter().map(with_size).collect(),
                },
                Tampering::AddHeaders(
                    [
                        "X-ASG-Debug-ID: {debug-id}",
                        "X-Barracuda-URL: https://{host}:443/cgi-mod/mark.cgi",
                        "X-Barracuda-Connect: UNKNOWN[{ip}]",
                        "X-Barracuda-Start-Time: {unix}",
                        "Received: from {client} ({client} [{ip}])\n\tby {host} (Spam & Virus Firewall) with ESMTP id {queue-id}{for}; {date}",
                        "X-Barracuda-Envelope-From: {sender}",
                    ]
                    .map(str::to_owned)
                    .to_vec(),
                ),
            ],
            uncertain: words(["tls", "list-extensions", "add-headers"]),
        }
    }

    /// Cisco ASA with `inspect esmtp`: masks the banner, and in place every EHLO keyword that it
    /// does not know, STARTTLS among them.
    ///
    /// Microsoft's KB320027 and dialogues in public posts, in which `PIPELINING`, `SIZE`, `VRFY`,
    /// `ETRN`, `ENHANCEDSTATUSCODES`, `8BITMIME` and `DSN` are seen to pass; what else does is not
    /// known.
    #[must_use]
    pub fn cisco_asa() -> Self {
        const PASS: [&str; 9] = [
            "8BITMIME",
            "AUTH",
            "DSN",
            "ENHANCEDSTATUSCODES",
            "ETRN",
            "HELP",
            "PIPELINING",
            "SIZE",
            "VRFY",
        ];
        Self {
            name: "cisco-asa".to_owned(),
            summary: "Cisco ASA with `inspect esmtp`: banner and keywords are masked in place"
                .to_owned(),
            host: "asa.contoso.test".to_owned(),
            tls: ApplianceTls::Pass,
            tampering: vec![
                Tampering::MaskBanner,
                Tampering::MaskKeywords(Keywords::AllBut(PASS.map(str::to_owned).to_vec())),
            ],
            uncertain: words(["mask-keywords"]),
        }
    }

    /// Cisco ASA that proxies TLS with a certificate of its own, whose name is in Recog
    /// (`x509_issuers.xml`).
    #[must_use]
    pub fn cisco_asa_tls_proxy() -> Self {
        Self {
            name: "cisco-asa-tls-proxy".to_owned(),
            summary: "Cisco ASA that opens TLS and shows its temporary certificate".to_owned(),
            host: "asa.contoso.test".to_owned(),
            tls: ApplianceTls::Terminate(
                DistinguishedName::new().common_name("ASA Temporary Self Signed Certificate"),
            ),
            tampering: vec![Tampering::MaskBanner],
            uncertain: words(["mask-banner"]),
        }
    }

    /// Cisco PIX with `fixup protocol smtp` (mailguard): knows the seven commands of RFC 821 and
    /// overwrites all others, so that the server refuses EHLO and the client falls back to HELO.
    ///
    /// Microsoft's KB320027, and Recog (`smtp_ehlo.xml`) for what servers say to the overwritten
    /// verb; other versions answer `500 Command unrecognized` themselves
    /// ([`Unknown::Answer`]).
    #[must_use]
    pub fn cisco_pix() -> Self {
        Self {
            name: "cisco-pix".to_owned(),
            summary: "Cisco PIX with mailguard: the commands of RFC 821 and no others".to_owned(),
            host: "pix.contoso.test".to_owned(),
            tls: ApplianceTls::Pass,
            tampering: vec![
                Tampering::MaskBanner,
                Tampering::OnlyVerbs {
                    known: Tampering::MAILGUARD.map(str::to_owned).to_vec(),
                    others: Unknown::Mask,
                },
            ],
            uncertain: Vec::new(),
        }
    }

    /// FortiGate with deep inspection: the server's certificate is signed again by
    /// `Fortinet_CA_SSL`. The rest of that authority's name is not known.
    #[must_use]
    pub fn fortigate() -> Self {
        Self {
            name: "fortigate".to_owned(),
            summary:
                "FortiGate with deep inspection: certificates signed again by `Fortinet_CA_SSL`"
                    .to_owned(),
            host: "fortigate.contoso.test".to_owned(),
            tls: ApplianceTls::Resign(DistinguishedName::new().common_name("Fortinet_CA_SSL")),
            tampering: Vec::new(),
            uncertain: words(["tls"]),
        }
    }

    /// FortiGate that shows the certificate that it was delivered with; the subject is one in Recog
    /// (`x509_subjects.xml`), with the serial number of a device.
    #[must_use]
    pub fn fortigate_factory() -> Self {
        Self {
            name: "fortigate-factory".to_owned(),
            summary: "FortiGate that opens TLS and shows its factory certificate".to_owned(),
            host: "fortigate.contoso.test".to_owned(),
            tls: ApplianceTls::Terminate(fortinet("FG100ETK1800118", "FortiGate")),
            tampering: Vec::new(),
            uncertain: Vec::new(),
        }
    }

    /// FortiMail with the certificate that it was delivered with, by Recog (`x509_subjects.xml`).
    /// Its banner is not known: the server's passes.
    #[must_use]
    pub fn fortimail() -> Self {
        Self {
            name: "fortimail".to_owned(),
            summary: "FortiMail with its factory certificate".to_owned(),
            host: "fortimail.contoso.test".to_owned(),
            tls: ApplianceTls::Terminate(fortinet("FortiMail", "FortiMail")),
            tampering: Vec::new(),
            uncertain: Vec::new(),
        }
    }

    /// Mimecast: mail in clear is refused in its words. Its banner is not known: the server's
    /// passes; nor is its certificate.
    #[must_use]
    pub fn mimecast() -> Self {
        let host = "mimecast.contoso.test";
        Self {
            name: "mimecast".to_owned(),
            summary: "Mimecast on a route that requires TLS".to_owned(),
            host: host.to_owned(),
            tls: own_name(host),
            tampering: vec![Tampering::RequireTls(Reply::from(
                "553 This route requires encryption (TLS)",
            ))],
            uncertain: words(["tls"]),
        }
    }

    /// SonicWall Email Security, by its banner in Recog.
    #[must_use]
    pub fn sonicwall() -> Self {
        greeting(
            "sonicwall",
            "SonicWall Email Security",
            "220 {host} ESMTP SonicWALL (9.0.5.2077)",
        )
    }

    /// Sophos Email Appliance, by its banner in Recog.
    #[must_use]
    pub fn sophos() -> Self {
        greeting(
            "sophos",
            "Sophos Email Appliance",
            "220 {host} ESMTP Sophos Email Appliance v4.5.3.6",
        )
    }

    /// Symantec Messaging Gateway, by its banner in Recog.
    #[must_use]
    pub fn symantec() -> Self {
        greeting(
            "symantec",
            "Symantec Messaging Gateway",
            "220 {host} ESMTP Symantec Messaging Gateway",
        )
    }

    /// Trend Micro InterScan Messaging Security, by its banner in Recog.
    #[must_use]
    pub fn trend_micro() -> Self {
        greeting(
            "trend-micro",
            "Trend Micro InterScan Messaging Security",
            "220 ESMTP IMSVA",
        )
    }
}

/// An appliance of which nothing is known but how it greets: TLS ends in it, as in every mail
/// gateway, with a certificate for its own name.
fn greeting(name: &str, product: &str, banner: &str) -> Appliance {
    let host = format!("{name}.contoso.test");
    Appliance {
        name: name.to_owned(),
        summary: format!("{product}; the banner is known, the rest is a guess"),
        tls: own_name(&host),
        host,
        tampering: vec![Tampering::Greet(Reply::from(banner))],
        uncertain: words(["tls"]),
    }
}

fn own_name(host: &str) -> ApplianceTls {
    ApplianceTls::Terminate(DistinguishedName::new().common_name(host))
}

fn fortinet(common_name: &str, unit: &str) -> DistinguishedName {
    DistinguishedName::new()
        .common_name(common_name)
        .organizational_unit(unit)
        .organization("Fortinet")
        .locality("Sunnyvale")
        .state("California")
        .country("US")
}

fn with_size(line: String) -> String {
    line.replace("{max-size}", "100000000")
}

fn words<const N: usize>(words: [&str; N]) -> Vec<String> {
    words.map(str::to_owned).to_vec()
}
