"""The examples in the help of each command. `help_format` leaves their lines alone.

It imports neither Textual nor httpx, nor any command.
"""

from __future__ import annotations

from hingtui.text.i18n import _, mark

EXAMPLES: dict[str, tuple[tuple[str, str], ...]] = {
    "": (
        ("hingtui demo", mark("see it: no token, no network")),
        ("hingtui", mark("the dashboard; asks for the token once")),
        ("hingtui add ID && hingtui watch", mark("without a screen")),
    ),
    "add": (
        ("hingtui add video_1 video_2", mark("a running dashboard shows them soon")),
        ("my-script | hingtui add -", mark("whatever holds ids: text, logs, JSON, URLs")),
        ("hingtui add --gateway lab video_1", mark("an id of the gateway lab")),
    ),
    "remove": (
        ("hingtui remove video_1", mark("no longer watch this one")),
        ("hingtui remove --saved", mark("tidy up: all that are on your disk")),
    ),
    "tag": (
        ("hingtui tag draft video_1 video_2", mark("find them by tag:draft")),
        ("hingtui tag --remove draft video_1", mark("take it off again")),
    ),
    "status": (
        ("hingtui status", mark("everything on the watchlist")),
        ("hingtui status --filter 'status:ready model:veo'", mark("only these")),
        ("hingtui status --json | jq -r .id", mark("for scripts")),
    ),
    "download": (
        ("hingtui download --ready", mark("everything that is ready")),
        ("hingtui download --wait -o ~/Videos ID", mark("wait for one, and save it there")),
        ("hingtui download --ready --json | jq -r .path", mark("the paths, for scripts")),
    ),
    "watch": (
        ("hingtui watch", mark("save each video as soon as it is ready")),
        ("hingtui watch --until-done", mark("end when nothing is left to do")),
        ("hingtui watch --json >> events.jsonl", mark("one object for each event")),
    ),
    "doctor": (
        ("hingtui doctor", mark("what is wrong, and what to do")),
        ("hingtui doctor > ticket.txt", mark("for a support ticket")),
    ),
    "report": (
        ("hingtui report ID", mark("why it failed, and what to do")),
        ("hingtui report ID > ticket.txt", mark("for a support ticket")),
    ),
    "history": (
        ("hingtui history since:7d", mark("the last seven days")),
        ("hingtui history model:veo --limit 0 --json", mark("all of one model, for scripts")),
    ),
    "stats": (
        ("hingtui stats", mark("of everything")),
        ("hingtui stats today", mark("what today took and cost")),
    ),
    "demo": (
        ("hingtui demo", mark("twelve videos on three gateways")),
        ("hingtui demo --videos 200", mark("many")),
        ("hingtui demo --serve", mark("only the gateways, to try scripts on")),
    ),
    "completions": (
        ("source <(hingtui completions bash)", mark("in ~/.bashrc; for zsh in ~/.zshrc")),
        ("hingtui completions fish | source", mark("in ~/.config/fish/config.fish")),
    ),
}
"""For each command ("": none) what to type, and what that is for."""


def epilog(command: str, note: str = "") -> str:
    """What the help of `command` ends with: its examples, and after them `note`."""
    examples = EXAMPLES[command]
    width = max(len(typed) for typed, _words in examples) + 2
    lines = [_("examples:"), *(f"  {typed:{width}}{_(words)}" for typed, words in examples)]
    return "\n".join(lines) + (f"\n\n{note}" if note else "")
