"""Write a history for ever, as a process that can be killed: `python3 -m … HOME NAME [BYTES]`.

After each batch it prints the number of the last video that is stored. With BYTES, no file may
become longer: a full disk.
"""

from __future__ import annotations

import itertools
import resource
import signal
import sys
from pathlib import Path

from hingtui.model.errors import StorageError
from hingtui.storage.history import HISTORY_FILE, History
from tests.support.histories import seen

BATCH = 5


def main() -> None:
    """Write until killed."""
    home, name, *limit = sys.argv[1:]
    if limit:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (int(limit[0]), int(limit[0])))
    history = History(Path(home) / HISTORY_FILE, timeout=20.0)
    for number in itertools.count(0, BATCH):
        batch = range(number, number + BATCH)
        sightings = [
            seen(f"{name}_{n:05}", at=n, prompt=f"月 moon {n} " * 40, took=60.0) for n in batch
        ]
        try:
            history.record(sightings)
        except StorageError as error:
            print(f"! {error.is_full} {error}", flush=True)
            return
        print(batch[-1], flush=True)


if __name__ == "__main__":
    main()
