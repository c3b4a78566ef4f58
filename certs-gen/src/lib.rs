//! Certificates for tests of mail software, healthy and faulty, minted at run time.
//!
//! A test needs a server with an expired certificate, or one that forgot its intermediate, and a root that the client
//! under test can be told to trust. [`Ca`] is the authority, [`Leaf`] the wish, [`Flaw`] a defect by name, and
//! [`Identity`] what a server then shows.
//!
//! ```
//! use mailfault_certs::{Ca, Flaw, Leaf};
//!
//! let ca = Ca::new();
//! let healthy = ca.issue("mx.test");
//! let expired = ca.issue(Leaf::new("mx.test").expired());
//! let forgotten = ca.issue(Leaf::new("mx.test").expired().missing_intermediate());
//!
//! // Files for a client that takes no bytes.
//! # let directory = std::env::temp_dir().join(format!("mailfault-certs-doc-{}", std::process::id()));
//! # std::fs::create_dir_all(&directory)?;
//! ca.pem().write_to(directory.join("root.pem"))?;
//! # std::fs::remove_dir_all(&directory)?;
//!
//! assert_eq!(expired.flaws(), [Flaw::Expired]);
//! assert_eq!(expired.flaws()[0].to_string(), "tls/expired");
//! # assert!(healthy.flaws().is_empty() && forgotten.chain().len() == 1);
//! # Ok::<(), std::io::Error>(())
//! ```
//!
//! Nothing here opens a socket, reads a file, or writes one unasked. Keys are thrown away with the last of their [`Ca`] and of what it issued.
//!
//! # Cryptography
//!
//! Feature `graviola`, the default, needs no C compiler and cannot clash with the provider of your own TLS client, but
//! wants an x86_64 CPU with AVX2, ADX and BMI2, or an aarch64 one with AES. For other machines there is
//! `default-features = false, features = ["ring"]`, which is slow at RSA keys. Feature `weak` adds what these
//! libraries rightly refuse, short RSA keys and signatures with MD5 or SHA-1 ([`Flaw::needs`]), and repeatable ECDSA
//! signatures ([`CaBuilder`]).

mod ca;
mod control;
mod distinguished_name;
mod encoding;
mod error;
mod flaw;
mod given;
mod identity;
mod key;
mod leaf;
mod revocation;

mod algorithm;
mod asn1;
mod certificate;
mod chain;
mod crypto;
mod draft;
mod edit;
mod host;
mod mint;
mod public_key;
mod punycode;
mod recipe;
mod resign;
mod seed;

pub use ca::{Ca, CaBuilder};
pub use control::Control;
pub use crypto::cpu_check;
pub use distinguished_name::DistinguishedName;
pub use encoding::{Der, Pem};
pub use error::Error;
pub use flaw::{Flaw, Requirement};
pub use identity::Identity;
pub use key::KeyKind;
pub use leaf::Leaf;
pub use revocation::{Crl, Ocsp, Reason};
