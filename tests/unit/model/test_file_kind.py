"""Recognising the kind of a file from its first bytes."""

from __future__ import annotations

import gzip
import random
import struct
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hingtui.model.file_kind import HEAD_SIZE, FileKind, file_kind
from tests.support.mp4 import FTYP, box, mp4

CLIPS = sorted((Path(__file__).parents[2] / "data" / "clips").iterdir())
NOISE = random.Random(1).randbytes(4096)  # noqa: S311 - the same noise in every run


def ebml(doc_type: bytes) -> bytes:
    """The beginning of a Matroska file as FFmpeg writes it."""
    content = bytes.fromhex("42868101 42f78101 42f28104 42f38108 4282") + bytes(
        [0x80 | len(doc_type)]
    )
    content += doc_type + bytes.fromhex("42878104 42858102")
    size = struct.pack(">Q", 1 << 56 | len(content))
    return b"\x1a\x45\xdf\xa3" + size + content + b"\x18\x53\x80\x67" + NOISE


@pytest.mark.parametrize("clip", CLIPS, ids=lambda clip: clip.name)
def test_a_real_clip_is_recognised(clip: Path) -> None:
    kind = FileKind.MOV if clip.suffix == ".mov" else FileKind.MP4
    assert file_kind(clip.read_bytes()) is kind


@pytest.mark.parametrize(
    "first", [b"wide", b"mdat", b"moov", b"free", b"skip", b"pnot"], ids=bytes.decode
)
def test_quicktime_without_ftyp_is_recognised(first: bytes) -> None:
    assert file_kind(box(first, NOISE)) is FileKind.MOV


@pytest.mark.parametrize("first", [b"styp", b"moof", b"sidx", b"uuid", b"emsg"], ids=bytes.decode)
def test_an_mp4_without_ftyp_is_recognised(first: bytes) -> None:
    assert file_kind(box(first, NOISE)) is FileKind.MP4


@pytest.mark.parametrize("name", [b"abcd", b"\0\1\2\3", b"\xff\xfe\xfd\xfc"])
def test_an_mp4_may_begin_with_an_unknown_box(name: bytes) -> None:
    assert file_kind(box(name, NOISE) + mp4()[:64]) is FileKind.MP4


@pytest.mark.parametrize("how", ["wide", "to_end"])
def test_boxes_with_a_64_bit_or_open_size_are_recognised(how: str) -> None:
    data = box(b"mdat", NOISE, wide=how == "wide", to_end=how == "to_end")
    assert file_kind(data) is FileKind.MOV


def test_a_first_box_of_two_gigabytes_is_recognised() -> None:
    assert file_kind(struct.pack(">I4s", 0x7A7A7A7A, b"mdat") + NOISE) is FileKind.MOV


def test_a_box_of_442_bytes_is_not_a_program_stream() -> None:
    assert file_kind(box(b"free", bytes(434)) + FTYP) is FileKind.MP4


