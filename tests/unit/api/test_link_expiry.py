"""Reading the expiry of a signed link, in the form of each object store and CDN."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hingtui.api.link_expiry import link_expiry

SIGNED = 1_784_517_925.0
"""2026-07-20 03:25:25 UTC."""
DATE = "20260720T032525Z"
END = SIGNED + 86_400
EPOCH = int(END)


@pytest.mark.parametrize("scheme", ["Tos", "Amz", "Goog", "Oss", "Obs", "Cos", "Bce"])
@pytest.mark.parametrize("case", [str, str.lower, str.upper])
def test_the_expiry_is_the_signing_date_plus_the_lifetime(scheme: str, case: type[str]) -> None:
    query = f"X-{scheme}-Signature=f&X-{scheme}-Expires=86400&X-{scheme}-Date={DATE}"
    assert link_expiry("https://s.example/a.mp4?" + case(query)) == END


@pytest.mark.parametrize(
    "query",
    [
        f"Expires={EPOCH}&OSSAccessKeyId=x&Signature=y",
        f"expires={EPOCH}&sig=1",
        f"exp={EPOCH}",
        f"x-expires={EPOCH}&x-signature=z",
        f"x-oss-expires={EPOCH}",
        f"Expires={EPOCH}000",
        f"e={EPOCH}&token=t",
        "sv=2022-11-02&se=2026-07-21T03:25:25Z&sr=b&sig=x",
        "sv=2022-11-02&se=2026-07-21T03%3A25%3A25Z&sig=x",
        f"q-sign-algorithm=sha1&q-sign-time={EPOCH - 600};{EPOCH}&q-key-time={EPOCH - 600};{EPOCH}",
        f"q-key-time={EPOCH - 600}%3B{EPOCH}",
        f"auth_key={EPOCH}-0-0-d41d8cd98f00b204e9800998ecf8427e",
        f"a=1&amp;Expires={EPOCH}",
        f"Expires={EPOCH}&exp={EPOCH + 60}",
    ],
)
def test_an_expiry_is_read_from_every_known_parameter(query: str) -> None:
    assert link_expiry(f"https://s.example/a.mp4?{query}") == END


@pytest.mark.parametrize(
    "link",
    [
        "",
        "https://s.example/a.mp4",
        f"https://s.example/Expires={EPOCH}/a.mp4",
        "https://s.example/a.mp4?Expires=3600",
        "https://s.example/a.mp4?Expires=never",
        "https://s.example/a.mp4?Expires=" + "9" * 400,
        f"https://s.example/a.mp4?X-Amz-Date={DATE}",
        "https://s.example/a.mp4?X-Amz-Expires=86400",
        "https://s.example/a.mp4?X-Amz-Date=20261399T990000Z&X-Amz-Expires=86400",
        "https://s.example/a.mp4?X-Amz-Date=00010101T000000Z&X-Amz-Expires=1",
        "https://[s.example/a.mp4?Expires=1",
        "https://s.example/a.mp4?" + "a=1&" * 500,
    ],
)
def test_a_link_without_an_expiry_has_none(link: str) -> None:
    assert link_expiry(link) is None


def test_an_auth_key_of_the_past_may_be_a_signing_time() -> None:
    link = f"https://s.example/a.mp4?auth_key={EPOCH}-0-0-d4"
    assert link_expiry(link, END - 1) == END
    assert link_expiry(link, END + 1) is None


@given(st.text(max_size=80))
def test_any_query_is_read_without_error(query: str) -> None:
    found = link_expiry(f"https://s.example/a.mp4?{query}")
    assert found is None or 1e9 < found < 1e10
