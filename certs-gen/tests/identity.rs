//! What is promised of an identity beside its certificate: order, seeds, files, and what is kept secret.

use std::time::{Duration, UNIX_EPOCH};

use mailfault_certs::{Ca, DistinguishedName, Flaw, Identity, KeyKind, Leaf};

#[test]
fn the_chain_is_sent_in_the_order_of_the_flaw() {
    #[track_caller]
    fn check(ca: &Ca, leaf: Leaf, expected: &str) {
        let identity = ca.issue(leaf);
        let mut shape = String::new();
        for der in identity.chain() {
            shape.push(match der {
                der if der == identity.leaf() => 'L',
                der if der == ca.der() => 'R',
                _ => '?',
            });
        }
        assert_eq!(shape, expected, "{identity:?}");
    }
    let leaf = || Leaf::new("mx.test");
    let root = Ca::new();
    check(&root, leaf(), "L");
    check(&root, leaf().expired(), "L");
    check(&root, leaf().expired_intermediate(), "L?");
    check(&root, leaf().self_signed(), "L");
    check(&root, leaf().root_sent(), "L?R");
    let ca = root.intermediate();
    check(&ca, leaf(), "L?");
    check(&ca, leaf().missing_intermediate(), "L");
    check(&ca, leaf().missing_intermediate().root_sent(), "LR");
    check(&ca, leaf().reversed_chain(), "LR?");
    check(&ca, leaf().duplicate_leaf(), "LL?");
    check(&ca, leaf().root_sent(), "L?R");
    check(&ca, leaf().extra_unrelated(), "L???");
    check(&ca, leaf().pathlen_exceeded(), "L??");
    check(&ca, leaf().untrusted_root(), "L?");
    check(&ca, leaf().untrusted_root().root_sent(), "L??");
    assert_eq!(ca.issue("mx.test").with_root().chain()[2], *root.der());
}

#[test]
fn a_seed_gives_the_same_bytes_twice() {
    fn mint(seed: u64, kind: KeyKind) -> Vec<Identity> {
        let root = Ca::builder()
            .key(kind)
            .seed(seed)
            .clock(UNIX_EPOCH + Duration::from_secs(1_800_000_000))
            .build();
        let ca = root.intermediate();
        let mut identities = vec![ca.issue("mx.test"), ca.issue("mx.test")];
        // Signatures of the other kinds are slow in a debug build.
        let step = if kind == KeyKind::Ed25519 { 1 } else { 9 };
        let flaws = Flaw::all().iter().filter(|flaw| stable(**flaw));
        for flaw in flaws.step_by(step) {
            identities.push(root.issue(Leaf::new("mx.test").flaw(*flaw)));
        }
        identities
    }
    // RSA keys and signatures never come from a seed.
    fn stable(flaw: Flaw) -> bool {
        let rsa = ["rsa", "md5", "sha1", "exchange-setup"];
        // Its key is on P-256, whatever the others are.
        let explicit = flaw == Flaw::ExplicitCurve && !cfg!(feature = "weak");
        flaw.needs().is_none() && !explicit && !rsa.iter().any(|word| flaw.id().contains(word))
    }
    #[track_caller]
    fn check(kind: KeyKind, stable: bool) {
        for (once, twice) in mint(7, kind).iter().zip(mint(7, kind)) {
            assert_eq!(once.serial(), twice.serial());
            assert_eq!(once.issuer(), twice.issuer());
            if stable {
                assert_eq!(once.chain(), twice.chain(), "{once:?}");
                assert_eq!(once.key(), twice.key(), "{once:?}");
            }
        }
    }
    check(KeyKind::Ed25519, true);
    check(KeyKind::P256, cfg!(feature = "weak"));
    check(KeyKind::P384, cfg!(feature = "weak"));
    check(KeyKind::Rsa2048, false);

    let [first, second] = &mint(7, KeyKind::Ed25519)[..2] else {
        unreachable!()
    };
    assert_ne!(
        first.serial(),
        second.serial(),
        "the same wish twice is two certificates"
    );
    assert_ne!(first.key(), second.key());
    assert_ne!(first.serial(), mint(8, KeyKind::Ed25519)[0].serial());
}

#[test]
fn what_a_seed_gives_does_not_depend_on_other_wishes() {
    let ca = || Ca::builder().seed(7).build();
    let (one, other) = (ca(), ca());
    other.issue("other.test");
    assert_eq!(
        one.issue("mx.test").serial(),
        other.issue("mx.test").serial()
    );
}

#[test]
fn without_a_seed_nothing_repeats() {
    let (one, other) = (Ca::new(), Ca::new());
    assert_ne!(one.subject(), other.subject());
    let (first, second) = (one.issue("mx.test"), one.issue("mx.test"));
    assert_ne!(first.serial(), second.serial());
    assert_ne!(first.key(), second.key());
}

