"""What all errors have: their scope, whether they pass, when to try again."""

from __future__ import annotations

from enum import Enum
from typing import ClassVar

from hingtui.model.errors.backoff import Backoff


class Scope(Enum):
    """What an error is about, and so which other requests it concerns."""

    VIDEO = "video"
    """This video only: no other one is affected."""
    GATEWAY = "gateway"
    """Every request to this gateway."""
    TOKEN = "token"  # noqa: S105 - a scope, not a secret
    """Perhaps the token: an error for one video may be that video's own; for many, the token's."""
    DISK = "disk"
    """This machine: its disk, or another process on it."""


class HingtuiError(Exception):
    """Everything that hingtui raises on purpose. Its `str()` holds no secret."""

    scope: ClassVar[Scope] = Scope.VIDEO
    retry: ClassVar[Backoff] = Backoff(10.0, 120.0)
    """When the same request is repeated, where the error is transient."""

    @property
    def is_transient(self) -> bool:
        """Whether the same request can succeed later without any change by the user."""
        return False

    def forget_frames(self) -> None:
        """Drop tracebacks and chained errors: they keep whole responses in memory."""
        error: BaseException | None = self
        while error is not None:
            beneath = error.__context__
            error.__traceback__ = error.__context__ = error.__cause__ = None
            error = beneath


class Transient(HingtuiError):
    """An error that may pass if the same request is repeated."""

    @property
    def is_transient(self) -> bool:
        return True


class SettingsError(HingtuiError):
    """A setting that cannot be used: one sentence, and what to do about it."""
