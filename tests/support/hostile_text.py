"""Hostile text: its parts, the places where a gateway can put it, and a check that none is left.

The check must not use the program's own cleaning: it would repeat its mistakes.
"""

from __future__ import annotations

import json
import random
import re
import unicodedata
from collections.abc import Iterable

from hypothesis import strategies as st
from wcwidth import wcwidth

OBEYED = {
    "clipboard": "\x1b]52;c;cm0gLXJmIH4=\x07",
    "clipboard asked for": "\x1b]52;c;?\x1b\\",
    "window title": "\x1b]0;owned\x07",
    "title, then typed": "\x1b]2;rm -rf ~\x1b\\\x1b[21t",
    "hyperlink": "\x1b]8;;https://evil.example/\x1b\\link\x1b]8;;\x1b\\",
    "notification": "\x1b]9;boo\x07\x1b]777;notify;a;b\x07\x1b]99;;c\x1b\\",
    "iTerm's file": "\x1b]1337;File=inline=1:AAAA\x07",
    "colours": "\x1b[31;47mred\x1b[0m",
    "cleared screen": "\x1b[2J\x1b[H",
    "out of the alternate screen": "\x1b[?1049l\x1b[?25h\x1b[?7h",
    "an answer typed": "\x1b[6n\x1b[c\x1b[>q\x05",
    "C1 CSI": "\x9b2J\x9b31m",
    "C1 OSC": "\x9d52;c;AAAA\x9c",
    "C1 DCS": "\x90q#0;2;0;0;0\x9c\x84\x85\x8d",
    "DCS": "\x1bP+q544e\x1b\\\x1bPqAAAA\x1b\\",
    "APC, PM, SOS": "\x1b_Gf=100;AAAA\x1b\\\x1b^x\x1b\\\x1bXx\x1b\\",
    "reset": "\x1bc",
    "line drawing": "\x1b(0\x0e",
    "half a sequence": "\x1b[",
    "half an OSC": "\x1b]0;",
    "a lone escape": "\x1b",
    "overwriting": "abc\x08\x08\x08xyz\rq\x7f",
    "all of C0": "".join(map(chr, range(0x20))),
    "all of C1": "".join(map(chr, range(0x7F, 0xA0))),
    "NUL": "a\x00b",
    "UTF-8 read as Latin-1": "\xc2\x9b31m",
}
"""What a terminal would obey."""

TURNED = {
    "override": "\u202egpj.exe\u202d",
    "embedding": "\u202aa\u202bb\u202c",
    "isolates": "\u2066a\u2067b\u2068c\u2069",
    "direction marks": "\u200ea\u200fb\u061cc",
    "deprecated": "\u206a\u206b\u206c\u206d\u206e\u206f",
}
"""What changes the direction of text."""

UNSEEN = {
    "zero width": "a\u200bb\u200cc\u200dd\u2060e\ufefff",
    "fillers": "a\u115fb\u1160c\u3164d\uffa0e\u2800",
    "soft hyphen and joiners": "so\xadft\u034f\u180e\u17b4",
    "tags": "a\U000e0001\U000e0041\U000e007fb",
    "selectors": "a\ufe00b\ufe0fc\U000e0100d",
    "interlinear": "\ufff9a\ufffab\ufffb",
    "invisible mathematics": "f\u2061x\u2062y\u2063z\u2064",
    "music and shorthand": "\U0001d173a\U0001bca0b",
    "signs that span": "\u0600\u06dd\u070f\u08e2\U000110bd",
    "no characters": "\ufffe\uffff\ufdd0\U0001fffe\U0010ffff",
    "surrogates": "\ud800a\udc00b\udfff\ud83d\ude00",
}
"""What is not seen, or is no character."""

MARKED = {
    "a tag closed that was never opened": "see [/] here [/b]",
    "an action": "[@click=app.quit]x[/] [@click='app.bell']y[/]",
    "a link": "[link=https://evil.example]x[/link]",
    "a URL in brackets": "[https://evil.example/?a=1]",
    "styles": "[bold red]x[/] [reverse]y",
    "brackets": "[[[]]] [ ] [=] [\\[] \\[",
    "variables": "[$error]x[/] $primary {name} {0} %s %(prog)s",
    "an emoji code": ":bomb: [not bold]",
}
"""What Textual's and Rich's markup would obey."""

WIDE = {
    "Chinese": "百事可乐宣传片，镜头缓缓推进",
    "Japanese and Korean": "カタカナ ひらがな 한국어",
    "a family": "👨\u200d👩\u200d👧\u200d👦👩🏽\u200d🚀",
    "flags": "🇨🇳🇺🇳🇯🇵🇨",
    "a flag of tags": "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
    "skin tones": "👍🏽👋🏿🏽🏽",
    "presentation": "❤\ufe0f☎\ufe0e1\ufe0f\u20e3",
    "accents": "e\u0301o\u0308\u0323",
    "a tower": "Z" + "\u0301\u0489" * 20,
    "Thai": "น้ำที่นี่ กำลังดี",
    "Devanagari": "क्षत्रिय की नदी",
    "Tamil and Khmer": "நிலவு ខ្ញុំស្រលាញ់",
    "jamo": "\u1112\u1161\u11ab\u1100\u1173\u11af",
    "jamo in a heap": "\u1161" * 30 + "\u11ab" * 30,
    "of ambiguous width": "“你好”…—·×●○▶━①Ωя",
    "halves and wholes": "ｱｲｳ ＡＢＣ ￥",
    "newer than the tables": "\U0001fae8\U0001fac6\U0001fadf\U0001faea\U0001f6d9\U0001f7da",
    "nobody's yet": "\U0001fadd\U0001fbfb\u0378\U00011df5",
    "somebody's own": "\ue0b0\uf8ff\U000f0001",
    "right to left": "שלום عليكم",
    "beginning with a mark": "\u0301\u0e31abc",
    "nothing but marks": "\u0301\u0302\u0303",
}
"""What takes another number of cells than it has characters."""

