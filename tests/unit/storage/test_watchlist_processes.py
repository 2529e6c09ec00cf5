"""The watchlist file shared by several processes and threads."""

from __future__ import annotations

import subprocess
import sys
import threading
import tomllib
from dataclasses import replace
from pathlib import Path

import pytest

from hingtui.storage.watchlist import Watchlist
from tests.support.keys import ids, key, keys
from tests.unit.storage.watchlist_entries import RUNNING, entries, entry, ids_in

ADD = """
import sys
from pathlib import Path
from hingtui.storage.watchlist import Entry, Watchlist

path, name, count = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
watchlist = Watchlist(path)
for number in range(count):
    watchlist.change(add=[Entry(f"{name}_{number}", 0.0)])
    print(f"{name}_{number}", flush=True)
"""
HOLD = """
import sys
from pathlib import Path
from hingtui.system.files import locked

with locked(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def run(script: str, *arguments: object) -> subprocess.Popen[str]:
    return subprocess.Popen(  # noqa: S603 – our own script
        [sys.executable, "-c", script, *map(str, arguments)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[3],
    )


def test_processes_that_add_at_the_same_time_lose_no_id(watchlist: Watchlist) -> None:
    processes = [run(ADD, watchlist.path, f"p{n}", 25) for n in range(5)]
    for process in processes:
        process.communicate(timeout=60)
    assert sorted(ids_in(watchlist)) == sorted(f"p{n}_{k}" for n in range(5) for k in range(25))


def test_threads_that_share_one_watchlist_lose_no_id(watchlist: Watchlist) -> None:
    def add(name: str) -> None:
        for number in range(20):
            watchlist.change(add=entries(f"{name}_{number}"))
            watchlist.read()

    threads = [threading.Thread(target=add, args=(f"t{n}",)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(ids_in(watchlist)) == sorted(f"t{n}_{k}" for n in range(4) for k in range(20))


def test_processes_can_add_update_and_remove_at_once(watchlist: Watchlist) -> None:
    watchlist.change(add=entries("mine", "gone"))
    process = run(ADD, watchlist.path, "theirs", 25)
    watchlist.change(remove=keys("gone"))
    for number in range(25):
        watchlist.change(update=[entry("mine", replace(RUNNING, progress=number), number)])
    process.communicate(timeout=60)
    contents = Watchlist(watchlist.path).read()
    assert len(contents.entries) == 26
    assert contents.entries[key("mine")].asked_at == 24


@pytest.mark.parametrize("acknowledged", [1, 3, 7, 12])
def test_a_killed_writer_leaves_every_id_it_had_added(
    watchlist: Watchlist, acknowledged: int
) -> None:
    process = run(ADD, watchlist.path, "p", 100_000)
    assert process.stdout is not None
    added = [process.stdout.readline().strip() for _ in range(acknowledged)]
    process.kill()
    process.communicate(timeout=60)
    contents = watchlist.read()
    assert contents.repair is None
    assert ids(contents.entries)[:acknowledged] == added


def test_the_lock_of_a_killed_process_is_released(watchlist: Watchlist) -> None:
    holder = run(HOLD, watchlist.path.with_name("watchlist.toml.lock"))
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    waiter = threading.Thread(target=watchlist.change, kwargs={"add": entries("v_1")})
    waiter.start()
    assert ids_in(watchlist) == []
    holder.kill()
    holder.communicate(timeout=60)
    waiter.join(timeout=60)
    assert ids_in(watchlist) == ["v_1"]


def test_known_entries_are_not_parsed_again(
    watchlist: Watchlist, monkeypatch: pytest.MonkeyPatch
) -> None:
    watchlist.change(add=entries(*(f"v_{n}" for n in range(500))))
    parsed: list[str] = []
    loads = tomllib.loads

    def counting(text: str) -> dict[str, object]:
        parsed.append(text)
        return loads(text)

    monkeypatch.setattr(tomllib, "loads", counting)
    watchlist.change(add=entries("v_new"))
    watchlist.read()
    assert len(parsed) <= 3
