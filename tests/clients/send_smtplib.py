"""Sends one message over STARTTLS, and prints what smtplib says of it."""

import smtplib
import socket
import ssl
import sys

address, port, name, client, user, password, sender, recipient, roots, message, *options = sys.argv[1:]
# `trusting`, and how many seconds to wait, where a test says so.
trusting = "trusting" in options
patience = next((float(option) for option in options if option != "trusting"), None)


class Connection(smtplib.SMTP):
    """Connects to an address, and knows the server by another name."""

    def _get_socket(self, host, port, timeout):
        return socket.create_connection((address, port), patience)


# Given no context, smtplib makes one that takes any certificate.
context = None if trusting else ssl.create_default_context(cafile=roots)
with open(message, "rb") as file:
    content = file.read()
connection = None
try:
    connection = Connection(name, int(port), local_hostname=client)
    connection.starttls(context=context)
    connection.login(user, password)
    connection.sendmail(sender, recipient, content)
    connection.quit()
except (OSError, smtplib.SMTPException) as error:
    sys.exit(f"{type(error).__name__}: {error}")
finally:
    if connection:
        connection.close()
print("sent")
