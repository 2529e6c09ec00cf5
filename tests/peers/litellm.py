"""LiteLLM's proxy, with a gateway of the demo as the one that makes its videos.

Its ids are long: Base64 of the provider, the model and the id behind it.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hingtui.demo.server import DemoServer
from tests.peers.peer import Peer, free_port, program, request, running

_CONFIG = """
model_list:
  - model_name: sora-2
    litellm_params:
      model: openai/sora-2
      api_base: {upstream}/v1
      api_key: os.environ/UPSTREAM_TOKEN
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
        "OPENAI_API_KEY": upstream.token,  # what its list of videos uses
        "OPENAI_API_BASE": f"{upstream.base_url}/v1",
        "OPENAI_BASE_URL": f"{upstream.base_url}/v1",
        "LITELLM_LOCAL_MODEL_COST_MAP": "True",  # else it fetches a list of prices
        "LITELLM_TELEMETRY": "False",
    }
    with running(
        [found, "--config", str(config), "--host", "127.0.0.1", "--port", str(port)],
        folder,
        probe=f"{base_url}/health/liveliness",
        environ=environ,
    ):
        page = request(f"{base_url}/v1/videos?limit=100", token)
        yield [Peer("litellm", base_url, token, tuple(video["id"] for video in page["data"]))]
