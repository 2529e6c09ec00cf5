"""The dashboard: the only package that imports Textual."""

import os

for _name in ("TEXTUAL", "TEXTUAL_DEBUG", "TEXTUAL_LOG"):
    # Textual reads them as it is imported, and writes every key that is typed to a file or to a
    # console: a token that is typed would be among them.
    os.environ.pop(_name, None)
