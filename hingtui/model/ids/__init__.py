"""Find video ids in whatever a person pastes, pipes in or types as an argument.

Nothing here asks a server whether an id exists, or knows the watchlist. What is handed back holds
no token and no query of a signed URL.

shapes   what a single word looks like: an id, a model, a date, a token
fields   which names of fields hold an id
wrapping what chat tools, mail and web pages wrap around ids and URLs
mail     how raw mail breaks long lines
urls     the id in a URL
addresses  the URLs that ids were found in
records  JSON-like text that is no JSON: reprs of Python, console output, cut JSON
values   the ids in decoded data
prose    the ids in plain text and log lines
finding  all of it together
"""

from hingtui.model.ids.addresses import urls_of_ids
from hingtui.model.ids.finding import (
    PASTE_LIMIT,
    Found,
    find_ids,
    find_ids_in_arguments,
    readable,
)

__all__ = ["PASTE_LIMIT", "Found", "find_ids", "find_ids_in_arguments", "readable", "urls_of_ids"]
