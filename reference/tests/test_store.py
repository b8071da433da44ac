"""Writing fixtures, and noticing what happened to them."""

from pathlib import Path

import pytest

from generate import store
from generate.fixture import Files, Table, to_json


@pytest.fixture
def numbers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """A fixture `numbers` of a list that the test may change; its folder is a temporary one."""
    listed = [1, 2]

    def make() -> Files:
        return {"numbers.json": to_json("numbers", "Numbers.", {"rows": Table(listed)}), "numbers.bin": bytes(listed)}

    monkeypatch.setattr(store, "FOLDER", tmp_path)
    monkeypatch.setattr(store, "MANIFEST", tmp_path / "manifest.json")
    monkeypatch.setattr(store, "generators", {"numbers": make})
    return listed


def test_what_was_written_is_unchanged(numbers: list[int]) -> None:
    assert numbers
    assert list(store.write_fixtures(["numbers"])) == ["numbers.json", "numbers.bin"]
    assert store.changed_fixtures() == []


def test_missing_edited_and_changed_files_are_named(numbers: list[int]) -> None:
    command = "npm run reference -- --write numbers"
    assert store.changed_fixtures() == [
        f"numbers.json is missing; make it with: {command}",
        f"numbers.bin is missing; make it with: {command}",
    ]
    list(store.write_fixtures(["numbers"]))
    numbers.append(3)
    assert store.changed_fixtures() == [
        f"numbers.json changes when it is made anew. If that is meant: {command}",
        f"numbers.bin changes when it is made anew. If that is meant: {command}",
    ]
    numbers.pop()
    (store.FOLDER / "numbers.bin").write_bytes(b"\x01\x07")
    assert store.changed_fixtures() == [
        f"numbers.bin was edited: its hash is not the manifest's. Make it with: {command}"
    ]


def test_another_version_of_python_is_no_change(numbers: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    assert numbers
    list(store.write_fixtures(["numbers"]))
    monkeypatch.setattr("generate.fixture.made_with", lambda: {"python": "4.0", "numpy": "9"})
    assert store.changed_fixtures() == []
