//! The `SmtpClient` of a real .NET, from `MAILFAULT_DOTNET`: Microsoft's runtime, and beside it the
//! OpenSSL 1.1 that it wants.

use std::net::SocketAddr;
use std::path::PathBuf;

use mailfault::Pem;
use tempfile::TempDir;

use crate::support::program::{self, Finished};

/// Where .NET is.
pub(crate) fn found() -> Option<PathBuf> {
    let place = PathBuf::from(std::env::var_os("MAILFAULT_DOTNET")?);
    program::find("mcs")?;
    // Absolute, since the client runs elsewhere; nothing where there is none.
    let place = place.canonicalize().ok()?;
    place.join("runtime/dotnet").is_file().then_some(place)
}

/// A .NET with our program for it, compiled.
pub(crate) struct Dotnet {
    place: PathBuf,
    program: TempDir,
}

/// What is asked of it.
pub(crate) struct Errand<'a> {
    /// `Send` or `SendMailAsync`.
    pub(crate) how: &'a str,
    /// The host, which .NET looks up, and whose name it verifies.
    pub(crate) name: &'a str,
    /// Where that host is.
    pub(crate) addr: SocketAddr,
    /// What is trusted, and nothing else.
    pub(crate) roots: &'a Pem,
    pub(crate) to: &'a str,
    /// `callback`, `revocation`.
    pub(crate) options: &'a [&'a str],
}

impl Dotnet {
    /// Says aloud if there is none.
    #[track_caller]
    pub(crate) fn installed() -> Option<Self> {
        let Some(place) = found() else {
            program::skip(
                ".NET",
                "no runtime in MAILFAULT_DOTNET, or mcs is not in PATH",
            );
            return None;
        };
        let dotnet = Self {
            place,
            program: TempDir::new().expect("a temporary directory"),
        };
        dotnet.compile();
        Some(dotnet)
    }

    /// Against the runtime's own assemblies: the compiler is Mono's, what runs is not.
    #[track_caller]
    fn compile(&self) {
        let mut compiler = program::command("mcs", self.program.path());
        compiler.args(["-nologo", "-nostdlib", "-warn:0", "-out:send.dll"]);
        for assembly in ASSEMBLIES {
            let file = self.framework().join(format!("{assembly}.dll"));
            compiler.arg(format!("-reference:{}", file.display()));
        }
        compiler.arg(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/clients/send_dotnet.cs"
        ));
        let finished = program::run(&mut compiler, b"");
        assert_eq!(finished.code, Some(0), "{}", finished.said);
        let config = format!(
            r#"{{"runtimeOptions": {{"framework": {{"name": "Microsoft.NETCore.App", "version": "{VERSION}"}}}}}}"#
        );
        let file = self.program.path().join("send.runtimeconfig.json");
        std::fs::write(file, config).expect("a file");
    }

    fn framework(&self) -> PathBuf {
        let all = self.place.join("runtime/shared/Microsoft.NETCore.App");
        all.join(VERSION)
    }

    /// Sends one message. Each time has a home of its own: .NET keeps lists and intermediate
    /// certificates there, and trusts what is in a store there.
    #[track_caller]
    pub(crate) fn run(&self, errand: &Errand<'_>) -> Finished {
        let home = TempDir::new().expect("a temporary directory");
        let file = |name: &str| home.path().join(name);
        errand.roots.write_to(file("roots.pem")).expect("a file");
        let hosts = format!("{} {}\n", errand.addr.ip(), errand.name);
        std::fs::write(file("hosts"), hosts).expect("a file");
        let mut command = program::command(self.place.join("runtime/dotnet"), home.path());
        command
            .env("LD_LIBRARY_PATH", self.place.join("openssl"))
            .env("CLR_OPENSSL_VERSION_OVERRIDE", "1.1")
            .env("DOTNET_SYSTEM_GLOBALIZATION_INVARIANT", "1")
            .env("SSL_CERT_FILE", file("roots.pem"))
            .env("SSL_CERT_DIR", file("nothing"))
            .env("LD_PRELOAD", "libnss_wrapper.so")
            .env("NSS_WRAPPER_HOSTS", file("hosts"));
        command
            .arg("exec")
            .arg(self.program.path().join("send.dll"));
        command.args([errand.how, errand.name, &errand.addr.port().to_string()]);
        command.args(["alice@fabrikam.test", errand.to]);
        program::run(command.args(errand.options), b"")
    }
}

const VERSION: &str = "3.1.23";

const ASSEMBLIES: [&str; 10] = [
    "System.Collections",
    "System.ComponentModel.Primitives",
    "System.Console",
    "System.Net.Mail",
    "System.Net.Primitives",
    "System.Net.Security",
    "System.Net.ServicePoint",
    "System.Private.CoreLib",
    "System.Runtime",
    "System.Security.Cryptography.X509Certificates",
];
