"""What AWS answers, type by type: the prediction tables of all services in one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pavedroad.provider.predict.tables import (
    apis,
    data,
    functions,
    identity,
    messaging,
    networks,
    observability,
    rest_parts,
    security,
    users,
    workflows,
)

if TYPE_CHECKING:
    from pavedroad.provider.predict.row import Row

ROWS: Final[dict[str, Row]] = {
    **apis.ROWS,
    **data.ROWS,
    **functions.ROWS,
    **identity.ROWS,
    **messaging.ROWS,
    **networks.ROWS,
    **observability.ROWS,
    **rest_parts.ROWS,
    **security.ROWS,
    **users.ROWS,
    **workflows.ROWS,
}
"""By type token. A type that is not here follows the general rule."""
