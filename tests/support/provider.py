"""The stand-in provider behind a real gRPC connection, spoken to in plain Python values."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, TypeAlias, cast

import grpc
from google.protobuf import json_format, struct_pb2
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc

from pavedroad.provider.live.clients import Endpoint
from pavedroad.provider.server import start
from pavedroad.provider.servicer import Provider
from pavedroad.provider.store import MemoryStore
from pavedroad.provider.values import SECRET, SIGNATURE

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Mapping

    from pavedroad.provider.store import Store

Plain: TypeAlias = "bool | float | str | list[Plain] | dict[str, Plain] | None"
Props: TypeAlias = "dict[str, Plain]"

UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
ACCOUNT = "111122223333"
REGION = "eu-west-1"
QUEUE = "aws:sqs/queue:Queue"
FUNCTION = "aws:lambda/function:Function"
ROLE_ARN = f"arn:aws:iam::{ACCOUNT}:role/shop-dev-role"
FUNCTION_INPUTS: Props = {
    "role": ROLE_ARN,
    "runtime": "python3.13",
    "handler": "lambdas.accept_orders.handler.handle",
    "s3Bucket": "shop-artifacts",
    "s3Key": "accept_orders.zip",
}


def secret(value: Plain) -> Plain:
    """A value with the protocol's secret mark."""
    return {SIGNATURE: SECRET, "value": value}


def struct(values: Mapping[str, Plain]) -> struct_pb2.Struct:
    """Plain values as a message."""
    return json_format.ParseDict(dict(values), struct_pb2.Struct())


def plain(message: struct_pb2.Struct) -> Props:
    """A message as plain values."""
    return cast("Props", json_format.MessageToDict(message))


def changed(inputs: Mapping[str, Plain], change: Mapping[str, Plain]) -> Props:
    """Inputs with a change; what it says None of is left out."""
    return {key: value for key, value in {**inputs, **change}.items() if value is not None}


def urn(token: str, name: str) -> str:
    """A resource's URN."""
    return f"urn:pulumi:dev::shop::{token}::{name}"


@dataclass(frozen=True)
class Checked:
    """What Check answered."""

    inputs: Mapping[str, Plain]
    failures: dict[str, str]

    @property
    def shown(self) -> Props:
        """The inputs without the provider's own."""
        return {key: value for key, value in self.inputs.items() if not key.startswith("__")}


@dataclass(frozen=True)
class Made:
    """What Create or Update answered."""

    id: str
    outputs: Props


@dataclass(frozen=True)
class Kept:
    """A resource as a stack's state keeps it."""

    token: str
    name: str
    id: str
    inputs: Mapping[str, Plain]
    outputs: Props


def seed_of(resource: str, replaced: str) -> bytes:
    """The engine's seed: a hash of the URN and the id of what is replaced."""
    return sha256(f"{resource}\0{replaced}".encode()).digest()


