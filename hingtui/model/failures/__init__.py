"""Why videos fail, in plain words with the next step.

cause       what is known of one cause
moderation  the causes, as data; codes and words are those of new-api, one-hub, OpenAI, Ark,
access      DashScope, Kling, Jimeng, MiniMax, Vidu, Google and Runway, as gateways pass them on
making
finding     the cause of one failure
"""

from hingtui.model.failures.cause import Cause
from hingtui.model.failures.finding import (
    CAUSES,
    Failure,
    FoundCause,
    cause_of_refusal,
    explain_failure,
    find_cause,
    gateway_says,
)

__all__ = [
    "CAUSES",
    "Cause",
    "Failure",
    "FoundCause",
    "cause_of_refusal",
    "explain_failure",
    "find_cause",
    "gateway_says",
]
