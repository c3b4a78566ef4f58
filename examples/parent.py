"""A test in another language that owns mailfault: start it, read the ready line, run a client.

    python3 examples/parent.py [path of the command `mailfault`]

Python is only an example; any language that can start a process and read a line can do this.
"""

import json
import smtplib
import ssl
import subprocess
import sys


def refuses_an_expired_certificate(mailfault):
    with subprocess.Popen(
        [mailfault, "serve", "tls/expired", "--port", "0", "--json", "--until-eof"],
        stdin=subprocess.PIPE,  # when this closes, the server ends
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        ready = json.loads(process.stdout.readline())
        host, port = ready["servers"][0]["addr"].rsplit(":", 1)
        # The certificate is for localhost, too: smtplib takes the name from the connection.
        context = ssl.create_default_context(cafile=ready["ca"])
        refused = None
        try:
            with smtplib.SMTP("localhost", int(port)) as client:
                client.starttls(context=context)
                client.sendmail("alice@example.test", ["bob@example.test"], "Subject: hi\n\nhello\n")
        except ssl.SSLCertVerificationError as error:
            refused = error.verify_message
        process.stdin.close()
        events = [json.loads(line) for line in process.stdout]

    report = events[-1]
    print(f"the client said: {refused}")
    print(f"the server saw:  {report['outcome']}")
    assert refused == "certificate has expired"
    assert report["outcome"] == "refused-tls"


if __name__ == "__main__":
    refuses_an_expired_certificate(sys.argv[1] if len(sys.argv) > 1 else "mailfault")
