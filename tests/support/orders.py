"""order_processing alone on the recording mock, and the names that it has there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from components._naming import Scope
from components._platform import Platform, Tier
from systems.order_processing.settings import OrderProcessingSettings
from systems.order_processing.system import OrderProcessing, OrderProcessingArgs
from tests.support.mocks import record

if TYPE_CHECKING:
    from tests.support.mocks import Recording

SCOPE: Final = Scope(project="pavedroad", environment="dev", region="eu-west-1", account="111122223333")
KEY: Final = "arn:aws:kms:eu-west-1:111122223333:key/0123"
FUNCTIONS: Final = ("submit-orders", "accept-orders", "check-order", "charge-order", "fulfil-orders")


def build(
    settings: OrderProcessingSettings | None = None,
    *,
    preview: bool = False,
    tier: Tier = Tier.DEVELOPMENT,
    encrypted: frozenset[str] = frozenset(),
) -> Recording:
    """The system alone, on a platform of plain names."""
    platform = Platform(
        scope=SCOPE,
        tier=tier,
        boundary_arn="arn:aws:iam::111122223333:policy/pavedroad-dev-boundary",
        company_layer_arn="arn:aws:lambda:eu-west-1:111122223333:layer:pavedroad-company:1",
        code_signing_config_arn="arn:aws:lambda:eu-west-1:111122223333:code-signing-config:csc-0123456789abcdef0",
        signing_profile_name="pavedroad_dev_signing",
        artifact_bucket_name="pavedroad-dev-artifacts",
        alarm_topic_arn="arn:aws:sns:eu-west-1:111122223333:pavedroad-dev-alarms",
        encryption_key_arn=KEY,
    )
    args = OrderProcessingArgs(
        settings=settings or OrderProcessingSettings(), platform=platform, encrypted=encrypted
    )
    return record(lambda: OrderProcessing("order-processing", args).outputs, preview=preview)


def arn(service: str, resource: str) -> str:
    return f"arn:aws:{service}:eu-west-1:111122223333:{resource}"


def physical(name: str) -> str:
    return f"pavedroad-dev-orders{name and '-'}{name}"


TABLE: Final = arn("dynamodb", f"table/{physical('')}")
QUEUE: Final = arn("sqs", physical(""))
FULFILMENT: Final = arn("sqs", physical("fulfilment"))
MACHINE: Final = arn("states", f"stateMachine:{physical('workflow')}")
