"""Clips in the layouts of ffmpeg's muxers: complete as they are, broken if samples are cut off."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from hingtui.model.mp4 import BrokenMp4, inspect
from tests.tools.mp4_clips import CLIPS, FOLDER

SAMPLES_END = {
    "index_last.mp4": 807,
    "index_first.mp4": 2232,
    "timecode.mov": 4147,
    "old_sound.mov": 2428,
    "phone.3gp": 1567,
    "fragments.mp4": 2442,
    "fragments_base_moof.mp4": 2402,
    "fragments_no_offset.mp4": 2410,
    "fragments_separate.mp4": 2506,
    "fragments_dash.mp4": 2610,
    "fragments_cmaf.mp4": 2394,
    "fragments_after_index.mp4": 2408,
}
"""Where the last sample of each clip ends, in bytes, as ffprobe says."""
BOX = re.compile(rb"moof|sidx|styp|mdat")


@pytest.mark.parametrize("name", CLIPS)
def test_a_clip_is_complete(name: str) -> None:
    assert inspect(FOLDER / name).has_fragments == name.startswith("fragments")


@pytest.mark.parametrize("name", CLIPS)
def test_a_clip_needs_every_byte_up_to_its_last_sample(tmp_path: Path, name: str) -> None:
    data = (FOLDER / name).read_bytes()
    path = tmp_path / name
    end = SAMPLES_END[name]
    index_end = len(data) if name in ("index_last.mp4", "phone.3gp") or ".mov" in name else end
    path.write_bytes(data[:index_end])
    inspect(path)
    path.write_bytes(data[: index_end - 1])
    with pytest.raises(BrokenMp4):
        inspect(path)


@pytest.mark.parametrize("name", [name for name in CLIPS if not name.startswith("fragments")])
def test_a_clip_cut_anywhere_is_broken(tmp_path: Path, name: str, thorough: bool) -> None:
    data = (FOLDER / name).read_bytes()
    path = tmp_path / name
    for cut in range(8, len(data), 13 if thorough else 131):
        path.write_bytes(data[:cut])
        with pytest.raises(BrokenMp4):
            inspect(path)


@pytest.mark.parametrize("name", [name for name in CLIPS if name.startswith("fragments")])
def test_a_fragmented_clip_is_complete_only_between_fragments(
    tmp_path: Path, name: str, thorough: bool
) -> None:
    data = (FOLDER / name).read_bytes()
    path = tmp_path / name
    whole = []
    beside_boxes = [found.start() + n for found in BOX.finditer(data) for n in range(-6, 7)]
    cuts = range(8, SAMPLES_END[name])
    for cut in cuts if thorough else sorted({*beside_boxes, *cuts[::97]} & {*cuts}):
        path.write_bytes(data[:cut])
        try:
            inspect(path)
        except BrokenMp4:
            continue
        whole.append(cut)
    seams = {cut for cut in whole if cut - 1 not in whole}
    assert len(seams) <= 6
    assert all(data[at + 4 : at + 8] in (b"moof", b"sidx", b"styp") for at in seams)
    assert all(min(cut - at for at in seams if at <= cut) < 8 for cut in whole)
