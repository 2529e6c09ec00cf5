"""Compute where the samples of one track end, from its sample tables.

Samples are stored in chunks. `stco` or `co64` holds the position of each chunk, `stsc` how many
samples are in each, `stsz` or `stz2` the size of each sample. Entries that no sample uses are
never looked at. Sources: ISO/IEC 14496-12 (8.6.1, 8.7.3 to 8.7.5), QuickTime File Format
("Sample Atoms", "Sound Sample Descriptions").
"""

from __future__ import annotations

import struct
import sys
from array import array
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from itertools import compress
from operator import add

from hingtui.model.mp4.verdicts import index_is_damaged

Tables = Mapping[bytes, memoryview]
"""The content of the boxes in `stbl`, by type."""


def furthest_end(tables: Tables, elsewhere: Collection[int], *, is_sound: bool) -> int:
    """The position in the file where the last byte of the track's samples ends; 0 without any.

    `elsewhere` has the numbers of the sample descriptions, from 1, whose samples are in other
    files. Raises BrokenMp4 where a table lacks entries that a sample needs.
    """
    sizes = _read_sizes(tables, is_sound=is_sound)
    offsets, claimed = _read_offsets(tables)
    end = sample = chunk = 0
    for until, per_chunk, description in _runs(tables, len(offsets)):
        if sample >= sizes.count:
            break
        used = offsets[chunk:until]
        if per_chunk and description not in elsewhere:
            end = max(end, sizes.furthest_end(used, sample, per_chunk))
        sample += per_chunk * len(used)
        chunk = until
    if sample < sizes.count and len(offsets) < claimed:
        raise index_is_damaged()
    return end


@dataclass(frozen=True, slots=True)
class _UniformSizes:
    """Samples of one size."""

    count: int
    per_packet: int
    """How many samples share one packet of compressed sound; otherwise 1."""
    packet: int
    """Bytes of a packet, or of a sample."""

    def furthest_end(self, offsets: array[int], first: int, per_chunk: int) -> int:
        """Where the chunks at `offsets` end, of which the first begins with sample `first`."""
        whole, rest = divmod(self.count - first, per_chunk)
        ends = [0]
        if whole and (size := self._bytes(per_chunk)):
            ends.append(max(offsets[:whole]) + size)
        if whole < len(offsets) and (size := self._bytes(rest)):
            ends.append(offsets[whole] + size)
        return max(ends)

    def _bytes(self, samples: int) -> int:
        return samples // self.per_packet * self.packet


@dataclass(frozen=True, slots=True)
class _EachSize:
    """Samples of different sizes."""

    count: int
    """How many the table claims: it may hold fewer."""
    sizes: array[int]

    def furthest_end(self, offsets: array[int], first: int, per_chunk: int) -> int:
        """Where the chunks at `offsets` end, of which the first begins with sample `first`."""
        last = min(self.count, first + per_chunk * len(offsets))
        if last > len(self.sizes):
            raise index_is_damaged()
        if per_chunk == 1:
            sizes = self.sizes[first:last]
            return max(compress(map(add, offsets, sizes), sizes), default=0)
        end = 0
        for offset, at in zip(offsets, range(first, last, per_chunk), strict=False):
            size = sum(self.sizes[at : at + per_chunk])
            if size and offset + size > end:
                end = offset + size
        return end


def _runs(tables: Tables, chunks: int) -> Iterator[tuple[int, int, int]]:
    """(the chunk behind the run, samples per chunk, sample description) of each run of chunks.

    Chunks are counted from 0; the first run begins with chunk 0, each other where one ended.
    """
    entries, claimed = _numbers(tables.get(b"stsc"), 4, per_entry=3)
    if len(entries) < claimed:
        raise index_is_damaged()
    done = 0
    for at in range(0, len(entries), 3):
        is_last = at + 3 >= len(entries)
        until = chunks if is_last else min(entries[at + 3] - 1, chunks)
        if until > done:  # chunks never count twice, whatever the order of the entries
            yield until, entries[at + 1], entries[at + 2]
            done = until


def _read_offsets(tables: Tables) -> tuple[array[int], int]:
    wide = b"co64" in tables
    return _numbers(tables.get(b"co64" if wide else b"stco"), 4, code="Q" if wide else "I")


def _read_sizes(tables: Tables, *, is_sound: bool) -> _UniformSizes | _EachSize:
    if b"stsz" in tables:
        uniform, count = _unpack(">II", tables[b"stsz"], 4)
        if not uniform:
            return _EachSize(count, _numbers(tables[b"stsz"], 8)[0])
        packets = _sound_packets(tables) if is_sound else None
        return _UniformSizes(count, *(packets or (1, uniform)))
    if b"stz2" in tables:
        return _read_compact_sizes(tables[b"stz2"])
    return _UniformSizes(0, 1, 0)


def _sound_packets(tables: Tables) -> tuple[int, int] | None:
    """(samples, bytes) of a packet of sound in old QuickTime files; None where not of that kind.

    There `stsz` counts every moment of sound as a sample of one byte, and the version 1 sound
    description has the true sizes. Such a track has samples of one time unit each in `stts`.
    """
    try:
        runs, _samples, unit = _unpack(">III", tables.get(b"stts", memoryview(b"")), 4)
        (version,) = _unpack(">H", tables[b"stsd"], 8 + 16)
        per_packet, _channel, packet = _unpack(">III", tables[b"stsd"], 8 + 36)
    except (KeyError, struct.error):
        return None
    is_old = (runs, unit, version) == (1, 1, 1)
    return (per_packet, packet) if is_old and per_packet and packet else None


def _read_compact_sizes(table: memoryview) -> _EachSize:
    """Sizes of 4, 8 or 16 bits each (`stz2`)."""
    bits, count = _unpack(">xxxBI", table, 4)
    content = table[12:]
    if bits == 16:
        return _EachSize(count, _big_endian("H", content[: count * 2]))
    if bits == 8:
        return _EachSize(count, array("B", bytes(content[:count])))
    if bits != 4:
        raise index_is_damaged()
    pairs = bytes(content[: (count + 1) // 2])
    sizes = bytearray(2 * len(pairs))
    sizes[::2] = pairs.translate(_HIGH_HALF)
    sizes[1::2] = pairs.translate(_LOW_HALF)
    return _EachSize(count, array("B", sizes[:count]))


_HIGH_HALF = bytes(byte >> 4 for byte in range(256))
_LOW_HALF = bytes(byte & 15 for byte in range(256))


def _numbers(
    table: memoryview | None, at: int, *, per_entry: int = 1, code: str = "I"
) -> tuple[array[int], int]:
    """The numbers of a table whose count of entries is at byte `at`, and how many it claims."""
    if table is None:
        return array(code), 0
    (entries,) = _unpack(">I", table, at)
    claimed = entries * per_entry
    size = array(code).itemsize
    there = min(claimed, (len(table) - at - 4) // size)
    return _big_endian(code, table[at + 4 : at + 4 + there * size]), claimed


def _big_endian(code: str, content: memoryview) -> array[int]:
    numbers: array[int] = array(code)
    numbers.frombytes(content[: len(content) // numbers.itemsize * numbers.itemsize])
    if sys.byteorder == "little":
        numbers.byteswap()
    return numbers


def _unpack(layout: str, table: memoryview, at: int) -> tuple[int, ...]:
    return struct.unpack_from(layout, table, at)
