"""nginx, with the demo behind it under a prefix: two redirects, buffering, its own error pages."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hingtui.demo.server import DemoServer
from tests.peers.demo import ids_of
from tests.peers.peer import Peer, free_port, program, running

_CONFIG = """
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{}}
http {{
    access_log {folder}/access.log;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    server {{
        listen 127.0.0.1:{port};
        location / {{ return 404; }}
        location /team/video/ {{
            proxy_pass {upstream}/;
            proxy_http_version 1.1;
            proxy_read_timeout 60s;
        }}
    }}
}}
"""


@contextmanager
def nginx(upstream: DemoServer, folder: Path) -> Iterator[list[Peer]]:
    """Meanwhile, run nginx in front of a gateway of the demo. Raises NotInstalledError."""
    found = program("nginx", "HINGTUI_NGINX", "Debian's package nginx-light")
    port = free_port()
    config = folder / "nginx.conf"
    config.write_text(_CONFIG.format(folder=folder, port=port, upstream=upstream.base_url))
    with running(
        [found, "-p", str(folder), "-e", str(folder / "error.log"), "-c", str(config)],
        folder,
        probe=f"http://127.0.0.1:{port}/",
    ):
        base_url = f"http://127.0.0.1:{port}/team/video"
        yield [Peer("nginx", base_url, upstream.token, ids_of(upstream))]
