"""Rules within a user pool and its clients: second factors, OAuth flows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pavedroad.provider.limits.finding import Finding
from pavedroad.provider.values import Properties, at, flag, is_open, items, text

if TYPE_CHECKING:
    from collections.abc import Iterator

_FACTORS: Final = ("emailMfaConfiguration", "smsConfiguration", "softwareTokenMfaConfiguration")
_REDIRECTING: Final = frozenset({"code", "implicit"})
_ALLOWED: Final = "allowedOauthFlowsUserPoolClient"


def user_pool(inputs: Properties) -> Iterator[Finding]:
    """Who must give a second factor needs one to give."""
    factors = [inputs.get(key) for key in _FACTORS]
    if text(inputs.get("mfaConfiguration")) != "ON" or not is_open(inputs.get("mfaConfiguration"), *factors):
        return
    email, sms, token = factors
    if email is None and sms is None and not flag(at(token, "enabled")):
        yield Finding(
            "mfaConfiguration",
            f'mfaConfiguration: got "ON" without a factor; give one of {", ".join(_FACTORS)} (Cognito '
            "SetUserPoolMfaConfig)",
        )


def user_pool_client(inputs: Properties) -> Iterator[Finding]:
    """A client that may use OAuth says how, for what, and where to go back to."""
    flows, scopes, urls = (
        inputs.get(key) for key in ("allowedOauthFlows", "allowedOauthScopes", "callbackUrls")
    )
    if not flag(inputs.get(_ALLOWED)) or not is_open(inputs.get(_ALLOWED), flows, scopes, urls):
        return
    for key, value in (("allowedOauthFlows", flows), ("allowedOauthScopes", scopes)):
        if not items(value):
            yield Finding(
                key,
                f"{key}: got nothing with {_ALLOWED} true; AllowedOAuthFlows and AllowedOAuthScopes are "
                "required if user pool client is allowed to use OAuth flows (Cognito CreateUserPoolClient)",
            )
    redirecting = sorted(name for flow in items(flows) if (name := text(flow)) in _REDIRECTING and name)
    if redirecting and not items(urls):
        yield Finding(
            "callbackUrls",
            f"callbackUrls: got nothing with the flow {redirecting[0]}, which leads back to the application; "
            "give one URL or more (Cognito CreateUserPoolClient)",
        )
