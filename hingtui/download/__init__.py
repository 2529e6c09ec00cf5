"""One video: bytes → part → verified → its final name. It blocks, and belongs in a thread.

attempts        the tries, until one succeeds or nothing is left to try
├── transfer        one response's body into the part: speed, stalls, limits
└── part            the part, its lock, its final name
    └── part_metadata   what stands beside it
"""

from hingtui.download.attempts import ContentSource, Saved, download
from hingtui.download.part import discard_part, part_size
from hingtui.download.transfer import USUAL_LIMITS, Content, Limits, Phase, Progress

__all__ = [
    "USUAL_LIMITS",
    "Content",
    "ContentSource",
    "Limits",
    "Phase",
    "Progress",
    "Saved",
    "discard_part",
    "download",
    "part_size",
]
