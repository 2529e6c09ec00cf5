"""Find the URLs in a text that hold ids: a URL says which gateway an id belongs to."""

from __future__ import annotations

from hingtui.model.ids.mail import unfolded_mail
from hingtui.model.ids.urls import URL, ids_in_url, url_of_ids


def urls_of_ids(text: str) -> dict[str, str]:
    """The URL of each id that stands in one, without its query; the first where there are more.

    A query can hold secrets, and says nothing about the gateway.
    """
    found: dict[str, str] = {}
    for match in URL.finditer(unfolded_mail(text)):
        for word, is_id in ids_in_url(match[0]):
            if is_id:
                url = url_of_ids(match[0])
                found.setdefault(word, url.partition("#")[0].partition("?")[0].partition("|")[0])
    return found
