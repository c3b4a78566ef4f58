"""Sends one message with smtplib, inside TLS, with a certificate of its own if one is named.

Arguments: port, sender, recipient, header line, and a file with certificates and key.
"""

import smtplib
import ssl
import sys

port, sender, recipient, header, *certificate = sys.argv[1:]
context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
context.check_hostname = False
context.verify_mode = ssl.CERT_NONE
if certificate:
    context.load_cert_chain(certificate[0])
with smtplib.SMTP("127.0.0.1", int(port), "client.test", timeout=20) as server:
    server.starttls(context=context)
    try:
        server.sendmail(sender, recipient, f"{header}\r\nSubject: hi\r\n\r\nhello\r\n")
        print("sent")
    except smtplib.SMTPRecipientsRefused as refused:
        for code, text in refused.recipients.values():
            print(code, text.decode())
    except smtplib.SMTPResponseException as refused:
        print(refused.smtp_code, refused.smtp_error.decode())
