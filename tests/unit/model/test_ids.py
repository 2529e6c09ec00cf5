"""Finding video ids in pasted text, URLs, JSON, logs and arguments."""

from __future__ import annotations

import json
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hingtui.model.ids import find_ids, find_ids_in_arguments

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
def test_other_words_are_not_ids(text: str) -> None:
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


def test_ids_in_urls_separated_by_commas_are_found() -> None:
    text = "https://h.example/v1/videos/v_1,https://h.example/v1/videos/v_2"
    assert find_ids(text).ids == ("v_1", "v_2")


def test_an_id_and_its_url_count_once() -> None:
    assert find_ids(f"{ID} https://h.example/v1/videos/{ID}/content").ids == (ID,)


def test_a_rejected_url_is_shown_without_its_query() -> None:
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


def test_json_and_plain_ids_are_found_in_order() -> None:
    assert find_ids('v_1 {"id": "v_2"} v_3 [v_4] {v_5}').ids == ("v_1", "v_2", "v_3", "v_4", "v_5")


@pytest.mark.parametrize(
    "text",
    [
        '{"data": [{"id": "v_1", "prompt": "4k x_1"}, {"id": "v_2", "prompt": "x_',
        "{'id': 'v_1', 'prompt': '4k x_1'}\n{'id': 'v_2', 'done': None}",
        '  "id": "v_1",\n  "size": "720x1280",\n  "prompt": "x_1"\n},\n{\n  "id": "v_2"\n}',
    ],
)
def test_only_the_ids_in_broken_json_are_found(text: str) -> None:
    assert find_ids(text).ids == ("v_1", "v_2")


@pytest.mark.parametrize(
    "command",
    [
        (
            f'curl -L "https://h.example/v1/videos/v_1/content" -H "Authorization: Bearer {TOKEN}" '
            '--output "out_1.mp4"'
        ),
        (
            f'curl "https://h.example/v1/videos/v_1" \\\n  -H "Authorization: Bearer {TOKEN}" \\\n'
            "  --max-time 120 -o x_1.json"
        ),
        f"me@host_1 ~ $ curl -H 'Authorization: Bearer {TOKEN}' https://h.example/v1/videos/v_1",
        f'curl.exe ^\n -H "X: {TOKEN}" ^\n https://h.example/v1/videos/v_1',
        f"cd x; curl -H 'Authorization: Bearer {TOKEN}' https://h.example/v1/videos/v_1",
    ],
)
def test_a_curl_command_gives_only_the_id_of_its_url(command: str) -> None:
    assert find_ids(command).ids == ("v_1",)


def test_text_below_a_curl_command_is_read_too() -> None:
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
def test_a_token_is_neither_an_id_nor_shown_as_rejected(text: str) -> None:
    found = find_ids(text)
    assert found.ids == ()
    assert not any("s3cr3t" in word or "abc_1" in word for word in found.rejected)


def test_rejected_words_are_listed() -> None:
    assert find_ids("v_1 hello -H 你好 hello").rejected == ("hello", "-H", "你好")


def test_a_rejected_word_is_printable_and_short() -> None:
    (word,) = find_ids("\x1b]0;\x07é" + "x" * 5000).rejected[-1:]
    assert word.isprintable()
    assert len(word) <= 80


