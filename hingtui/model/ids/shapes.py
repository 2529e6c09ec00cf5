"""Tell by its shape what a single word is: an id, a model, a date, a file name, a token."""

from __future__ import annotations

import itertools
import re

LONGEST = 512
_CHARS = re.compile(rf"[A-Za-z0-9_][A-Za-z0-9._:~/+=@-]{{0,{LONGEST - 1}}}")
_SHORTEST_IN_PROSE = 3

TOKEN = re.compile(
    r"(?i:(?:^|[=:/@,])(?:(?:oh|sk)[-_][\w-]{8,}|xai-\w{30,}|r8_\w{30,}|(?:gsk|hf)_\w{24,}))"
    r"|(?:^|[=:/@,])(?:AIza[\w-]{30,}|eyJ[\w-]{8,}\.eyJ[\w-]+)"
)
"""The beginnings of API keys, and JSON web tokens."""

OPERATION = re.compile(r"(?:[\w.@-]{1,100}/){0,12}operations/[\w.~=+:-]{1,300}")
"""Google's name of a running job, `models/veo-3/operations/abc`."""

_OWN_PREFIX = re.compile(
    r"(?:video|vid|task|job|gen|generation)[-_](?=[A-Za-z]*\d)[0-9A-Za-z]{8,}(?:[-_][\w-]*)?"
    r"|cgt-\d{14}-\w+"
)
"""Ids whose beginning says that they are a job's: `video_691209aa`, `cgt-20261127104441-2v8bx`."""

_NOTHING = frozenset({"none", "null", "nil", "undefined", "true", "false", "nan", "string"})
"""Placeholders: what an empty field holds, and what documentation writes instead of an id."""

_PLACEHOLDER = re.compile(
    r"(?i)(?:your|my|the|some)?[_-]?(?:(?:video|task|job|request|generation|operation)[_-]?)?ids?"
    r"|video_url|(?:your|example)_[a-z_]*"
)
_FIELD_OR_STATE = re.compile(
    r"(?i)(?:in|not)_(?:progress|queue|start|started|found)|(?:moderation|content)_\w*(?:blocked|ed)"
    r"|(?:created|completed|expires?|finished|updated|started|submitted|queued)_at"
    r"|(?:submit|start|finish|end|create|complete|scheduled)_time|fail_reason|task_status(?:_msg)?"
    r"|raw_status|has_more|(?:first|last)_id|status_(?:code|msg)|base_resp|negative_prompt"
    r"|rate_limit\w*|invalid_\w+|insufficient_\w+"
    r"|(?!(?:video|task|job|gen|vid|v)_)[a-z_]+_(?:exceeded|exist|failed|error|required)"
    r"|aspect_ratio|(?:max|total|completion|prompt)_tokens|duration_seconds|remixed_from_video_id"
)
"""Names of fields, states and error codes that hold an underscore as many ids do."""

_FAMILY = (
    r"sora|veo|seedance|seedream|kling|wan|grok|gpt|hailuo|minimax|vidu|runway|gen|luma|ray|pika"
    r"|hunyuan|cogvideo|ltx|ltxv|mochi|doubao|jimeng|dreamina|pixverse|claude|gemini|llama|qwen"
    r"|flux|dall|imagen|nova|skyreels|midjourney|svd|deepseek|glm|nano|higgsfield|happyhorse|kimi"
)
_PART = (
    r"v?\d{1,3}[a-z]?(?:\.\d{1,3})*|[a-z]{1,14}|[a-z]{1,8}\d{1,2}(?:\.\d)?|\d{3,4}p?|[ati]2[vi]"
    r"|a?\d{1,3}b|\d\d(?:0[1-9]|1[0-2])(?:[0-2]\d|3[01])|20\d{6}"
)
_MODEL = re.compile(
    rf"(?i)(?:[\w.-]{{1,40}}/)?(?:minimax-|alibaba-|google-|openai-|bytedance-)?"
    rf"(?:{_FAMILY})(?:[a-z]{{0,6}}?[qv]?\d[\d.]{{0,4}}[a-z]?|x)?(?:[-_:.](?:{_PART}))*"
)
_VERSIONED = re.compile(
    r"(?i)[a-z]+(?:-[a-z]+)*-?/?v?\d{1,3}\.\d{1,3}(?:\.\d{1,3})?(?:[.-]\w{1,12})*"
)
"""`nova-reel-1.1`, `wan2.2-t2v`, `httpx-0.28.1`, `Python/3.11`: a name, then a dotted version."""

