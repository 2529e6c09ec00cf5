"""Make the clips in tests/data/clips with ffmpeg: `python3 -m tests.tools.mp4_clips`.

Each is a few KB: four tiny pictures, most with a quarter second of sound, laid out by another
option of ffmpeg's MP4 muxer. It prints the end of the samples as ffprobe finds it,
for test_mp4_clips.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).parents[1] / "data" / "clips"
_H264 = "-c:v libx264 -pix_fmt yuv420p -crf 50 -g 2 -bsf:v filter_units=remove_types=6"
_AAC = "-c:a aac -b:a 8k -ar 8000"
_PLAIN = f"{_H264} {_AAC}"
_FRAGMENTS = f"{_PLAIN} -movflags +empty_moov+frag_keyframe"
CLIPS = {
    "index_last.mp4": _PLAIN,
    "index_first.mp4": f"{_PLAIN} -movflags +faststart",
    "timecode.mov": "-c:v mjpeg -q:v 31 -c:a pcm_s16le -ar 4000 -timecode 01:00:00:00",
    "old_sound.mov": "-c:v mpeg4 -q:v 31 -c:a adpcm_ima_qt -ar 8000 -ac 2",
    "phone.3gp": f"-c:v h263 -s 128x96 -q:v 31 {_AAC}",
    "fragments.mp4": _FRAGMENTS,
    "fragments_base_moof.mp4": f"{_FRAGMENTS}+default_base_moof",
    "fragments_no_offset.mp4": f"{_FRAGMENTS}+omit_tfhd_offset",
    "fragments_separate.mp4": f"{_FRAGMENTS}+separate_moof",
    "fragments_dash.mp4": f"{_PLAIN} -movflags +dash+frag_keyframe",
    "fragments_cmaf.mp4": f"{_PLAIN} -movflags +cmaf+frag_keyframe",
    "fragments_after_index.mp4": f"{_PLAIN} -movflags +frag_keyframe",
}
"""ffmpeg's options for each clip."""


def make(name: str, options: str) -> None:
    """Write one clip into FOLDER."""
    sources = "-f lavfi -i testsrc=s=32x32:r=8:d=0.5 -f lavfi -i sine=d=0.25"
    plain = "-map_metadata -1 -fflags +bitexact -flags:v +bitexact -flags:a +bitexact"
    command = f"ffmpeg -v error -y {sources} {options} {plain}".split()
    subprocess.run([*command, str(FOLDER / name)], check=True)  # noqa: S603 - made above


def samples_end(name: str) -> int:
    """Where the last byte of the clip's samples ends, as ffprobe sees it."""
    command = ["ffprobe", "-v", "error", "-show_entries", "packet=pos,size", "-of", "csv=p=0"]
    listed = subprocess.run(  # noqa: S603 - made above
        [*command, str(FOLDER / name)], check=True, capture_output=True, text=True
    )
    packets = [line.strip(",").split(",") for line in listed.stdout.split()]
    return max(int(size) + int(position) for size, position in packets)


def main() -> None:
    """Make all clips and print where their samples end."""
    FOLDER.mkdir(exist_ok=True)
    for name, options in CLIPS.items():
        make(name, options)
        length = (FOLDER / name).stat().st_size
        sys.stdout.write(f'    "{name}": {samples_end(name)},  # of {length}\n')


if __name__ == "__main__":
    main()
