// Sends one message over STARTTLS, and prints what nodemailer says of it.

const fs = require("fs");

const [module_, mode, host, port, servername, name, user, pass, from, to, roots, message, patience] =
  process.argv.slice(2);
// How many milliseconds to wait, where a test says so.
const timeout = patience ? Number(patience) : undefined;
const nodemailer = require(module_);

const transport = nodemailer.createTransport({
  host,
  port: Number(port),
  name,
  secure: false,
  requireTLS: mode === "requireTLS",
  connectionTimeout: timeout,
  greetingTimeout: timeout,
  socketTimeout: timeout,
  auth: { user, pass },
  tls: { servername, ca: fs.readFileSync(roots) },
});
transport.sendMail({ envelope: { from, to }, raw: fs.readFileSync(message) }).then(
  (sent) => console.log(sent.response),
  (error) => {
    console.log(`${error.code}: ${error.message}`);
    process.exitCode = 1;
  },
);
