"""Explain an error to a person: what happened and what to do. No screen, no network, no keys."""

from __future__ import annotations

from hingtui.model import errors
from hingtui.model.diagnosis import Advice, Diagnosis, Step
from hingtui.model.quotation import quotation
from hingtui.text.clean import BLOCK_LIMIT, clean_line
from hingtui.text.i18n import _


def diagnose(error: Exception, *, of_all: bool = False) -> Diagnosis:
    """What `error` means to the person who watches.

    `of_all`: it was found to be the gateway's, and not one video's.
    """
    short, what, advice = _explain(error, of_all=of_all)
    if isinstance(error, errors.ApiError):
        short, what, advice = _with_cause(error, (short, what, advice))
        return Diagnosis(short, what, advice, quotation(error), clean_line(error.request_id))
    details = str(error) if isinstance(error, errors.HingtuiError) else type(error).__name__
    return Diagnosis(short, what, advice, clean_line(details, BLOCK_LIMIT))


_Explained = tuple[str, str, Advice]
"""A few words, a sentence on what happened, and the next step."""
_MAY_SAY_WHY = (errors.Unauthorized, errors.Forbidden, errors.Rejected, errors.ServerError)


def _with_cause(error: errors.ApiError, explained: _Explained) -> _Explained:
    """The same in more detail, where the gateway's code or words leave no doubt about the cause."""
    if error.is_from_storage or not isinstance(error, _MAY_SAY_WHY):
        return explained
    from hingtui.model.failures import cause_of_refusal  # not for the first picture

    if (cause := cause_of_refusal(error.code, error.message)) is None:
        return explained
    return _(cause.short), _(cause.what), Advice(_(cause.request_step), explained[2].step)


def _explain(error: Exception, *, of_all: bool) -> _Explained:
    if isinstance(error, errors.ApiError):
        if error.is_from_storage:
            return _explain_storage(error)
        if error.scope is errors.Scope.TOKEN and not of_all:
            return _explain_refusal()
        if of_all and isinstance(error, errors.Rejected):
            return _explain_rejection()
        return _explain_api(error)
    match error:
        case errors.Cancelled():
            return _("cancelled"), _("The download was cancelled."), Advice(step=Step.RESUME)
        case errors.Busy():
            return (
                _("busy elsewhere"),
                _("Another hingtui is downloading this video."),
                Advice(
                    _(
                        "The row changes when that is finished. If the other one was stopped "
                        "(Ctrl+Z), continue it or end it."
                    )
                ),
            )
        case errors.Corrupt():
            return (
                _("damaged file"),
                _("What came is not a whole video; the gateway may still be writing the file."),
                Advice(_("It is retried automatically while the file is there."), Step.TRY_AGAIN),
            )
        case errors.Slow():
            return (
                _("very slow"),
                _("Almost nothing arrives, so other videos go first."),
                Advice(
                    _("Nothing to do: the download continues automatically until the file expires.")
                ),
            )
        case errors.Stalled():
            return (
                _("stalled"),
                _("The download was cut or too slow again and again, without gaining a byte."),
                Advice(_("Another network may be faster."), Step.RESUME),
            )
        case errors.TooLarge():
            return (
                _("too large"),
                _("More came than was promised, so the download was stopped."),
                Advice(step=Step.TRY_AGAIN),
            )
        case errors.StorageError() if error.is_full:
            return (
                _("disk full"),
                _("There is no room left where videos are saved."),
                Advice(_("Free some space: the download then continues automatically.")),
            )
        case errors.StorageError():
            return (
                _("cannot write"),
                _("The videos folder cannot be written to."),
                Advice(_("Check the folder and its permissions."), Step.TRY_AGAIN),
            )
        case _:
            return (
                _("unexpected error"),
                _("Something unexpected went wrong inside hingtui; the details are in its log."),
                Advice(_("Everything else goes on."), Step.ASK_OR_DOWNLOAD),
            )


def _explain_refusal() -> _Explained:
    return (
        _("refused"),
        _("The gateway refuses the request about this video."),
        Advice(_("The other videos go on. It is retried automatically, at growing intervals.")),
    )


def _explain_rejection() -> _Explained:
    return (
        _("rejected"),
        _("The gateway rejects the request."),
        Advice(_("Check the base URL, or ask the gateway's support.")),
    )


