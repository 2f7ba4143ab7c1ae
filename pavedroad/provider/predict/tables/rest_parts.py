"""Smaller parts of REST APIs: responses, models, keys, plans, settings."""

from __future__ import annotations

from typing import Final

from pavedroad.provider.predict.row import Counted, Row

_V1: Final = "arn:{@partition}:apigateway:{@region}::"
_WHEN: Final = "1970-01-01T00:00:00Z"

ROWS: Final[dict[str, Row]] = {
    "aws:apigateway/apiKey:ApiKey": Row(
        id="{@alnum10}",
        outputs={
            "arn": f"{_V1}/apikeys/{{@alnum10}}",
            "createdDate": Counted(_WHEN, once=True),
            "description": "",
            "lastUpdatedDate": Counted(_WHEN),
            "value": "{@alnum40}",
        },
        defaults={"customerId": None, "enabled": True},
    ),
    "aws:apigateway/integrationResponse:IntegrationResponse": Row(
        id="agir-{restApi}-{resourceId}-{httpMethod}-{statusCode}",
        defaults=dict.fromkeys(
            ("contentHandling", "responseParameters", "responseTemplates", "selectionPattern")
        ),
    ),
    "aws:apigateway/methodResponse:MethodResponse": Row(
        id="agmr-{restApi}-{resourceId}-{httpMethod}-{statusCode}",
        defaults=dict.fromkeys(("responseModels", "responseParameters")),
    ),
    "aws:apigateway/methodSettings:MethodSettings": Row(id="{restApi}-{stageName}-{methodPath}"),
    "aws:apigateway/model:Model": Row(id="{@alnum6}", defaults={"description": None}),
    "aws:apigateway/requestValidator:RequestValidator": Row(
        id="{@alnum6}", defaults={"validateRequestBody": False, "validateRequestParameters": False}
    ),
    "aws:apigateway/response:Response": Row(
        id="aggr-{restApiId}-{responseType}", defaults={"responseParameters": None}
    ),
    "aws:apigateway/restApiPolicy:RestApiPolicy": Row(id="{restApiId}"),
    "aws:apigateway/usagePlan:UsagePlan": Row(
        id="{@alnum6}",
        outputs={"arn": f"{_V1}/usageplans/{{@alnum6}}"},
        defaults=dict.fromkeys(("apiStages", "description", "quotaSettings", "throttleSettings")),
    ),
    "aws:apigateway/usagePlanKey:UsagePlanKey": Row(id="{keyId}"),
}
