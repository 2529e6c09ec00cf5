"""What a person pastes as a gateway's address, and the name that is suggested for it."""

from __future__ import annotations

import pytest

from hingtui.storage.settings.pasted_address import PastedAddress, read_address, suggest_name


@pytest.mark.parametrize(
    ("text", "base_url", "kind", "video_id"),
    [
        ("https://h.example", "https://h.example", "auto", None),
        (" https://h.example/ \n", "https://h.example", "auto", None),
        ("h.example/v1", "https://h.example", "auto", None),
        ("localhost:8000/v1", "http://localhost:8000", "auto", None),
        ("127.0.0.1:8000", "http://127.0.0.1:8000", "auto", None),
        ("'https://h.example/v1/videos'", "https://h.example", "auto", None),
        ("https://h.example/v1/videos/video_1a2b", "https://h.example", "auto", "video_1a2b"),
        (
            "https://h.example/x/v1/videos/video_1a2b/content?variant=mp4#t",
            "https://h.example/x",
            "auto",
            "video_1a2b",
        ),
        ("https://h.example/v1/video/generations/task_9", "https://h.example", "auto", "task_9"),
        (
            "https://r.example/ark/api/v3/contents/generations/tasks/cgt-2026-abc",
            "https://r.example/ark",
            "ark",
            "cgt-2026-abc",
        ),
        (
            "https://h.example/api/v1/jobs/recordInfo?taskId=281e5b0f39b9",
            "https://h.example",
            "kie",
            "281e5b0f39b9",
        ),
        ("https://h.example/v2/video/generations", "https://h.example", "v2", None),
        ("https://h.example/console/token", "https://h.example", "auto", None),
        ("https://h.example/panel/dashboard?tab=1", "https://h.example", "auto", None),
        ("https://h.example/relay/login#x", "https://h.example/relay", "auto", None),
        ("https://h.example/#/settings/keys", "https://h.example", "auto", None),
        ("https://openrouter.ai/settings/keys", "https://openrouter.ai/api", "videos", None),
        ("https://openrouter.ai/api/v1", "https://openrouter.ai/api", "videos", None),
        ("https://kie.ai/api-key", "https://api.kie.ai", "kie", None),
        ("https://ark.x-y.volces.com/api/v3", "https://ark.x-y.volces.com", "ark", None),
        ("", "", "auto", None),
        ("https://[::1", "https://[::1", "auto", None),
        ("https://me:pw@h.example/v1", "https://me:pw@h.example", "auto", None),
    ],
)
def test_an_address_is_reduced_to_the_base_url(
    text: str, base_url: str, kind: str, video_id: str | None
) -> None:
    assert read_address(text) == PastedAddress(base_url, kind, video_id)


@pytest.mark.parametrize(
    ("base_url", "name"),
    [
        ("https://models.hingnet.com.cn", "hingnet"),
        ("https://openrouter.ai/api", "openrouter"),
        ("https://api.kie.ai", "kie"),
        ("https://relay.example.co", "example"),
        ("https://nas", "nas"),
        ("http://localhost:8000", "local"),
        ("http://127.0.0.1:8000", "local"),
        ("http://192.168.1.5:8000", "192-168-1-5"),
        ("http://[fd00::5]:8000", "fd00-5"),
        ("https://xn--fiqs8s.example", "xn--fiqs8s"),
        (f"https://{'n' * 60}.example", "n" * 28),
        ("https://taken.example", "taken-3"),
        ("https://default.example", "default-2"),
        ("", ""),
        ("https://[::1", ""),
        ("https://令牌.example", "gateway"),
    ],
)
def test_a_name_is_suggested_from_the_host(base_url: str, name: str) -> None:
    assert suggest_name(base_url, {"taken", "taken-2"}) == name