def _explain_storage(error: errors.ApiError) -> _Explained:
    """What went wrong at the server that holds the file, which is not the gateway's fault."""
    match error:
        case (
            errors.BadCertificate() | errors.ProxyLogin() | errors.BadRedirect() | errors.NotReady()
        ):
            return _explain_api(error)
        case errors.Unreachable():
            return (
                _("no answer"),
                _("The storage server that holds the file does not answer."),
                Advice(_("It is retried automatically. Check the network and the proxy settings.")),
            )
        case _:
            return (
                _("storage refuses"),
                _("The storage server that holds the file refuses it, not the gateway."),
                Advice(
                    _(
                        "The gateway is asked for a new link, and the download is retried "
                        "automatically."
                    )
                ),
            )


def _explain_api(error: errors.ApiError) -> _Explained:
    match error:
        case errors.Unauthorized():
            return (
                _("token refused"),
                _("The gateway refuses the token: it is wrong, or its quota is used up."),
                Advice(step=Step.TYPE_TOKEN),
            )
        case errors.Forbidden():
            return (
                _("not allowed"),
                _("The gateway does not allow this to the token."),
                Advice(_("Ask the gateway's support, or use another token."), Step.TYPE_TOKEN),
            )
        case errors.NotFound():
            return (
                _("not found"),
                _("The gateway does not know this id (yet)."),
                Advice(
                    _("Check the id and the account it belongs to. It is asked about now and then.")
                ),
            )
        case errors.Expired():
            return (
                _("expired"),
                _("The gateway has deleted this video."),
                Advice(_("It cannot be brought back. Ask for it again where you made it.")),
            )
        case errors.NotReady():
            return (
                _("not there yet"),
                _("The gateway says that the file is not there yet."),
                Advice(_("The download is retried automatically.")),
            )
        case errors.RateLimited():
            return (
                _("slow down"),
                _("The gateway asks for fewer requests."),
                Advice(_("Requests continue automatically.")),
            )
        case errors.ProxyCertificate():
            return (
                _("proxy certificate"),
                _("The proxy's certificate could not be verified, so nothing was sent."),
                Advice(_("Check the proxy's certificate, its address, and this machine's clock.")),
            )
        case errors.UntrustedCertificate():
            return (
                _("bad certificate"),
                _("The certificate is not signed by a trusted authority."),
                Advice(
                    _(
                        "In a company's network, set SSL_CERT_FILE to the company's CA certificate "
                        "and start hingtui again. Otherwise check the base URL."
                    )
                ),
            )
        case errors.BadCertificate():
            return (
                _("bad certificate"),
                _("The certificate could not be verified, so nothing was sent."),
                Advice(_("Check the base URL, this machine's clock, and any proxy in between.")),
            )
        case errors.ProxyLogin():
            return (
                _("proxy login"),
                _("The proxy asks for a name and password, or refuses those it got."),
                Advice(
                    _(
                        "Correct the name and password in the proxy's address, "
                        "and start hingtui again."
                    )
                ),
            )
        case errors.Unreachable():
            return (
                _("no answer"),
                _("The gateway does not answer."),
                Advice(_("It is retried automatically. Check the network and the proxy settings.")),
            )
        case errors.LoginRequired():
            return (
                _("login in front"),
                _("Something in front of the gateway asks for a name and password."),
                Advice(_("Check the base URL, or ask the operator of the gateway.")),
            )
        case errors.Blocked():
            return (
                _("blocked"),
                _("Something in front of the gateway, such as a firewall, refuses the request."),
                Advice(
                    _(
                        "It is retried automatically. If it stays, check the base URL and the "
                        "network."
                    )
                ),
            )
        case errors.BadRedirect():
            return (
                _("bad redirect"),
                _("The gateway points to a place that hingtui does not follow for safety."),
                Advice(_("Ask the gateway's support about it.")),
            )
        case errors.ServerError():
            return (
                _("gateway error"),
                _("The gateway reports an internal error."),
                Advice(_("It is asked again automatically.")),
            )
        case errors.NotOffered():
            return (
                _("not offered"),
                _("This gateway does not offer that call."),
                Advice(_("Check the base URL, or ask the gateway's support.")),
            )
        case errors.Rejected():
            return (
                _("rejected"),
                _("The gateway rejects the request about this video."),
                Advice(_("Check the id. The other videos go on.")),
            )
        case _:
            return (
                _("odd answer"),
                _("The response does not match the API."),
                Advice(_("Check the base URL. The last known state stays on the screen.")),
            )