@settings(deadline=None)
@given(st.text(max_size=300))
def test_any_text_gives_only_valid_ids(text: str) -> None:
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
    ["[", '{"a":', "[1,", '{"id":"', "'id':"],
    ids=["brackets", "objects", "lists", "strings", "members"],
)
@pytest.mark.sample(2)
def test_many_brackets_and_quotes_give_no_ids(text: str, thorough: bool) -> None:
    length = 2_000_000 if thorough else 100_000
    assert find_ids(text * (length // len(text))).ids == ()


def test_two_hundred_ids_in_large_json_are_found() -> None:
    data = [{"id": f"v_{n}", "prompt": "长" * 800} for n in range(200)]
    assert len(find_ids(json.dumps({"data": data})).ids) == 200


LETTERS = "ufawqhfynnddngldkgtslldrkq"
PRINTED = (
    "Video(id='video_1a', completed_at=None, created_at=1763424820, error=None, model='sora-2', "
    "object='video', progress=0, prompt='x_1 y_2, it\\'s v_9', remixed_from_video_id=None, "
    "seconds='4', size='720x1280', status='queued', usage={'duration_seconds': 4.0})"
)
UUID = "018f4e7c-7a1b-7c3d-9e2f-0123456789ab"


@pytest.mark.parametrize(
    "text", [LETTERS, f"the job is {LETTERS}, it runs", f"任务{LETTERS}已提交"]
)
def test_a_long_word_of_random_letters_is_an_id(text: str) -> None:
    assert find_ids(text).ids == (LETTERS,)


@pytest.mark.parametrize(
    "word",
    [
        *("internationalization", "electroencephalographically", "misunderstandings"),
        *("AuthenticationError", "VideoGenerationRequest", "RateLimitExceededException"),
        *("Geschwindigkeitsbegrenzung", "xxxxxxxxxxxxxxxxxxxx", "hahahahahahahahahaha"),
        "abcdefghijklmnopqrstuvwxyz",
    ],
)
def test_a_long_word_of_a_language_is_not_an_id(word: str) -> None:
    assert find_ids(word).ids == ()


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        (PRINTED, ["video_1a"]),
        (f"[{PRINTED}, Video(id='b2', status='x')]", ["video_1a", "b2"]),
        (
            "CursorPage[Video](data=[Video(id='a1', status='x'), Video(id='b2')], object='list')",
            ["a1", "b2"],
        ),
        ("{ id: 'video_1a', status: 'queued', created_at: 1763424820 }", ["video_1a"]),
        ("{\n  id: 'video_1a',\n  prompt: 'x_1',\n  usage: { n: 4 }\n}", ["video_1a"]),
        ("Video{id=video_1a, status=queued}", ["video_1a"]),
        ('Video { id: "video_1a", status: Queued }', ["video_1a"]),
        ("map[id:video_1a status:queued]", ["video_1a"]),
        ("<Video id='video_1a' status='queued'>", ["video_1a"]),
        (f"Job(id=UUID('{UUID}'), status=<Status.QUEUED: 'queued'>)", [UUID]),
        ("{'request_id': 'rq', 'output': {'task_id': 'kl-1'}}", ["kl-1"]),
    ],
)
def test_the_ids_in_the_repr_of_objects_are_found(text: str, ids: list[str]) -> None:
    assert find_ids(text).ids == tuple(ids)


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("id: abc\nstatus: queued\nmodel: sora-2\nprompt: a cat, x_1 runs", ["abc"]),
        ("- id: video_1a\n  status: queued\n- id: video_2b", ["video_1a", "video_2b"]),
        ('id = "video_1a"\nstatus = "queued"', ["video_1a"]),
        ("id     : video_1a\nstatus : queued", ["video_1a"]),
        ("id=video_1a status=queued attempt=1", ["video_1a"]),
        ("2025-11-10T12:30:01.123Z INFO POST 200 id=video_1a in 812ms", ["video_1a"]),
        ("[2025-11-10 12:30:01,123] [INFO] created video_1a", ["video_1a"]),
        ("task_id: xyz", ["xyz"]),
        ("the id: see below", []),
        ("request_id=r_1 task_id=t_1", ["t_1"]),
        ("request_id=r_1", ["r_1"]),
        ("id=6 task_id=t_1", ["t_1"]),
        ("video_bGl0ZQ== video_bGl1ZQ==", ["video_bGl0ZQ==", "video_bGl1ZQ=="]),
        ("INFO job=video_1a2b3c4d5e done", ["video_1a2b3c4d5e"]),
        ("Sora job started: video_1a2b3c4d5e", ["video_1a2b3c4d5e"]),
        ('look: "video_1a2b3c4d5e", also', ["video_1a2b3c4d5e"]),
        ("clip: video_1a2b3c4d5e, clip: task_2b3c4d5e6f", ["video_1a2b3c4d5e", "task_2b3c4d5e6f"]),
        ("made by ark: cgt-20261127104441-2v8bx", ["cgt-20261127104441-2v8bx"]),
        ("id=abc job=task_99aa88bb77", ["abc"]),
    ],
)
def test_the_ids_in_logs_and_lists_of_fields_are_found(text: str, ids: list[str]) -> None:
    assert find_ids(text).ids == tuple(ids)


@pytest.mark.parametrize(
    ("value", "ids"),
    [
        ({"request_id": "rq", "data": {"task_id": "kl-1", "task_status": "succeed"}}, ["kl-1"]),
        ({"request_id": "rq", "output": {"task_id": "ds1"}}, ["ds1"]),
        ({"request_id": "rq-1", "status": "IN_QUEUE"}, ["rq-1"]),
        ({"request_id": "rq-1", "id": "abc"}, ["abc"]),
        ({"request_id": "rq-1", "error": {"message": "no"}}, []),
        (
            {"code": "success", "data": {"id": 654321, "task_id": "t_1", "data": {"id": "x"}}},
            ["t_1"],
        ),
        ({"id": "req-9", "data": [{"id": "v_1", "status": "queued"}]}, ["v_1"]),
        ({"id": "job-1", "generation_id": "gen-1"}, ["job-1"]),
        ({"taskId": "abc"}, ["abc"]),
        ({"videoId": "abc"}, ["abc"]),
        ({"generationId": "abc"}, ["abc"]),
        ({"jobId": "abc"}, ["abc"]),
        ({"name": "models/veo-3.1/operations/abc"}, ["models/veo-3.1/operations/abc"]),
        ({"name": "operations/abc"}, ["operations/abc"]),
        ({"name": "my_video_1"}, []),
    ],
)
def test_the_video_id_outranks_other_ids(value: object, ids: list[str]) -> None:
    assert find_ids(json.dumps(value)).ids == tuple(ids)
    assert find_ids(repr(value)).ids == tuple(ids)