#[test]
fn the_names_are_those_wished_for() {
    #[track_caller]
    fn check(leaf: impl Into<Leaf>, name: &str, names: &[&str]) {
        let identity = Ca::new().issue(leaf);
        assert_eq!(identity.name(), name);
        assert_eq!(identity.names(), names);
    }
    check(
        "mx.test",
        "mx.test",
        &["mx.test", "localhost", "127.0.0.1", "::1"],
    );
    check("localhost", "localhost", &["localhost", "127.0.0.1", "::1"]);
    check(
        String::from("127.0.0.1"),
        "127.0.0.1",
        &["127.0.0.1", "localhost", "::1"],
    );
    check(
        Leaf::from(&String::from("*.contoso.com")),
        "*.contoso.com",
        &["*.contoso.com", "localhost", "127.0.0.1", "::1"],
    );
    check(
        Leaf::new("mäil.example").only_names(),
        "xn--mil-qla.example",
        &["xn--mil-qla.example"],
    );
    check(
        Leaf::new("a.test").also("192.0.2.1").only_names(),
        "a.test",
        &["a.test", "192.0.2.1"],
    );
    check(
        Leaf::new("mx.test").wrong_name(),
        "mx.test",
        &["other.test"],
    );
    check(Leaf::new("mx.test").cn_only(), "mx.test", &[]);
}

#[test]
fn what_exchange_prints_can_be_built() {
    let issuer = DistinguishedName::new()
        .common_name("A. Datum Corporation CA-3")
        .organizational_unit("www.adatum.com")
        .organization("A.Datum Corp")
        .country("US");
    let subject = DistinguishedName::new()
        .common_name("mail.contoso.com")
        .organization("Barbara Zighetti")
        .locality("Seattle")
        .state("WA")
        .country("US");
    let ca = Ca::builder().name(issuer).build();
    let identity = ca.issue(Leaf::new("mail.contoso.com").subject(subject));
    assert_eq!(
        format!("<I>{}<S>{}", identity.issuer(), identity.subject()),
        "<I>CN=A. Datum Corporation CA-3, OU=www.adatum.com, O=A.Datum Corp, C=US\
         <S>CN=mail.contoso.com, O=Barbara Zighetti, L=Seattle, S=WA, C=US"
    );
}

#[test]
fn debug_keeps_keys_to_itself() {
    let ca = Ca::builder().seed(7).key(KeyKind::Ed25519).build();
    let identity = ca.issue("mx.test");
    let key = &identity.key().as_bytes()[16..];
    let texts = [
        format!("{ca:?}"),
        format!("{identity:?}"),
        format!("{:?}", identity.key()),
        format!("{:?}", identity.key_pem()),
    ];
    for text in texts {
        assert!(!text.contains(&format!("{key:?}")[1..12]), "{text}");
        assert!(!text.contains("BEGIN"), "{text}");
    }
    assert_eq!(
        format!("{:?}", identity.key()),
        "Der(private key, 48 bytes)"
    );
}

#[cfg(unix)]
#[test]
fn a_private_key_is_written_for_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt;

    let directory =
        std::env::temp_dir().join(format!("mailfault-certs-mode-{}", std::process::id()));
    std::fs::create_dir_all(&directory).unwrap();
    let file = directory.join("key");
    let mode = || std::fs::metadata(&file).unwrap().permissions().mode() & 0o777;
    let identity = Ca::new().issue("mx.test");

    identity.key_pem().write_to(&file).unwrap();
    assert_eq!(mode(), 0o600);
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o644)).unwrap();
    identity.key().write_to(&file).unwrap();
    assert_eq!(mode(), 0o600);
    assert_eq!(std::fs::read(&file).unwrap(), identity.key().as_bytes());
    identity.pem().write_to(directory.join("chain")).unwrap();
    std::fs::remove_dir_all(&directory).unwrap();
}

#[test]
fn a_mistake_is_explained_where_it_was_made() {
    #[track_caller]
    fn check(mistake: impl FnOnce() + std::panic::UnwindSafe, expected: &str) {
        let panic = std::panic::catch_unwind(mistake).unwrap_err();
        let text = panic.downcast_ref::<String>().cloned();
        let text = text.or_else(|| panic.downcast_ref::<&str>().map(ToString::to_string));
        assert_eq!(text.as_deref(), Some(expected));
    }
    check(
        || drop(Ca::new().issue("mx..test")),
        "cannot issue: `mx..test` is not a name for a certificate: a label is empty",
    );
    check(
        || drop(Ca::new().intermediate().intermediate()),
        "an issuing CA has pathLen 0, so that no CA can stand below it\nhint: Leaf::pathlen_exceeded() is that flaw",
    );
    check(
        || {
            let identity = Ca::new().issue("mx.test");
            drop(identity.clone().with_key_of(&identity));
        },
        "both identities have the same key, so that nothing would mismatch\nhint: RSA leaves share one key; use Leaf::key_mismatch()",
    );
}
