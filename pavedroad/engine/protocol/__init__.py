"""The SDK's generated protocol modules, without the SDK: loading all of it would cost each run half a second.

The modules are the very files of the `pulumi` package; this package only looks for its parts where they are.
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pulumi.runtime.proto import alias_pb2 as alias_pb2
    from pulumi.runtime.proto import analyzer_pb2 as analyzer_pb2
    from pulumi.runtime.proto import callback_pb2 as callback_pb2
    from pulumi.runtime.proto import engine_pb2 as engine_pb2
    from pulumi.runtime.proto import engine_pb2_grpc as engine_pb2_grpc
    from pulumi.runtime.proto import provider_pb2 as provider_pb2
    from pulumi.runtime.proto import resource_pb2 as resource_pb2
    from pulumi.runtime.proto import resource_pb2_grpc as resource_pb2_grpc
    from pulumi.runtime.proto import status_pb2 as status_pb2

_spec = find_spec("pulumi")
if _spec is None or _spec.origin is None:
    raise ImportError("the pulumi package is not installed in this environment; run make setup")

__path__ = [str(Path(_spec.origin).parent / "runtime" / "proto")]
