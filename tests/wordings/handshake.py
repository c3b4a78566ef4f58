"""Shakes hands with every server named on stdin, and prints what Python's ssl says of it.

A line in: id, address, port, name, file of the root, how to learn of revocation, and file
of the lists, separated by tabs.
A line out: id, verdict and message.
"""

import socket
import ssl
import sys

for line in sys.stdin:
    case, address, port, name, roots, check, crls = line.rstrip("\n").split("\t")
    context = ssl.create_default_context(cafile=roots)
    if check == "lists":
        context.load_verify_locations(cafile=crls)
        context.verify_flags |= ssl.VERIFY_CRL_CHECK_LEAF
    try:
        with socket.create_connection((address, int(port)), 10) as connection:
            with context.wrap_socket(connection, server_hostname=name) as tls:
                verdict, message = "accepted", tls.version()
                tls.sendall(b"QUIT\r\n")
    except OSError as error:
        verdict, message = "refused", f"{type(error).__name__}: {error}"
        if isinstance(error, ssl.SSLCertVerificationError):
            message += f" [verify_code={error.verify_code}]"
    print(case, verdict, " ".join(message.split()), sep="\t")
