"""The card that is shown while nothing is watched."""

from __future__ import annotations

import pytest
from textual.geometry import Size

from hingtui.ui.keys import default_key_for
from hingtui.ui.theme.palette import palette_of
from hingtui.ui.theme.themes import DARK
from hingtui.ui.widgets.welcome import welcome_card

PALETTE = palette_of(DARK.to_color_system().generate())


@pytest.mark.parametrize("has_list", [True, False])
def test_the_list_is_offered_only_where_there_may_be_one(has_list: bool) -> None:
    card = welcome_card(
        Size(80, 20),
        needs_token=False,
        has_list=has_list,
        gateway="",
        palette=PALETTE,
        key_for=default_key_for,
    )
    assert ("choose from the account's list" in card.plain) is has_list
    assert "paste the ids of your videos" in card.plain
