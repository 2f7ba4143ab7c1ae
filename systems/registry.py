"""The systems that an environment can enable, by the name of their settings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

from systems.order_processing.system import OrderProcessing, OrderProcessingArgs

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pulumi import Output, ResourceOptions

    from components._platform import Platform
    from systems.settings import Settings

    Build: TypeAlias = Callable[[Settings, Platform, ResourceOptions], Mapping[str, Output[str]]]


def _order_processing(
    settings: Settings, platform: Platform, opts: ResourceOptions
) -> Mapping[str, Output[str]]:
    args = OrderProcessingArgs(
        settings=settings.systems.order_processing,
        platform=platform,
        encrypted=settings.encrypted_in("order_processing"),
    )
    return OrderProcessing("order-processing", args, opts).outputs


SYSTEMS: Final[Mapping[str, Build]] = {"order_processing": _order_processing}
