"""Cases of the rules on API Gateway, joined from their parts."""

from __future__ import annotations

from typing import Final

from tests.support import api_authorizers, api_domains, api_endpoints, api_routes

CASES: Final = (*api_domains.CASES, *api_endpoints.CASES, *api_routes.CASES, *api_authorizers.CASES)
