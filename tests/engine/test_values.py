"""Values keep their marks on the way through the engine, and events show none of what they hide."""

from __future__ import annotations

import hashlib
import io
import tarfile
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pavedroad.engine import SECRET_MASK, UNKNOWN_MASK, assets, paths, values

if TYPE_CHECKING:
    from pathlib import Path


def signed(signature: str, **fields: values.Wire) -> values.Wire:
    return {values.SIGNATURE: signature, **fields}


SECRET = signed(values.SECRET, value={"a": "hush"})
PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(st.dictionaries(st.text(), PLAIN, max_size=5))
def test_what_goes_over_the_wire_comes_back(props: values.Props) -> None:
    assert values.from_struct(values.to_struct(props)) == props


def test_events_show_masks() -> None:
    output = signed(values.OUTPUT, secret=True, value="hush")
    pending = signed(values.OUTPUT)
    props: values.Props = {"a": [SECRET, values.UNKNOWN], "b": output, "c": pending, "__defaults": []}

    assert values.mask_props(props) == {
        "a": [SECRET_MASK, UNKNOWN_MASK],
        "b": SECRET_MASK,
        "c": UNKNOWN_MASK,
    }


def test_output_values_become_what_they_hold() -> None:
    output = signed(values.OUTPUT, secret=True, value="v", dependencies=["urn"])

    assert values.plain_outputs({"known": output, "pending": signed(values.OUTPUT)}) == {
        "known": values.secret("v"),
        "pending": values.UNKNOWN,
    }


def test_references_become_ids_for_policies() -> None:
    custom = signed(values.REFERENCE, urn="u", id="i")
    pending = signed(values.REFERENCE, urn="u", id="")
    component = signed(values.REFERENCE, urn="u")

    assert values.plain_references({"a": [custom, pending, component]}) == {"a": ["i", values.UNKNOWN, "u"]}


def test_a_provider_without_secrets_gets_clear_text_and_its_answer_is_marked_again() -> None:
    props: values.Props = {"a": [SECRET], "b": 1}

    clear = values.reveal_props(props)

    assert clear == {"a": [{"a": "hush"}], "b": 1}
    assert values.remark(clear, props) == {"a": values.secret([{"a": "hush"}]), "b": 1}


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("tags.team", ("tags", "team")),
        ("rules[0].name", ("rules", 0, "name")),
        ('tags["a.b"]', ("tags", "a.b")),
        ("items[*].x", ("items", "*", "x")),
        ("[", None),
    ],
)
def test_paths_are_read(text: str, parts: tuple[str | int, ...] | None) -> None:
    assert paths.parse(text) == parts


@pytest.mark.parametrize(
    ("path", "kept"),
    [
        ("a", {"a": 1, "b": [{"x": 9}, {"x": 9}]}),
        ("b[0].x", {"b": [{"x": 2}, {"x": 9}], "c": 0}),
        ("b[*].x", {"b": [{"x": 2}, {"x": 3}], "c": 0}),
        ("c", {"b": [{"x": 9}, {"x": 9}]}),
        ("nowhere.at.all", {"b": [{"x": 9}, {"x": 9}], "c": 0}),
    ],
)
def test_ignored_changes_keep_the_old_value(path: str, kept: dict[str, object]) -> None:
    old: values.Props = {"a": 1, "b": [{"x": 2}, {"x": 3}]}
    new: values.Props = {"b": [{"x": 9}, {"x": 9}], "c": 0}
    expected = kept if path != "a" else {**kept, "c": 0}

    assert paths.ignore_changes(old, new, [path]) == (expected, [])
    assert new == {"b": [{"x": 9}, {"x": 9}], "c": 0}


def test_an_ignored_path_that_exists_on_one_side_only_is_named() -> None:
    assert paths.ignore_changes({}, {"tags": {"k": 1}}, ["tags.k"])[1] == ["tags.k"]


def _asset(**fields: str) -> values.Props:
    return {"code": signed(values.ASSET, **fields)}


def _hash(props: values.Props) -> object:
    code = props["code"]
    assert isinstance(code, dict)
    return code["hash"]


def test_assets_and_zip_files_are_hashed_by_their_bytes(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(b"zip")
    archive: values.Props = {"code": {values.SIGNATURE: values.ARCHIVE, "path": "a.zip"}}

    assert _hash(assets.with_hashes(_asset(text="hello"), tmp_path)) == hashlib.sha256(b"hello").hexdigest()
    assert _hash(assets.with_hashes(archive, tmp_path)) == hashlib.sha256(b"zip").hexdigest()


def test_a_folder_is_hashed_as_a_tar_of_sorted_names_and_bytes(tmp_path: Path) -> None:
    folder = tmp_path / "code"
    (folder / "deep").mkdir(parents=True)
    (folder / "b.py").write_text("b")
    (folder / "deep" / "a.py").write_text("a" * 600)
    props: values.Props = {"code": {values.SIGNATURE: values.ARCHIVE, "path": "code"}}

    first = _hash(assets.with_hashes(props, tmp_path))
    (folder / "b.py").chmod(0o777)
    again = _hash(assets.with_hashes(props, tmp_path))
    (folder / "b.py").write_text("c")

    assert first == again
    assert _hash(assets.with_hashes(props, tmp_path)) != first


def test_a_missing_asset_is_named(tmp_path: Path) -> None:
    with pytest.raises(assets.AssetError, match=r"gone\.py: No such file"):
        assets.with_hashes(_asset(path="gone.py"), tmp_path)


def test_the_tar_of_a_folder_can_be_read() -> None:
    info = tarfile.TarInfo("x.py")
    info.mode, info.size = 0o600, 1
    raw = assets.tar_header(info) + b"x".ljust(512, b"\0") + bytes(1024)

    with tarfile.open(fileobj=io.BytesIO(raw)) as tar:
        assert [(member.name, member.mode, member.mtime) for member in tar] == [("x.py", 0o600, 0)]
