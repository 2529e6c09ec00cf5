"""Check that every sample of an MP4 or QuickTime file lies inside the file.

inspection       the one entry point: the file's boxes, then the verdict
├── movie        the `moov` box: tracks, duration, picture size
│   └── samples  one track's sample tables
├── fragments    the `moof` boxes of a fragmented file
├── boxes        box headers, in a file and in memory
└── verdicts     the exceptions

Nothing here may know where the file came from or what length was promised.
"""

from hingtui.model.mp4.inspection import Mp4, inspect
from hingtui.model.mp4.verdicts import BrokenMp4, NotMp4, Unverifiable

__all__ = ["BrokenMp4", "Mp4", "NotMp4", "Unverifiable", "inspect"]
