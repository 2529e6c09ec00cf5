"""Causes: quota, token, account, the models that a token may use. Data only."""

from __future__ import annotations

from hingtui.model.failures.cause import Cause
from hingtui.text.i18n import mark

ACCESS = (
    Cause(
        "quota",
        mark("quota used up"),
        mark("The quota or the balance is used up."),
        mark("Top it up in the gateway's console, then ask for the video again."),
        mark("Top it up in the gateway's console. Requests then continue automatically."),
        codes=(
            *("insufficient_user_quota", "insufficient_quota", "pre_consume_token_quota_failed"),
            *("billing_hard_limit_reached", "credit_balance_exhausted", "spend_limit_exceeded"),
            *("AccountOverdueError", "Arrearage", "CreditInsufficient", "insufficient_balance"),
            "insufficient_credits",
        ),
        words=(
            *("额度已用尽", "额度不足", "余额不足", "欠费", "积分不足", "点数不足", "配额不足"),
            *("额度已用完", "quota is not enough", "insufficient quota", "insufficient balance"),
            *("insufficient credit", "quota exhausted", "exceeded your current quota"),
            *("out of credits", "not enough credits", "quota has been used up"),
        ),
        hints=("quota", "balance", "billing", "额度", "余额", "1008"),
    ),
    Cause(
        "token_expired",
        mark("token expired"),
        mark("The gateway refuses the token: it has expired."),
        mark("Make a new token in the gateway's console, then ask for the video again."),
        mark("Make a new token in the gateway's console."),
        codes=("token_expired", "expired_api_key"),
        words=("令牌已过期", "token has expired", "token is expired", "api key expired"),
    ),
    Cause(
        "address",
        mark("address refused"),
        mark("The token may not be used from this address."),
        mark("Allow the address in the gateway's console, then ask for the video again."),
        mark("Look in the gateway's console which addresses the token allows."),
        codes=("ip_not_allowed", "ip_not_authorized"),
        words=("ip 不在", "ip不在", "ip is not in", "ip is not allowed", "ip not allowed"),
    ),
    Cause(
        "account",
        mark("account blocked"),
        mark("The account is blocked."),
        mark("Ask the gateway's support."),
        mark("Ask the gateway's support."),
        codes=("account_disabled", "account_deactivated", "InvalidAccountStatus", "user_banned"),
        words=(
            *("用户已被封禁", "账户已被封禁", "账号已被封禁", "账户被禁用", "账号被禁用"),
            *("user has been banned", "user is banned", "account is disabled"),
        ),
    ),
    Cause(
        "token",
        mark("token refused"),
        mark("The gateway refuses the token: it is not valid."),
        mark("Look in the gateway's console, or ask its support."),
        mark("Look in the gateway's console whether it is right and switched on."),
        codes=("invalid_api_key", "AuthenticationError", "channel:invalid_key"),
        words=(
            *("无效的令牌", "令牌无效", "令牌状态不可用", "令牌不可用", "invalid token"),
            *("incorrect api key", "invalid api key", "api key not valid", "无效的 api key"),
        ),
    ),
    Cause(
        "model",
        mark("model not there"),
        mark("The model is not available to this token's group."),
        mark("Choose another model, or another group for the token in the gateway's console."),
        mark("Choose another group for the token in the gateway's console."),
        codes=(
            *("model_not_found", "ModelNotOpen", "Model.AccessDenied", "AccessDenied.Unpurchased"),
            *("InvalidEndpointOrModel", "ModelUnavailable", "PUBLIC_ERROR_MODEL_ACCESS_DENIED"),
            *("get_channel_failed", "channel:no_available_key", "no_available_channel"),
        ),
        words=(
            *("无可用渠道", "无权访问模型", "无权使用", "模型不存在", "渠道已被禁用"),
            *("no available channel", "no permission to use the model", "model not found"),
            *("have access to model", "access to the model", "model does not exist"),
        ),
    ),
)