_FIGURE = re.compile(
    r"(?i)[$€¥~<>≈]?\d{1,9}"  # a number, a count, an HTTP status
    r"|1[4-9]\d{8}|1[4-9]\d{11}|20\d{12}"  # Unix seconds or milliseconds, 20251110123001
    r"|\d{1,10}(?:[.,]\d+)+|\d+(?:\.\d+)?e[+-]?\d+"
    r"|\d{1,5}[x*]\d{1,5}|\d{1,3}:\d{1,3}"  # a size, a ratio
    r"|\d{1,12}(?:[.,]\d+)?[-_]?(?:[kmgt]i?b?|b|bytes|[munk]?s|secs?|seconds?|mins?|minutes?|h|hrs?|hours?"
    r"|d|days?|p|px|fps|hz|khz|bit|x|st|nd|rd|th|usd|cny|rmb|kbps|mbps|[kmg]b/s)"
    r"|v\d{1,3}(?:\.\d+)*(?:(?:a|b|rc|alpha|beta|post|dev)\d*)?|\d+(?:\.\d+)+(?:[a-z]+\d*)?"
    r"|0x[0-9a-f]+"
)
_MOMENT = re.compile(
    r"(?i)\d{1,4}[-/.]\d{1,2}(?:[-/.]\d{1,4})?"  # a date
    r"|(?:\d{4}-?\d\d-?\d\d[t_])?\d{1,2}(?::\d\d){1,2}(?:[.,]\d+)?(?:z|[+-]\d\d:?\d\d)?"
    r"|\d{8}[t_-]\d{4,6}z?|\d{4}-\d\d-\d\d[t_]\S*|\d{4}-w\d\d"
)
_HOST = re.compile(
    r"(?i)(?:\d{1,3}\.){3}\d{1,3}(?:[:/]\d{1,5})?"  # IPv4
    r"|(?=[^:]*:[^:]*:)[0-9a-f:]{3,39}(?:/\d{1,3})?"  # IPv6
    r"|(?:[\w-]{1,63}\.)*[a-z][\w-]{0,62}:\d{2,5}"  # host:port
    r"|[\w.+-]{1,64}@[\w.-]{1,64}"  # mail, user@host
)
_FILE = re.compile(r"(?i).*\.[a-z]{1,10}|.*\.(?:mp4|mp3|m4v|m4a|3gp|7z|h26[45]|bz2|v2|part\d*)")
"""A file name or a host: what follows the last dot are letters."""
_COMMON = re.compile(
    r"(?i)h\.?26[45]|utf-?(?:8|16)|x86_64|(?:sha|md)-?\d+|mp[34]|base64|i18n|[a-z]\d"
)

MEDIA_FILE = re.compile(
    r"(?i).*\.(?:mp4|m4v|mov|webm|mkv|avi|gif|webp|png|jpe?g|mp3|wav|m4a|json|toml|ya?ml|txt|log|py"
    r"|sh|csv|md|html?|part|zip)"
)

