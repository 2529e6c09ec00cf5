"""Knows what people paste when they mean ids, and what must be found in it."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hingtui.ids import find_ids

ID = "video_691209aab0a08198a4e78870277f7e3d0215e09cec47a737"
TOKEN = "oh-" + "s3cr3t" * 8


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        (ID, [ID]),
        (f"  {ID}\n", [ID]),
        ("v_1 v_2\tv_3\nv_4\r\nv_5", ["v_1", "v_2", "v_3", "v_4", "v_5"]),
        ("v_1,v_2, v_3;v_4", ["v_1", "v_2", "v_3", "v_4"]),
        ("v_1，v_2；v_3、v_4。", ["v_1", "v_2", "v_3", "v_4"]),
        ("\"v_1\" 'v_2' “v_3” ‘v_4’ `v_5` 「v_6」", ["v_1", "v_2", "v_3", "v_4", "v_5", "v_6"]),
        ("v_2 v_1 v_2", ["v_2", "v_1"]),
        ("The video is v_1.", ["v_1"]),
        ("任务ID：v_1，已提交", ["v_1"]),
        ("任务v_1已提交", ["v_1"]),
        ("id=v_1 task_id: v_2 VIDEO_ID=v_3 videoId:v_4", ["v_1", "v_2", "v_3", "v_4"]),
        ('export VIDEO_ID="v_1"', ["v_1"]),
        ("\u200bv_\u200b1\ufeff", ["v_1"]),
        ("\x1b[32mv_1\x1b[0m", ["v_1"]),
        ("018f4e7c-7a1b-7c3d-9e2f-0123456789ab", ["018f4e7c-7a1b-7c3d-9e2f-0123456789ab"]),
        ("1985432109876543210", ["1985432109876543210"]),
        ("models/veo-3/operations/ab1:c~d+e=", ["models/veo-3/operations/ab1:c~d+e="]),
        ("v_1 generating 45% sora-2 720x1280 2025-11-10 12:30:01", ["v_1"]),
        ("x" * 511 + "1", ["x" * 511 + "1"]),
    ],
)
def test_plain_ids_are_found(text: str, ids: list[str]) -> None:
    assert find_ids(text).ids == tuple(ids)


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", "hello", "-H", "--retry-3", "a1", "CON", "../x", "video_id", "created_at"),
        *("$VIDEO_ID", "/home/me/v_1", "你好", "x" * 512 + "1", "v_1?x=1", "vidéo_1", "1280x720"),
    ],
)
def test_what_is_no_id_is_not_taken_for_one(text: str) -> None:
    assert find_ids(text).ids == ()


@pytest.mark.parametrize(
    ("url", "video_id"),
    [
        (f"https://models.hingnet.com.cn/v1/videos/{ID}", ID),
        (f"https://models.hingnet.com.cn/v1/videos/{ID}/content", ID),
        ("http://127.0.0.1:8000/v1/videos/v_1?x=1#y", "v_1"),
        ("https://h.example/prefix/v1/videos/v_1/content?variant=video", "v_1"),
        ("<https://h.example/v1/videos/v_1>.", "v_1"),
        ("(https://h.example/v1/videos/v_1)", "v_1"),
        ("见https://h.example/v1/videos/v_1，谢谢", "v_1"),
        ("https://h.example/v1/videos/a%2Fb%3A1", "a/b:1"),
        ("h.example/v1/videos/v_1", "v_1"),
        ("GET /v1/videos/v_1/content", "v_1"),
    ],
)
def test_the_id_in_a_url_is_found(url: str, video_id: str) -> None:
    assert find_ids(url).ids == (video_id,)


def test_urls_separated_by_commas_are_all_found() -> None:
    text = "https://h.example/v1/videos/v_1,https://h.example/v1/videos/v_2"
    assert find_ids(text).ids == ("v_1", "v_2")


def test_an_id_given_as_id_and_as_url_is_one() -> None:
    assert find_ids(f"{ID} https://h.example/v1/videos/{ID}/content").ids == (ID,)


def test_a_url_without_a_video_is_rejected_and_its_query_is_not_repeated() -> None:
    found = find_ids("https://me:pw_1@cdn.example/file_1.mp4?sig=s3cr3t_1")
    assert (found.ids, found.rejected) == ((), ("https://cdn.example/…",))


@pytest.mark.parametrize(
    ("value", "ids"),
    [
        ({"id": "v_1", "object": "video", "prompt": "4k x_1 720p", "model": "sora-2"}, ["v_1"]),
        ({"video_id": "v_1"}, ["v_1"]),
        ({"task_id": "v_1", "status": "queued"}, ["v_1"]),
        ({"id": "v_1", "task_id": "v_2", "error": {"id": "v_3"}}, ["v_1"]),
        ({"code": "success", "data": {"task_id": "v_1"}}, ["v_1"]),
        (
            {
                "object": "list",
                "first_id": "v_1",
                "data": [{"id": "v_1"}, {"id": "v_2"}],
                "last_id": "v_2",
            },
            ["v_1", "v_2"],
        ),
        ([{"id": "v_1"}, [{"video_id": "v_2"}]], ["v_1", "v_2"]),
        (["v_1", "v_2"], ["v_1", "v_2"]),
        ({"ids": ["v_1", "v_2"], "tags": ["t_1"]}, ["v_1", "v_2"]),
        ({"id": 1985432109876543210}, ["1985432109876543210"]),
        ({"deep": {"er": [{"result": {"id": "v_1"}}]}}, ["v_1"]),
        ({"id": None, "status": "failed", "n": 12345, "ok": True}, []),
    ],
)
@pytest.mark.parametrize("indent", [None, 2])
def test_the_ids_in_json_are_found(value: object, ids: list[str], indent: int | None) -> None:
    assert find_ids(json.dumps(value, indent=indent)).ids == tuple(ids)


def test_the_ids_in_json_lines_are_found() -> None:
    lines = "\n".join(json.dumps({"id": f"v_{n}", "prompt": "x_9"}) for n in range(3))
    assert find_ids(lines).ids == ("v_0", "v_1", "v_2")


def test_json_and_plain_ids_may_stand_together_and_keep_their_order() -> None:
    assert find_ids('v_1 {"id": "v_2"} v_3 [v_4] {v_5}').ids == ("v_1", "v_2", "v_3", "v_4", "v_5")


@pytest.mark.parametrize(
    "text",
    [
        '{"data": [{"id": "v_1", "prompt": "4k x_1"}, {"id": "v_2", "prompt": "x_',
        "{'id': 'v_1', 'prompt': '4k x_1'}\n{'id': 'v_2', 'done': None}",
        '  "id": "v_1",\n  "size": "720x1280",\n  "prompt": "x_1"\n},\n{\n  "id": "v_2"\n}',
    ],
)
def test_the_ids_in_broken_json_are_found_and_nothing_else(text: str) -> None:
    assert find_ids(text).ids == ("v_1", "v_2")


@pytest.mark.parametrize(
    "command",
    [
        f'curl -L "https://h.example/v1/videos/v_1/content" -H "Authorization: Bearer {TOKEN}" '
        '--output "out_1.mp4"',
        f'curl "https://h.example/v1/videos/v_1" \\\n  -H "Authorization: Bearer {TOKEN}" \\\n'
        "  --max-time 120 -o x_1.json",
        f"me@host_1 ~ $ curl -H 'Authorization: Bearer {TOKEN}' https://h.example/v1/videos/v_1",
        f'curl.exe ^\n -H "X: {TOKEN}" ^\n https://h.example/v1/videos/v_1',
        f"cd x; curl -H 'Authorization: Bearer {TOKEN}' https://h.example/v1/videos/v_1",
    ],
)
def test_a_pasted_curl_command_gives_the_id_of_its_url_only(command: str) -> None:
    assert find_ids(command).ids == ("v_1",)


def test_what_stands_below_a_curl_command_is_read_too() -> None:
    assert find_ids('$ curl https://h.example/v1/videos/v_1\n{"id": "v_2"}\nv_3').ids == (
        "v_1",
        "v_2",
        "v_3",
    )


@pytest.mark.parametrize(
    "text",
    [
        TOKEN,
        f"Bearer {TOKEN}",
        "Authorization: Bearer abc_1234567890",
        f"HINGNET_API_KEY={TOKEN}",
        f'export TOKEN="{TOKEN}"',
        f"curl -H 'Authorization: Bearer {TOKEN}' https://h.example/x",
        json.dumps({"id": TOKEN}),
        json.dumps([TOKEN]),
    ],
)
def test_a_token_is_neither_taken_for_an_id_nor_repeated(text: str) -> None:
    found = find_ids(text)
    assert found.ids == ()
    assert not any("s3cr3t" in word or "abc_1" in word for word in found.rejected)


def test_what_is_no_id_is_named() -> None:
    assert find_ids("v_1 hello -H 你好 hello").rejected == ("hello", "-H", "你好")


def test_a_rejected_word_is_clean_and_short() -> None:
    (word,) = find_ids("\x1b]0;\x07é" + "x" * 5000).rejected[-1:]
    assert word.isprintable()
    assert len(word) <= 80


@settings(deadline=None)
@given(st.text(max_size=300))
def test_any_text_gives_only_sound_ids(text: str) -> None:
    for video_id in find_ids(text).ids:
        assert 3 <= len(video_id) <= 512
        assert video_id.isascii()
        assert video_id.isprintable()


@settings(deadline=None)
@given(st.lists(st.from_regex(r"v_[a-z0-9]{1,9}", fullmatch=True), unique=True, max_size=20))
def test_every_plain_id_is_found_in_order(ids: list[str]) -> None:
    assert find_ids(" ".join(ids)).ids == tuple(ids)


@pytest.mark.parametrize(
    "text",
    ["[" * 2_000_000, '{"a":' * 400_000, "[1," * 600_000, '{"id":"' * 300_000, "'id':" * 400_000],
    ids=["brackets", "objects", "lists", "strings", "members"],
)
def test_two_megabytes_of_malice_end(text: str) -> None:
    assert find_ids(text).ids == ()


def test_two_hundred_ids_in_a_megabyte_of_json_are_found() -> None:
    data = [{"id": f"v_{n}", "prompt": "长" * 800} for n in range(200)]
    assert len(find_ids(json.dumps({"data": data})).ids) == 200