@pytest.mark.parametrize(
    ("url", "video_id"),
    [
        ("https://h.example/v1/video/generations/task_1", "task_1"),
        ("https://h.example/v1/tasks/abc", "abc"),
        ("https://h.example/api/v3/contents/generations/tasks/cgt-2026-x", "cgt-2026-x"),
        ("https://h.example/v1/videos/myjob/content", "myjob"),
        ("https://h.example/api/v1/jobs/recordInfo?taskId=abc", "abc"),
        ("https://h.example/v2/video/generations?generation_id=g1", "g1"),
        ("https://h.example/query?model=sora-2&task_id=t1", "t1"),
        ("https://h.example/v1beta/models/veo-3/operations/abc", "models/veo-3/operations/abc"),
    ],
)
def test_the_id_is_found_in_urls_of_every_known_api(url: str, video_id: str) -> None:
    assert find_ids(url).ids == (video_id,)


@pytest.mark.parametrize(
    "url",
    [
        "https://h.example/v1/video/generations",
        "https://h.example/v1/videos/{id}",
        "https://h.example/docs/videos/create",
        "https://cdn.example/videos/2025/clip_1.mp4?task_id=t_1",
        "https://h.example/v1/videos/sk-abcdefghijkl",
        "https://h.example/v1/x?task_id=oh-abcdefghijkl",
    ],
)
def test_a_url_without_an_id_gives_none(url: str) -> None:
    found = find_ids(url)
    assert found.ids == ()
    assert not any("abcdefgh" in word for word in found.rejected)


@pytest.mark.parametrize(
    "text",
    [
        *("created_at=1763424820", "progress=0", "model=sora-2", "attempt=1", "status=queued"),
        *("seconds=4", "size=720x1280", "trace_id=abc_123", "user_id: u_1", "seed: 198543210987"),
        *("remixed_from_video_id: video_9", "model: sora-2", "created_at: 1763424820"),
        *("id=None status=failed", "remixed_from: video_1a2b3c4d5e", "object: video_generation"),
        *("source=video_1a2b3c4d5e", "prompt: video_1a2b3c4d5e", "api_key=task_99aa88bb77"),
    ],
)
def test_values_of_other_fields_are_not_ids(text: str) -> None:
    assert find_ids(text).ids == ()
    assert find_ids_in_arguments([text]).ids == ()


@pytest.mark.parametrize(
    "word",
    [
        *("veo-3.1-fast", "seedance-2.5", "kling-3", "wan-2.7", "grok-imagine-1.5", "sora-2-pro"),
        *("gpt-4o", "doubao-seedance-2-0-260128", "kling-v2.1-master", "Wan-AI/Wan2.2", "veo3"),
        *("1763424820", "1763424820123", "2025-11-10", "12:30:01.5", "2025-11-10T12:30:01+08:00"),
        *("1280x720", "1080p", "16:9", "12.5MB", "45%", "127.0.0.1", "10.0.0.1:80", "2001:db8::1"),
        *("localhost:8080", "v1.2.3", "3.11.7", "Python/3.11", "httpx-0.28.1", "404", "clip_1.mp4"),
        *("cdn1.example.com", "src/x_1.py", "./x_1", "me_1@example.com", "0x7f12ab", "in_progress"),
    ],
)
def test_numbers_model_names_and_paths_are_not_ids(word: str) -> None:
    assert find_ids(word).ids == ()


@pytest.mark.parametrize(
    "word", ["sora-2-123456", "cgt-20260606160057-6bbjd", "job-abc123", UUID, "video_late"]
)
def test_an_id_that_begins_like_a_model_or_date_is_found(word: str) -> None:
    assert find_ids(word).ids == (word,)


@pytest.mark.parametrize("argument", ["abc", "myjob", "7", "1763424820", "a:b", LETTERS, "v_b=="])
def test_an_argument_of_one_word_is_an_id(argument: str) -> None:
    assert find_ids_in_arguments([argument]).ids == (argument,)


def test_arguments_may_be_joined_by_commas_or_named() -> None:
    assert find_ids_in_arguments(["abc,def", "id=ghi", "task_id:jkl"]).ids == (
        *("abc", "def"),
        *("ghi", "jkl"),
    )


@pytest.mark.parametrize(
    "argument",
    [
        *("-x", "sk-abcdefghijkl", "https://h.example/x", "../x", "/home/me/x", "clip.mp4"),
        *("hello world", "video_id", "你好", "--wait"),
    ],
)
def test_an_argument_that_cannot_be_an_id_is_rejected(argument: str) -> None:
    found = find_ids_in_arguments([argument])
    assert found.ids == ()
    assert not any("abcdefgh" in word for word in found.rejected)


@pytest.mark.parametrize(
    "piece",
    [
        *("a: ", "id: v ", "a='", "v_1:", "f(", "({[<", "{'a':", "{'request_id':'a','data':"),
        *("operations/", "https://", "/videos/", "a     ", "x"),
    ],
)
@pytest.mark.sample(4)
def test_the_time_grows_no_faster_than_the_length(piece: str) -> None:
    def seconds(length: int) -> float:
        begun = time.process_time()
        find_ids(piece * (length // len(piece)))
        return time.process_time() - begun

    assert seconds(160_000) < 30 * seconds(20_000) + 1.0
