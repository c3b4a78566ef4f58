//! A browser that is driven by a script of `tests/browser`. The unit tests of the command read this
//! file in as well.

use std::path::PathBuf;
use std::process::Command;

/// Runs a script with the addresses of pages; what it complains of is the failure. What is not
/// installed is said aloud, or fails the test where MAILFAULT_REQUIRE_CLIENTS is 1.
#[track_caller]
pub(crate) fn browse(script: &str, urls: &[&str]) {
    let modules = modules();
    let there = ["puppeteer-core", "axe-core"].map(|module| modules.join(module).is_dir());
    let (node, chromium) = (program("node"), program("chromium"));
    let (true, Some(node), Some(chromium)) = (there == [true; 2], node, chromium) else {
        let required = std::env::var("MAILFAULT_REQUIRE_CLIENTS").is_ok_and(|one| one == "1");
        let what = "node, chromium, puppeteer-core or axe-core is not installed";
        assert!(!required, "{what}");
        return eprintln!("skipped: {what}");
    };
    let output = Command::new(node)
        .arg(format!(
            "{}/tests/browser/{script}",
            env!("CARGO_MANIFEST_DIR")
        ))
        .args(urls)
        .env("MAILFAULT_NODE_MODULES", modules)
        .env("MAILFAULT_CHROMIUM", chromium)
        .output()
        .expect("node starts");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{script}: {said}");
}

/// Where what is from npm is: see `.ci/clients`.
fn modules() -> PathBuf {
    let given = std::env::var_os("MAILFAULT_NODE_MODULES").map(PathBuf::from);
    given.unwrap_or_else(|| {
        let root = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
        PathBuf::from(root).join("target/clients/node_modules")
    })
}

fn program(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    let mut files = std::env::split_paths(&path).map(|folder| folder.join(name));
    files.find(|file| file.is_file())
}