@dataclass(frozen=True)
class Client:
    """One provider, asked over gRPC."""

    stub: provider_pb2_grpc.ResourceProviderStub

    def configure(self, **config: Plain) -> None:
        self.stub.Configure(provider_pb2.ConfigureRequest(args=struct(config)))

    def check(
        self,
        token: str,
        name: str,
        inputs: Mapping[str, Plain],
        olds: Mapping[str, Plain] | None = None,
        seed: bytes = b"seed",
    ) -> Checked:
        response = self.stub.Check(
            provider_pb2.CheckRequest(
                urn=urn(token, name),
                news=struct(inputs),
                olds=struct(olds) if olds is not None else None,
                randomSeed=seed,
            )
        )
        return Checked(plain(response.inputs), {item.property: item.reason for item in response.failures})

    def create(self, token: str, name: str, inputs: Mapping[str, Plain], *, preview: bool = True) -> Made:
        response = self.stub.Create(
            provider_pb2.CreateRequest(urn=urn(token, name), properties=struct(inputs), preview=preview)
        )
        return Made(response.id, plain(response.properties))

    def plan(self, token: str, name: str, inputs: Mapping[str, Plain]) -> Made:
        """Check, then Create in a preview, as the engine does; refusals end the test."""
        checked = self.check(token, name, inputs)
        assert checked.failures == {}
        return self.create(token, name, checked.inputs)

    def make(
        self,
        token: str,
        name: str,
        inputs: Mapping[str, Plain],
        *,
        replaces: str = "",
        olds: Mapping[str, Plain] | None = None,
    ) -> Kept:
        """Check, then Create, as the engine does; `replaces` is the id of what the resource replaces."""
        checked = self.check(token, name, inputs, olds, seed_of(urn(token, name), replaces))
        assert checked.failures == {}
        made = self.create(token, name, checked.inputs, preview=False)
        return Kept(token, name, made.id, checked.inputs, made.outputs)

    def change(self, kept: Kept, inputs: Mapping[str, Plain], *, preview: bool = False) -> Kept:
        """Check against what is kept, then Update."""
        checked = self.check(
            kept.token, kept.name, inputs, kept.inputs, seed_of(urn(kept.token, kept.name), "")
        )
        assert checked.failures == {}
        response = self.stub.Update(
            provider_pb2.UpdateRequest(
                id=kept.id,
                urn=urn(kept.token, kept.name),
                old_inputs=struct(kept.inputs),
                olds=struct(kept.outputs),
                news=struct(checked.inputs),
                preview=preview,
            )
        )
        return Kept(kept.token, kept.name, kept.id, checked.inputs, plain(response.properties))

    def delete(self, kept: Kept) -> None:
        self.stub.Delete(
            provider_pb2.DeleteRequest(
                id=kept.id,
                urn=urn(kept.token, kept.name),
                old_inputs=struct(kept.inputs),
                properties=struct(kept.outputs),
            )
        )

    def read(
        self,
        token: str,
        name: str,
        identity: str,
        inputs: Mapping[str, Plain] | None = None,
        outputs: Mapping[str, Plain] | None = None,
    ) -> Kept:
        """What exists under an id; with what the state has of it, or nothing for an import."""
        response = self.stub.Read(
            provider_pb2.ReadRequest(
                id=identity,
                urn=urn(token, name),
                inputs=struct(inputs or {}),
                properties=struct(outputs or {}),
            )
        )
        return Kept(token, name, response.id, plain(response.inputs), plain(response.properties))

    def refresh(self, kept: Kept) -> Kept:
        return self.read(kept.token, kept.name, kept.id, kept.inputs, kept.outputs)

    def difference(self, kept: Kept, inputs: Mapping[str, Plain]) -> dict[str, int]:
        """What the next update would change: Check against what is kept, then Diff; paths and their kinds."""
        checked = self.check(
            kept.token, kept.name, inputs, kept.inputs, seed_of(urn(kept.token, kept.name), "")
        )
        response = self.stub.Diff(
            provider_pb2.DiffRequest(
                id=kept.id,
                urn=urn(kept.token, kept.name),
                old_inputs=struct(kept.inputs),
                olds=struct(kept.outputs),
                news=struct(checked.inputs),
            )
        )
        return {path: item.kind for path, item in response.detailedDiff.items()}

    def diff(
        self, token: str, old: Mapping[str, Plain], new: Mapping[str, Plain], ignored: list[str] | None = None
    ) -> provider_pb2.DiffResponse:
        return self.stub.Diff(
            provider_pb2.DiffRequest(
                id="id",
                urn=urn(token, "x"),
                old_inputs=struct(old),
                olds=struct(old),
                news=struct(new),
                ignoreChanges=ignored or [],
            )
        )

    def invoke(self, token: str, arguments: Mapping[str, Plain]) -> Props:
        response = self.stub.Invoke(provider_pb2.InvokeRequest(tok=token, args=struct(arguments)))
        return plain(getattr(response, "return"))


@contextmanager
def provider(
    *,
    predicted: bool = True,
    region: str = REGION,
    account: str = ACCOUNT,
    store: Store | None = None,
    report: Callable[[str, str], None] | None = None,
    cloud: str | None = None,
) -> Generator[Client]:
    """A configured provider; it ends with the block. `cloud` is the address of a local cloud."""
    serving = Provider(
        predicted=predicted,
        store=store or MemoryStore(complete=cloud is not None),
        cloud=Endpoint(cloud) if cloud else None,
    )
    if report is not None:
        serving.report = report
    server, port = start(serving)
    try:
        with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
            client = Client(provider_pb2_grpc.ResourceProviderStub(channel))
            client.configure(region=region, allowedAccountIds=f'["{account}"]')
            yield client
    finally:
        server.stop(None).wait()
