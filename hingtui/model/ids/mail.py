"""Undo how raw mail breaks long lines: `=` at a line's end, and `=3D` for `=`.

Only where a header says so (quoted-printable). What a mail program has broken without a mark stays
in pieces: nothing tells the rest of an id from the next id of a list.
"""

from __future__ import annotations

import re
from binascii import a2b_qp

_HEADER = "content-transfer-encoding:"
_PART = re.compile(
    rf"^{_HEADER}[ \t]*quoted-printable[ \t]*$(?P<body>.*?)(?=^--\S|^{_HEADER}|\Z)",
    re.IGNORECASE | re.MULTILINE | re.DOTALL,
)
"""From the header to the next part of the mail, or the next mail."""


def unfolded_mail(text: str) -> str:
    """`text` with the quoted-printable parts of mails in it decoded."""
    if _HEADER not in text.casefold():
        return text
    return _PART.sub(lambda part: _decoded(part["body"]), text.replace("\r\n", "\n"))


def _decoded(body: str) -> str:
    return a2b_qp(body.encode("utf-8", "replace")).decode("utf-8", "replace").replace("\ufffd", " ")