HEADS = {
    "webm": (ebml(b"webm"), FileKind.WEBM),
    "webm, padded": (ebml(b"webm\0\0"), FileKind.WEBM),
    "matroska": (ebml(b"matroska"), FileKind.MKV),
    "matroska, cut": (ebml(b"matroska")[:14], FileKind.MKV),
    "another ebml": (ebml(b"other"), FileKind.UNKNOWN),
    "avi": (b"RIFF\xff\0\0\0AVI LIST" + NOISE, FileKind.AVI),
    "webp": (b"RIFF\xff\0\0\0WEBPVP8X" + NOISE, FileKind.WEBP),
    "wav": (b"RIFF\xff\0\0\0WAVEfmt " + NOISE, FileKind.WAV),
    "another riff": (b"RIFF\xff\0\0\0sfbkLIST" + NOISE, FileKind.UNKNOWN),
    "gif": (b"GIF89a\x40\0\x30\0\xf7\0\0" + NOISE, FileKind.GIF),
    "old gif": (b"GIF87a\x40\0\x30\0\xf7\0\0" + NOISE, FileKind.GIF),
    "png": (b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR" + NOISE, FileKind.PNG),
    "jpeg": (b"\xff\xd8\xff\xe0\0\x10JFIF" + NOISE, FileKind.JPEG),
    "flv": (b"FLV\x01\x05\0\0\0\x09\0\0\0\0" + NOISE, FileKind.FLV),
    "ogg": (b"OggS\0\x02" + NOISE, FileKind.OGG),
    "wmv": (bytes.fromhex("3026b2758e66cf11a6d900aa0062ce6c") + NOISE, FileKind.ASF),
    "program stream": (b"\0\0\1\xba\x44\0\x04\0" + NOISE, FileKind.MPEG_PS),
    "transport stream": ((b"\x47" + bytes(187)) * 4, FileKind.MPEG_TS),
    "bluray stream": ((bytes(4) + b"\x47" + bytes(187)) * 4, FileKind.MPEG_TS),
    "zip": (b"PK\3\4\x14\0" + NOISE, FileKind.ZIP),
    "gzip": (gzip.compress(NOISE), FileKind.GZIP),
    "avif": (box(b"ftyp", b"avif\0\0\0\0avifmif1") + NOISE, FileKind.AVIF),
    "heic": (box(b"ftyp", b"heic\0\0\0\0mif1heic") + NOISE, FileKind.HEIC),
    "jpeg 2000": (box(b"jP  ", b"\r\n\x87\n") + box(b"ftyp", b"jp2 \0\0\0\0"), FileKind.UNKNOWN),
    "noise": (NOISE, FileKind.UNKNOWN),
    "zeros": (bytes(4096), FileKind.UNKNOWN),
    "nothing": (b"", FileKind.UNKNOWN),
    "one sync byte": (b"\x47" + bytes(400), FileKind.UNKNOWN),
    "text in a box": (b"\x89abcmoov" + b"\x01" * 99, FileKind.MOV),
}


@pytest.mark.parametrize("name", HEADS)
def test_the_first_bytes_give_the_kind(name: str) -> None:
    head, kind = HEADS[name]
    assert file_kind(head) is kind


TEXTS = {
    "json": '{"error": {"message": "no quota"}}',
    "a list": '[{"code": 1}]',
    "html": "\r\n  <!DOCTYPE html><html><body>\x00</body></html>",
    "xml": '<?xml version="1.0"?><Error><Code>NoSuchKey</Code></Error>',
    "words": "upstream connect error",
    "chinese": "视频不存在" * 100,
    "coloured": "\x1b[31merror\x1b[0m",
    "with a bell": "\x1b]0;error\x07 no quota",
    "json with raw control characters": '{ "message": "a\x00b\x01" }',
    "a playlist": "#EXTM3U\n#EXT-X-VERSION:3\n",
}


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS.keys())
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_utf_8_text_is_text(text: str, encoding: str) -> None:
    assert file_kind(text.encode(encoding)) is FileKind.TEXT


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "gbk"])
def test_text_in_another_encoding_is_text(encoding: str) -> None:
    text = '{"error": "用户余额不足"}'
    assert file_kind(text.encode(encoding)) is FileKind.TEXT


def test_text_cut_within_a_character_is_text() -> None:
    assert file_kind("视频".encode()[:-1]) is FileKind.TEXT


def test_text_that_mentions_a_box_name_is_text() -> None:
    assert file_kind(b"The moov atom is missing") is FileKind.TEXT


def test_every_kind_has_a_suffix_and_only_text_has_txt() -> None:
    assert all(kind.suffix.startswith(".") for kind in FileKind)
    assert [kind for kind in FileKind if kind.suffix == ".txt"] == [FileKind.TEXT]
    assert FileKind.UNKNOWN.suffix == ".unverified"


@given(st.binary(max_size=2000))
def test_any_bytes_have_a_kind(head: bytes) -> None:
    assert isinstance(file_kind(head), FileKind)


def test_many_tiny_boxes_are_an_unknown_kind() -> None:
    assert file_kind(box(b"abcd") * (HEAD_SIZE // 8)) is FileKind.UNKNOWN
