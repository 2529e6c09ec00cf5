"""Whatever a disk does at whatever step, what is on it afterwards is old or new, and whole."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.robustness.torture.scenes import SCENES
from tests.robustness.torture.steps import Scene, torture


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.name)
def test_a_disk_that_fails_anywhere_leaves_old_or_new(
    scene: Scene, record_property: Callable[[str, object], None], thorough: bool
) -> None:
    record = torture(scene, every=12) if thorough else torture(scene, every=30, every_telling=3)
    record_property("cases", record.cases)
    assert record.cases > (20 if thorough else 4)
    assert record.breaches == []
