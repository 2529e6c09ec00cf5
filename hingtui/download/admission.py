"""Wait until the gateway's rate limit allows another request of a download."""

from __future__ import annotations

from collections.abc import Callable

from hingtui.download.transfer import Transfer


class Admission:
    """Holds back the requests of one download, in its own thread."""

    def __init__(self, pause: Callable[[], float], transfer: Transfer) -> None:
        """`pause` says how many seconds to wait before a request; 0: send it now."""
        self._pause = pause
        self._transfer = transfer

    def wait(self) -> None:
        """Return as soon as a request may be sent. Raises Cancelled."""
        transfer = self._transfer
        while (pause := self._pause()) > 0:
            transfer.clock.wait(transfer.cancelled, pause)
            transfer.check_cancelled()

    def before(self, ask: Callable[[], str]) -> Callable[[], str]:
        """`ask`, which sends a request too, called as soon as one may be sent."""

        def wait_and_ask() -> str:
            self.wait()
            return ask()

        return wait_and_ask
