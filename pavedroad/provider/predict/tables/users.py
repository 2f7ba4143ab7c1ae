"""Cognito: user pools and what is in them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pavedroad.provider.predict.row import Counted, Row

if TYPE_CHECKING:
    from pavedroad.provider.values import Value

_WHEN: Final = "1970-01-01T00:00:00Z"
_POOL: Final = "{@region}_{@ALNUM9}"
_PASSWORDS: Final[dict[str, Value]] = {
    "minimumLength": 8,
    "requireLowercase": True,
    "requireNumbers": True,
    "requireSymbols": True,
    "requireUppercase": True,
    "temporaryPasswordValidityDays": 7,
}
_POOL_UNSET: Final = (
    "accountRecoverySetting",
    "aliasAttributes",
    "autoVerifiedAttributes",
    "deviceConfiguration",
    "lambdaConfig",
    "smsAuthenticationMessage",
    "softwareTokenMfaConfiguration",
    "userAttributeUpdateSettings",
    "userPoolAddOns",
    "usernameAttributes",
)

ROWS: Final[dict[str, Row]] = {
    "aws:cognito/resourceServer:ResourceServer": Row(
        id="{userPoolId}|{identifier}", defaults={"scopes": None}
    ),
    "aws:cognito/user:User": Row(
        id="{userPoolId}/{username}",
        outputs={
            "creationDate": Counted(_WHEN, once=True),
            "lastModifiedDate": Counted(_WHEN),
            "mfaSettingLists": [],
            "preferredMfaSetting": "",
            "status": "FORCE_CHANGE_PASSWORD",
            "sub": "{@uuid}",
        },
        defaults={"attributes": None, "enabled": True},
    ),
    "aws:cognito/userGroup:UserGroup": Row(
        id="{userPoolId}/{name}", defaults=dict.fromkeys(("description", "precedence", "roleArn"))
    ),
    "aws:cognito/userPool:UserPool": Row(
        id=_POOL,
        outputs={
            "adminCreateUserConfig": {"allowAdminCreateUserOnly": False},
            "arn": f"arn:{{@partition}}:cognito-idp:{{@region}}:{{@account}}:userpool/{_POOL}",
            "creationDate": Counted(_WHEN, once=True),
            "customDomain": "",
            "domain": "",
            "emailVerificationMessage": "",
            "emailVerificationSubject": "",
            "endpoint": f"cognito-idp.{{@region}}.{{@suffix}}/{_POOL}",
            "estimatedNumberOfUsers": 0,
            "lastModifiedDate": Counted(_WHEN),
            "passwordPolicy": _PASSWORDS,
            "smsVerificationMessage": "",
            "userPoolTier": "ESSENTIALS",
        },
        defaults={
            **dict.fromkeys(_POOL_UNSET),
            "deletionProtection": "INACTIVE",
            "emailConfiguration": {"emailSendingAccount": "COGNITO_DEFAULT"},
            "mfaConfiguration": "OFF",
        },
    ),
    "aws:cognito/userPoolClient:UserPoolClient": Row(
        id="{@alnum26}",
        outputs={
            "accessTokenValidity": 0,
            "allowedOauthFlows": [],
            "allowedOauthFlowsUserPoolClient": False,
            "allowedOauthScopes": [],
            "authSessionValidity": 3,
            "callbackUrls": [],
            "clientSecret": "",
            "defaultRedirectUri": "",
            "enablePropagateAdditionalUserContextData": False,
            "enableTokenRevocation": True,
            "explicitAuthFlows": [],
            "idTokenValidity": 0,
            "logoutUrls": [],
            "preventUserExistenceErrors": "LEGACY",
            "readAttributes": [],
            "refreshTokenValidity": 30,
            "supportedIdentityProviders": [],
            "writeAttributes": [],
        },
        defaults={"generateSecret": None, "tokenValidityUnits": None},
    ),
    "aws:cognito/userPoolDomain:UserPoolDomain": Row(
        id="{domain}",
        outputs={
            "awsAccountId": "{@account}",
            "cloudfrontDistribution": "",
            "cloudfrontDistributionArn": "",
            "cloudfrontDistributionZoneId": "Z2FDTNDATAQYW2",
            "managedLoginVersion": 1,
            "s3Bucket": "",
            "version": "1",
        },
        defaults={"certificateArn": None},
    ),
}