_USUAL_PAIRS_TEXT = (
    "th he in er an re nd at on nt ha es st en ed to it ou ea hi is or ti as te et ng of al de se "
    "le sa si ar ve ra ld ur ly ta ri ro li ll om me ne io ic ma co el la us ec ce ch ac ho ot di "
    "ni il ns no pe so un ge po ca na tr pr ai ss em ut id ad su wa be mo ol ul ee ir sh ie lo wh "
    "ig ct ay ow ts ia rs tu ke ev am ag ci mi up ac op fo fi ab fe ey pl ck ap im bl ep ex gh ei "
    "bu ph oc mp um ue bo ga da av ob vi rd sp if ew do nc rt rm pa gr ef uc fa ty pi iv rn bi br "
    "cr cl vo ls tt nu au va fr fu ff ui ye cu rr od wo sc rk wi my lu ib qu gi go hu hr hy xp sy "
    "ys lt oo os ov nn nf nv pp mm mb ds lf ru rl rg ki kn ks sm sk sl sw tl tw tc ua ud ug ip ok "
    "az iz ze za gu gy gl gn dr du dm dy dn dl ya yo yp ym cy eo eb eg ek eq ua aw ax ak "
    "ft eu ub"
)
_USUAL_PAIRS = frozenset(_USUAL_PAIRS_TEXT.split())
"""The pairs of letters that English and other European words are made of."""
_LETTERS = re.compile(r"[A-Za-z]{16,}")
_RANDOM_LETTERS = 7
"""Different letters of a random word at least."""
_USUAL_SHARE = 0.64
"""A word with a smaller share of usual pairs than this is not of any language."""


def is_sound(word: str) -> bool:
    """Whether `word` is made of an id's characters and has a value."""
    return bool(_CHARS.fullmatch(word)) and word.lower() not in _NOTHING and not is_token(word)


def is_token(word: str) -> bool:
    """Whether `word` looks like an API key."""
    return TOKEN.search(word) is not None


def is_named_id(word: str) -> bool:
    """Whether `word` can be the value of a field that holds an id."""
    return is_sound(word) and len(word) > 1 and not _PLACEHOLDER.fullmatch(word)


def is_unmistakable(word: str) -> bool:
    """Whether `word` is a job's id whatever stands before it: `started: video_691209aa`."""
    return len(word) <= LONGEST and _OWN_PREFIX.fullmatch(word) is not None


def is_argument_id(word: str) -> bool:
    """Whether `word` can be an id that a person typed as an argument of its own."""
    if not is_sound(word) or _PLACEHOLDER.fullmatch(word):
        return False
    if "/" in word:
        return is_id_in_prose(word)
    if re.fullmatch(r"\d{1,5}[x*]\d{1,5}", word) or _MOMENT.fullmatch(word):
        return False
    if re.fullmatch(r"\d\.\d+[eE]\+\d+", word):  # what a spreadsheet makes of an id of digits
        return False
    return not (MEDIA_FILE.fullmatch(word) or _HOST.fullmatch(word))


def is_id_in_prose(word: str) -> bool:
    """Whether `word`, standing among other words, is an id.

    A word with a digit or an underscore is one unless its shape is known to be something else;
    one of letters alone only if it is long and no word of any language.
    """
    if not _SHORTEST_IN_PROSE <= len(word) <= LONGEST or not is_sound(word):
        return False
    if "/" in word:
        return bool(OPERATION.fullmatch(word)) or _is_long_code(word)
    if not re.search(r"[0-9_]", word):
        return any(is_random(piece) for piece in _LETTERS.findall(word))
    return not _is_something_else(word)


def is_random(letters: str) -> bool:
    """Whether a long run of letters is no word, no camel-case name of one, and no alphabet."""
    lowered = letters.lower()
    if len(set(lowered)) < _RANDOM_LETTERS:
        return False
    pairs = list(itertools.pairwise(lowered))
    usual = sum("".join(pair) in _USUAL_PAIRS for pair in pairs)
    alphabetic = sum(ord(second) - ord(first) == 1 for first, second in pairs)
    return usual < _USUAL_SHARE * len(pairs) and alphabetic < len(pairs) / 3


def _is_long_code(word: str) -> bool:
    """Whether a word with slashes is base64 and no path."""
    return (
        len(word) >= 60 and re.fullmatch(r"[A-Za-z]{0,12}_?[A-Za-z0-9+/=_-]{50,}", word) is not None
    )


_ELSE = (_PLACEHOLDER, _FIELD_OR_STATE, _FIGURE, _MOMENT, _MODEL, _VERSIONED, _HOST, _FILE, _COMMON)


def _is_something_else(word: str) -> bool:
    return any(pattern.fullmatch(word) for pattern in _ELSE)
