//! What leaves this crate: bytes and text that can write themselves to a file.

use std::fmt;
use std::fs::OpenOptions;
use std::io::{self, Write};
use std::path::Path;
use std::sync::Arc;

use crate::crypto;

/// A certificate, a revocation list or a private key, binary.
///
/// ```
/// use mailfault_certs::{Ca, Der};
///
/// let identity = Ca::new().issue("mx.test");
/// let junk = Der::from(vec![0x30, 0x03, 0xff, 0xff, 0xff]);
/// let identity = identity.with_chain(vec![junk]);
/// assert_eq!(identity.chain()[0].as_bytes().len(), 5);
/// ```
#[derive(Clone)]
pub struct Der {
    bytes: Arc<[u8]>,
    secret: bool,
}

impl Der {
    /// The bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The SHA-1 in 40 upper-case digits: a certificate's thumbprint, as Windows and Exchange print it.
    #[must_use]
    pub fn thumbprint(&self) -> String {
        hex(&sha1_smol::Sha1::from(&self.bytes).digest().bytes())
    }

    /// The SHA-256 of the bytes.
    ///
    /// ```
    /// let abc = mailfault_certs::Der::from(b"abc".to_vec());
    /// assert_eq!(abc.sha256()[..4], [0xba, 0x78, 0x16, 0xbf]); // FIPS 180-4
    /// ```
    #[must_use]
    pub fn sha256(&self) -> [u8; 32] {
        crypto::sha256(&self.bytes)
    }

    /// The SHA-512 of the bytes.
    ///
    /// ```
    /// let abc = mailfault_certs::Der::from(b"abc".to_vec());
    /// assert_eq!(abc.sha512()[..4], [0xdd, 0xaf, 0x35, 0xa1]); // FIPS 180-4
    /// ```
    #[must_use]
    pub fn sha512(&self) -> [u8; 64] {
        crypto::sha512(&self.bytes)
    }

    /// Writes the file, over an older one if there is one; a private key for its owner alone (0600 on Unix).
    pub fn write_to(&self, path: impl AsRef<Path>) -> io::Result<()> {
        write(path.as_ref(), &self.bytes, self.secret)
    }

    /// A private key: kept out of `Debug`, written for its owner alone.
    pub(crate) fn secret(bytes: Vec<u8>) -> Self {
        Self {
            bytes: bytes.into(),
            secret: true,
        }
    }
}

impl From<Vec<u8>> for Der {
    fn from(bytes: Vec<u8>) -> Self {
        Self {
            bytes: bytes.into(),
            secret: false,
        }
    }
}

impl AsRef<[u8]> for Der {
    fn as_ref(&self) -> &[u8] {
        self.as_bytes()
    }
}

impl PartialEq for Der {
    fn eq(&self, other: &Self) -> bool {
        self.bytes == other.bytes
    }
}

impl Eq for Der {}

impl fmt::Debug for Der {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = if self.secret { "private key, " } else { "" };
        write!(f, "Der({what}{} bytes)", self.bytes.len())
    }
}

/// Certificates, revocation lists or a private key as text (RFC 7468).
///
/// A private key follows a line that says what it is worth, for whoever finds it in a repository or a log. Text
/// before the first boundary is allowed there (RFC 7468 §2).
///
/// ```
/// let identity = mailfault_certs::Ca::new().issue("mx.test");
/// assert!(identity.pem().as_str().starts_with("-----BEGIN CERTIFICATE-----\n"));
/// assert!(identity.key_pem().as_str().starts_with("# mailfault test key: worthless outside tests\n"));
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Pem {
    text: String,
    secret: bool,
}

impl Pem {
    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The text as bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        self.text.as_bytes()
    }

    /// Writes the file, over an older one if there is one; a private key for its owner alone (0600 on Unix).
    pub fn write_to(&self, path: impl AsRef<Path>) -> io::Result<()> {
        write(path.as_ref(), self.as_bytes(), self.secret)
    }

    /// Certificates, one block after the other.
    #[must_use]
    pub fn of_certificates(chain: &[Der]) -> Self {
        Self::blocks("CERTIFICATE", chain)
    }

    /// Revocation lists, one block after the other.
    #[must_use]
    pub fn of_crls(lists: &[Der]) -> Self {
        Self::blocks("X509 CRL", lists)
    }

    fn blocks(label: &str, all: &[Der]) -> Self {
        let blocks = all.iter().map(|der| block(label, der.as_bytes()));
        Self {
            text: blocks.collect(),
            secret: false,
        }
    }

    pub(crate) fn private_key(key: &Der) -> Self {
        let block = block("PRIVATE KEY", key.as_bytes());
        Self {
            text: format!("# mailfault test key: worthless outside tests\n{block}"),
            secret: true,
        }
    }
}

impl AsRef<[u8]> for Pem {
    fn as_ref(&self) -> &[u8] {
        self.as_bytes()
    }
}

impl fmt::Display for Pem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Debug for Pem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = if self.secret { "private key, " } else { "" };
        write!(f, "Pem({what}{} bytes)", self.text.len())
    }
}

fn write(path: &Path, bytes: &[u8], secret: bool) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    if secret {
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    }
    let mut file = options.open(path)?;
    #[cfg(unix)]
    if secret {
        // The mode above counts for new files only.
        let owner_alone = std::os::unix::fs::PermissionsExt::from_mode(0o600);
        file.set_permissions(owner_alone)?;
    }
    #[cfg(not(unix))]
    let _ = secret;
    file.write_all(bytes)
}

fn block(label: &str, der: &[u8]) -> String {
    let base64 = base64(der);
    let mut text = format!("-----BEGIN {label}-----\n");
    // RFC 7468 §3: lines of 64 characters.
    for line in base64.as_bytes().chunks(64) {
        text.extend(line.iter().map(|byte| char::from(*byte)));
        text.push('\n');
    }
    text + &format!("-----END {label}-----\n")
}

/// RFC 4648 §4.
fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for group in bytes.chunks(3) {
        let bits = group
            .iter()
            .fold(0, |bits, byte| bits << 8 | usize::from(*byte))
            << (8 * (3 - group.len()));
        for place in 0..4 {
            if place <= group.len() {
                text.push(char::from(ALPHABET[bits >> (18 - 6 * place) & 63]));
            } else {
                text.push('=');
            }
        }
    }
    text
}

/// Upper-case hex, as Windows prints thumbprints and serial numbers.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02X}")).collect()
}

#[cfg(test)]
mod tests {
    #[test]
    fn base64_gives_the_vectors_of_rfc_4648() {
        #[track_caller]
        fn check(plain: &str, expected: &str) {
            assert_eq!(super::base64(plain.as_bytes()), expected);
        }
        check("", "");
        check("f", "Zg==");
        check("fo", "Zm8=");
        check("foo", "Zm9v");
        check("foob", "Zm9vYg==");
        check("fooba", "Zm9vYmE=");
        check("foobar", "Zm9vYmFy");
    }
}
