"""Rules on API Gateway: transport security, mutual TLS, authorised routes, the company's authorisers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policies.rules.api.authorizers import API_AUTHORIZER_COMPANY
from policies.rules.api.bindings import API_DEFAULT_ENDPOINT_DISABLED
from policies.rules.api.domains import (
    API_DOMAIN_MUTUAL_TLS,
    API_DOMAIN_TLS_MODERN,
    API_DOMAIN_TRUSTSTORE_PINNED,
    API_ENDPOINT_TLS_MODERN,
    API_HTTP_DOMAIN_TLS_MODERN,
)
from policies.rules.api.routes import API_ROUTE_AUTHORISED

if TYPE_CHECKING:
    from policies.kit.rule import Rule

RULES: Final[tuple[Rule, ...]] = (
    API_DOMAIN_TLS_MODERN,
    API_ENDPOINT_TLS_MODERN,
    API_HTTP_DOMAIN_TLS_MODERN,
    API_DOMAIN_MUTUAL_TLS,
    API_DOMAIN_TRUSTSTORE_PINNED,
    API_DEFAULT_ENDPOINT_DISABLED,
    API_ROUTE_AUTHORISED,
    API_AUTHORIZER_COMPANY,
)
