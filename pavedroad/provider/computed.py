"""Inputs that AWS computes when nobody asks for them: a program that does not name them changes nothing.

The official provider calls them optional and computed: what there is stays when such an input is left out, be
it after an import or because the program says it no more. By type, the paths of such inputs, each with the
values for which that holds; none named: for every value. What is not here is taken back when it is left out,
unless it had AWS's default.
"""

from __future__ import annotations

from typing import Final

# Without limits of its own a method has those of the account; -1 stands for none.
_RATE: Final = (-1, 10000)
_BURST: Final = (-1, 5000)

COMPUTED: Final[dict[str, dict[str, tuple[int, ...]]]] = {
    "aws:apigateway/apiKey:ApiKey": {"value": ()},
    "aws:apigateway/methodSettings:MethodSettings": {
        **dict.fromkeys(
            (
                "settings.cacheDataEncrypted",
                "settings.cacheTtlInSeconds",
                "settings.cachingEnabled",
                "settings.dataTraceEnabled",
                "settings.loggingLevel",
                "settings.metricsEnabled",
                "settings.requireAuthorizationForCacheControl",
                "settings.unauthorizedCacheControlHeaderStrategy",
            ),
            (),
        ),
        "settings.throttlingBurstLimit": _BURST,
        "settings.throttlingRateLimit": _RATE,
    },
    "aws:cognito/userPool:UserPool": {"userPoolTier": ()},
    # Their policies may be resources of their own.
    "aws:sns/topic:Topic": {"policy": ()},
    "aws:sqs/queue:Queue": dict.fromkeys(("policy", "redriveAllowPolicy", "redrivePolicy"), ()),
}
