"""From the organisation's standards to the parameters of rules: each value is written once."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from guardrails.standards import CompanyLayer, Standards
    from policies.kit.reader import Json


def parameter_values(standards: Standards) -> dict[str, Json]:
    """The organisation-wide parameters by name; a rule takes those that it declares."""
    return {
        "ownAccounts": list(standards.own_accounts),
        "trustedAccounts": list(standards.trusted_accounts),
        "trustedLayerAccounts": list(standards.trusted_layer_accounts),
        "organizationIds": list(standards.organization_ids),
        "companyLayers": [_layer(layer) for layer in standards.company_layers],
        "signingConfigArns": list(standards.signing_config_arns),
        "signingProfileArns": list(standards.signing_profile_arns),
        "allowStackProfiles": standards.allow_stack_profiles,
        "boundaryPolicies": list(standards.boundary_policies),
        "roleNamePrefixes": list(standards.role_name_prefixes),
        "rolePaths": list(standards.role_paths),
        "jwtIssuers": list(standards.jwt_issuers),
        "jwtAudiences": list(standards.jwt_audiences),
        "authorizerFunctions": list(standards.authorizer_functions),
        "userPoolArns": list(standards.user_pool_arns),
        "mtlsRequired": standards.mutual_tls_required,
        "truststoreBuckets": list(standards.truststore_buckets),
        "publicRoutes": list(standards.public_routes),
        "publicDomains": list(standards.public_domains),
        "edgeFunctions": list(standards.edge_functions),
    }


def _layer(layer: CompanyLayer) -> dict[str, Json]:
    entry: dict[str, Json] = {"name": layer.name, "minimumVersion": layer.minimum_version}
    if layer.account:
        entry["account"] = layer.account
    if layer.partition:
        entry["partition"] = layer.partition
    if layer.runtimes:
        entry["runtimes"] = list(layer.runtimes)
    if layer.arns:
        entry["arns"] = dict(layer.arns)
    return entry
