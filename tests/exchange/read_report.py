"""Reads a report from stdin with the standard library, and prints what it says as JSON."""

import email
import email.policy
import json
import sys
from html.parser import HTMLParser


class Shown(HTMLParser):
    """The text of a page."""

    def __init__(self):
        super().__init__()
        self.text = []

    def handle_data(self, data):
        self.text.append(data)


def defects(part):
    found = [repr(one) for one in part.defects]
    for value in part.values():
        found += [repr(one) for one in getattr(value, "defects", [])]
    if part.is_multipart():
        for inner in part.iter_parts():
            found += defects(inner)
    return found


message = email.message_from_bytes(sys.stdin.buffer.read(), policy=email.policy.default)
alternative, status, original = message.iter_parts()
plain, html = alternative.iter_parts()
shown = Shown()
shown.feed(html.get_content())
if original.get_content_type() == "message/rfc822":
    headers = original.get_content()
else:
    headers = email.message_from_string(original.get_content(), policy=email.policy.default)
print(json.dumps({
    "types": [message.get_content_type(), message.get_param("report-type"),
              alternative.get_content_type(), plain.get_content_type(), html.get_content_type(),
              status.get_content_type(), original.get_content_type()],
    "header": {name: str(value) for name, value in message.items()},
    "plain": plain.get_content(),
    "shown": "".join(shown.text),
    "status": [dict(block.items()) for block in status.get_payload()],
    "original": {name: str(value) for name, value in headers.items()},
    "defects": defects(message),
}))