LINES = {
    "line ends": "a\nb\r\nc\rd\x85e\u2028f\u2029g\x0bh\x0ci",
    "blanks": "a\t\tb \u3000\xa0\u2003 c",
    "many lines": "line\n" * 30,
}

KINDS = OBEYED | TURNED | UNSEEN | MARKED | WIDE | LINES


def everything(turn: int) -> str:
    """All of it in one text, in another order each turn: of a short field only the start counts."""
    kinds = list(KINDS.values())
    random.Random(turn).shuffle(kinds)  # noqa: S311 - any order will do
    return " ".join(kinds)


EVERYTHING = everything(0)
OBEYABLE = " ".join((OBEYED | TURNED | UNSEEN | MARKED | LINES).values()) + WIDE["Chinese"]
"""What is not about widths: pyte, the terminal of these tests, stumbles over marks."""

BIDI = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
"""Every character that changes the direction of what follows."""
_SEEN_BY_NOBODY = re.compile(
    "[\u115f\u1160\u17b4\u17b5\u180b-\u180f\u034f\u3164\uffa0\ufe00-\ufe0f\U000e0100-\U000e01ef]"
)
_HARMFUL = ("Cc", "Cf", "Cs", "Zl", "Zp")


def is_harmless(text: str) -> bool:
    """Whether `text` holds no control or formatting character but line ends."""
    return not any(
        unicodedata.category(char) in ("Cc", "Cs", "Zl", "Zp") or char in BIDI
        for char in text.replace("\n", "")
    )


def harm_in(text: str, *, has_lines: bool = False) -> list[str]:
    """Every character in `text` that a terminal obeys or hides, as `U+001B`."""
    kept = text.replace("\n", "") if has_lines else text
    return [
        f"U+{ord(char):04X}"
        for char in kept
        if unicodedata.category(char) in _HARMFUL or _SEEN_BY_NOBODY.match(char)
    ]


def harm_in_bytes(raw: bytes, allowed: Iterable[str] = ()) -> list[str]:
    """The same of bytes that went to a terminal, which has to take them all as UTF-8."""
    text = raw.decode("utf-8")
    for sequence in allowed:
        text = re.sub(sequence, "", text)
    return harm_in(text, has_lines=True)


def cells_of(line: str) -> int:
    """How many cells a terminal takes for a line without controls, character by character."""
    return sum(map(wcwidth, line))


def assert_aligned(lines: list[str]) -> None:
    """Each line of a table has a blank before each of its columns, and then begins it."""
    head, *rest = lines
    starts = [head.index(word) for word in head.split()]
    for line in rest:
        padded = line + " " * len(head)
        for start in starts[1:]:
            before = next(n for n in range(len(padded)) if cells_of(padded[:n]) >= start)
            assert cells_of(padded[:before]) == start, f"cut in half: {line}"
            assert padded[:before].endswith("  "), line


_plain = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), max_size=12)
_any = st.text(st.characters(), max_size=6)
hostile_text: st.SearchStrategy[str] = st.lists(
    st.sampled_from(sorted(KINDS.values())) | _plain | _any, max_size=6
).map("".join)
"""Plain text and all the nasty kinds, in any mixture."""

_scalars: st.SearchStrategy[object] = (
    st.none()
    | st.booleans()
    | st.integers(-(10**20), 10**20)
    | st.floats()
    | st.sampled_from(["45%", "4", "1e999", "-5", "150", "NaN", "2025-11-10T12:30:01Z"])
    | hostile_text
)
hostile_values: st.SearchStrategy[object] = st.recursive(
    _scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(hostile_text, inner, max_size=3),
    max_leaves=5,
)
"""Any JSON."""

TEXT_FIELDS = (
    *("status", "task_status", "state", "model", "prompt", "size", "resolution"),
    *("seconds", "duration", "progress", "created_at", "created", "submit_time"),
    *("completed_at", "finish_time", "expires_at", "remixed_from_video_id"),
    *("id", "video_id", "task_id", "object", "error", "fail_reason", "failure_reason"),
    *("failed_reason", "task_status_msg", "reason", "message", "msg", "detail", "error_msg"),
    *("code", "type", "video_url", "url", "result_url", "output_url"),
    *("data", "result", "video", "task", "output", "metadata"),
)
"""The names under which anything is looked for in an answer."""

_errors: st.SearchStrategy[object] = hostile_values | st.fixed_dictionaries(
    {}, optional=dict.fromkeys(("message", "code", "type", "msg", "detail"), hostile_values)
)
_words = st.sampled_from(["queued", "processing", "success", "failed", "expired", "Rendering…"])
payloads: st.SearchStrategy[dict[str, object]] = st.fixed_dictionaries(
    {"id": hostile_text, "status": _words | hostile_text},
    optional={
        name: _errors if name == "error" else hostile_values
        for name in TEXT_FIELDS
        if name not in ("id", "status")
    },
)
"""Video objects of which anything can be anything."""


def as_body(payload: object) -> bytes:
    """JSON as a server would write it: lone surrogates as escapes, all else as it is."""
    return json.dumps(payload, ensure_ascii=False).encode("utf-8", "surrogatepass")
