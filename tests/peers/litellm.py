"""LiteLLM's proxy, with a gateway of the demo as the one that makes its videos.

Its ids are long: Base64 of the provider, the model and the id behind it. A video whose `seconds` is
a number is an error 500 there, so its videos are those of the other vocabulary.
"""

from __future__ import annotations

import base64
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hingtui.demo.server import DemoServer
from tests.peers.demo import ids_of
from tests.peers.peer import Peer, free_port, program, running

_CONFIG = """
model_list:
  - model_name: sora-2
    litellm_params:
      model: openai/sora-2
      api_base: {upstream}/v1
      api_key: os.environ/UPSTREAM_TOKEN
    model_info:
      id: demo-sora
general_settings:
  master_key: os.environ/LITELLM_MASTER_KEY
"""


@contextmanager
def litellm(upstream: DemoServer, folder: Path) -> Iterator[list[Peer]]:
    """Meanwhile, run LiteLLM's proxy in front of a gateway. Raises NotInstalledError."""
    found = program("litellm", "HINGTUI_LITELLM", "pip install 'litellm[proxy]' in a venv")
    port, token = free_port(), f"sk-{secrets.token_hex(12)}"
    config = folder / "litellm.yaml"
    config.write_text(_CONFIG.format(upstream=upstream.base_url))
    base_url = f"http://127.0.0.1:{port}"
    environ = {
        "UPSTREAM_TOKEN": upstream.token,
        "LITELLM_MASTER_KEY": token,
        "LITELLM_LOCAL_MODEL_COST_MAP": "True",  # else it fetches a list of prices
        "LITELLM_TELEMETRY": "False",
    }
    with running(
        [found, "--config", str(config), "--host", "127.0.0.1", "--port", str(port)],
        folder,
        probe=f"{base_url}/health/liveliness",
        environ=environ,
    ):
        ids = tuple(_long_id(video_id) for video_id in ids_of(upstream, vocabulary="hingnet"))
        yield [Peer("litellm", base_url, token, ids)]


def _long_id(video_id: str) -> str:
    """LiteLLM's id of a video that its first model made."""
    text = f"litellm:custom_llm_provider:openai;model_id:demo-sora;video_id:{video_id}"
    return f"video_{base64.b64encode(text.encode()).decode()}"
