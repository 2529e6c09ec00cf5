"""The pictures of the READMEs show what the program draws."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.pilot import as_textual_does
from tests.tools.animation import ANIMATIONS, film
from tests.tools.raster import digest_in, digest_of
from tests.tools.screenshots import FOLDER, PICTURES, take

pytestmark = pytest.mark.usefixtures("_as_textual_does")


@pytest.fixture
def _as_textual_does() -> Iterator[None]:
    """Other tests of this process draw later, and wait for less."""
    with as_textual_does():
        yield


HINT = "python3 -m tests.tools.screenshots NAME draws it anew"
SAMPLE = ("saving-zh-dark", "detail-en-light")


@pytest.mark.sample(None)
@pytest.mark.parametrize("name", PICTURES)
async def test_a_picture_shows_what_the_program_draws(
    name: str, tmp_path: Path, thorough: bool
) -> None:
    kept = (FOLDER / f"{name}.svg").read_text("utf-8")
    assert digest_in((FOLDER / f"{name}.png").read_bytes()) == digest_of(kept), HINT
    if thorough or name in SAMPLE:
        assert await take(PICTURES[name], tmp_path) == kept, HINT


@pytest.mark.parametrize("name", ANIMATIONS)
async def test_an_animation_shows_what_the_program_draws(
    name: str, tmp_path: Path, thorough: bool
) -> None:
    kept = (FOLDER / f"{name}.webp").read_bytes()
    assert len(kept) < 3_000_000
    assert len(digest_in(kept)) == 64
    if thorough:
        frames = await film(ANIMATIONS[name], tmp_path)
        assert digest_in(kept) == digest_of(*(svg for svg, _seconds in frames)), HINT


def test_only_pictures_that_can_be_drawn_are_kept() -> None:
    drawn_names = {f"{name}.{kind}" for name in PICTURES for kind in ("svg", "png")}
    drawn_names |= {f"{name}.webp" for name in ANIMATIONS}
    assert {path.name for path in FOLDER.iterdir()} == drawn_names
