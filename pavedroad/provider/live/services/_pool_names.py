"""User pools and their clients: how the properties are called in the API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pavedroad.provider.live.services._wire import Part, capital

if TYPE_CHECKING:
    from pavedroad.provider.live.services._wire import Names

_SENDER: Final[Names] = capital("lambdaArn", "lambdaVersion")
_LAMBDA: Final[Names] = {
    **capital("createAuthChallenge", "customMessage", "defineAuthChallenge", "postAuthentication"),
    **capital("postConfirmation", "preAuthentication", "preSignUp", "preTokenGeneration"),
    **capital("userMigration", "verifyAuthChallengeResponse"),
    "customEmailSender": Part("CustomEmailSender", _SENDER),
    "customSmsSender": Part("CustomSMSSender", _SENDER),
    "kmsKeyId": "KMSKeyID",
    "preTokenGenerationConfig": Part("PreTokenGenerationConfig", _SENDER),
}
_INVITATION: Final[Names] = {**capital("emailMessage", "emailSubject"), "smsMessage": "SMSMessage"}
_ADD_ONS: Final[Names] = {
    **capital("advancedSecurityMode"),
    "advancedSecurityAdditionalFlows": Part("AdvancedSecurityAdditionalFlows", capital("customAuthMode")),
}
POOL: Final[Names] = {
    **capital("autoVerifiedAttributes", "deletionProtection", "emailVerificationMessage"),
    **capital("emailVerificationSubject", "smsAuthenticationMessage", "smsVerificationMessage"),
    **capital("userPoolTier"),
    "accountRecoverySetting": Part(
        "AccountRecoverySetting",
        {"recoveryMechanisms": Part("RecoveryMechanisms", capital("name", "priority"), many=True)},
    ),
    "adminCreateUserConfig": Part(
        "AdminCreateUserConfig",
        {
            **capital("allowAdminCreateUserOnly"),
            "inviteMessageTemplate": Part("InviteMessageTemplate", _INVITATION),
        },
    ),
    "deviceConfiguration": Part(
        "DeviceConfiguration", capital("challengeRequiredOnNewDevice", "deviceOnlyRememberedOnUserPrompt")
    ),
    "emailConfiguration": Part(
        "EmailConfiguration",
        {
            **capital("configurationSet", "emailSendingAccount", "replyToEmailAddress", "sourceArn"),
            "fromEmailAddress": "From",
        },
    ),
    "lambdaConfig": Part("LambdaConfig", _LAMBDA),
    "passwordPolicy": Part(
        "Policies.PasswordPolicy",
        capital(
            "minimumLength",
            "passwordHistorySize",
            "requireLowercase",
            "requireNumbers",
            "requireSymbols",
            "requireUppercase",
            "temporaryPasswordValidityDays",
        ),
    ),
    "signInPolicy": Part("Policies.SignInPolicy", capital("allowedFirstAuthFactors")),
    "smsConfiguration": Part("SmsConfiguration", capital("externalId", "snsCallerArn", "snsRegion")),
    "userAttributeUpdateSettings": Part(
        "UserAttributeUpdateSettings",
        {"attributesRequireVerificationBeforeUpdates": "AttributesRequireVerificationBeforeUpdate"},
    ),
    "userPoolAddOns": Part("UserPoolAddOns", _ADD_ONS),
    "verificationMessageTemplate": Part(
        "VerificationMessageTemplate",
        capital(
            "defaultEmailOption",
            "emailMessage",
            "emailMessageByLink",
            "emailSubject",
            "emailSubjectByLink",
            "smsMessage",
        ),
    ),
}
"""What an update takes too."""

_TEXT_SIZE: Final[Names] = capital("maxLength", "minLength")
_NUMBER_SIZE: Final[Names] = capital("maxValue", "minValue")
FIXED: Final[Names] = {
    **capital("aliasAttributes", "usernameAttributes"),
    "usernameConfiguration": Part("UsernameConfiguration", capital("caseSensitive")),
}
"""What is said at the creation alone."""

SCHEMAS: Final[Names] = {
    "schemas": Part(
        "Schema",
        {
            **capital("attributeDataType", "developerOnlyAttribute", "mutable", "name", "required"),
            "numberAttributeConstraints": Part("NumberAttributeConstraints", _NUMBER_SIZE),
            "stringAttributeConstraints": Part("StringAttributeConstraints", _TEXT_SIZE),
        },
        many=True,
    )
}
MFA: Final[Names] = {
    **capital("mfaConfiguration"),
    "emailMfaConfiguration": Part("EmailMfaConfiguration", capital("message", "subject")),
    "softwareTokenMfaConfiguration": Part("SoftwareTokenMfaConfiguration", capital("enabled")),
    "webAuthnConfiguration": Part("WebAuthnConfiguration", capital("relyingPartyId", "userVerification")),
}
"""What another operation sets."""

CLIENT: Final[Names] = {
    **capital("accessTokenValidity", "authSessionValidity", "enablePropagateAdditionalUserContextData"),
    **capital("enableTokenRevocation", "explicitAuthFlows", "idTokenValidity", "preventUserExistenceErrors"),
    **capital("readAttributes", "refreshTokenValidity", "supportedIdentityProviders", "writeAttributes"),
    "allowedOauthFlows": "AllowedOAuthFlows",
    "allowedOauthFlowsUserPoolClient": "AllowedOAuthFlowsUserPoolClient",
    "allowedOauthScopes": "AllowedOAuthScopes",
    "analyticsConfiguration": Part(
        "AnalyticsConfiguration",
        capital("applicationArn", "applicationId", "externalId", "roleArn", "userDataShared"),
    ),
    "callbackUrls": "CallbackURLs",
    "defaultRedirectUri": "DefaultRedirectURI",
    "logoutUrls": "LogoutURLs",
    "name": "ClientName",
    "tokenValidityUnits": Part("TokenValidityUnits", capital("accessToken", "idToken", "refreshToken")),
}
