// Shakes hands with every server named on stdin, and prints what Node's tls says of it.
//
// A line in: id, address, port, name, file of the root, how to learn of revocation, and
// file of the lists, separated by tabs.
// A line out: id, verdict and message.

const fs = require("fs");
const net = require("net");
const tls = require("tls");

function meet(line) {
  const [id, host, port, name, roots, check, crls] = line.split("\t");
  return new Promise((done) => {
    const tell = (verdict, message) => {
      console.log([id, verdict, message].join("\t"));
      socket.destroy();
      done();
    };
    const socket = tls.connect({
      host,
      port: Number(port),
      // No SNI for an address, which then is what is verified.
      servername: net.isIP(name) ? "" : name,
      ca: fs.readFileSync(roots),
      // It takes one list, or an array of them.
      crl: check === "lists" ? fs.readFileSync(crls, "utf8").match(/-----BEGIN[^]*?-----END X509 CRL-----\n/g) : undefined,
      timeout: 10000,
    });
    socket.once("secureConnect", () => tell("accepted", socket.getProtocol()));
    socket.once("timeout", () => tell("timed-out", ""));
    socket.once("error", ({ code, message }) => {
      // Without the thread and the place in OpenSSL's source.
      message = message.replace(/^[0-9A-F]+:error:/, "error:").replace(/:[^ :]*\.c:\d+:/, ":");
      tell("refused", `${code}: ${message}`.replace(/\s+/g, " ").replace(/:? ?$/, ""));
    });
  });
}

(async () => {
  for (const line of fs.readFileSync(0, "utf8").split("\n")) {
    if (line) await meet(line);
  }
})();
