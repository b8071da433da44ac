"""The folder of fixtures and its manifest."""

import json
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path

from generate import (
    chain_outcomes,
    embedded_logits,
    head_steps,
    onnx_outputs,
    philox_streams,
    probabilities,
    quantised_blocks,
    qwen2_model,
    special_functions,
    tree_outcomes,
)
from generate.fixture import Files, command

FOLDER = Path(__file__).parents[1] / "fixtures"
MANIFEST = FOLDER / "manifest.json"

generators: dict[str, Callable[[], Files]] = {
    philox_streams.NAME: philox_streams.make,
    quantised_blocks.NAME: quantised_blocks.make,
    probabilities.NAME: probabilities.make,
    chain_outcomes.NAME: chain_outcomes.make,
    tree_outcomes.NAME: tree_outcomes.make,
    embedded_logits.TARGET: embedded_logits.make_target,
    embedded_logits.DRAFT: embedded_logits.make_draft,
    head_steps.NAME: head_steps.make,
    qwen2_model.NAME: qwen2_model.make,
    special_functions.NAME: special_functions.make,
    onnx_outputs.NAME: onnx_outputs.make,
}


def write_fixtures(names: list[str]) -> Iterator[str]:
    """Writes the files of some fixtures and their entries in the manifest; yields the file names."""
    FOLDER.mkdir(exist_ok=True)
    entries = json.loads(MANIFEST.read_text())["files"] if MANIFEST.exists() else {}
    for name in names:
        for file, contents in generators[name]().items():
            (FOLDER / file).write_bytes(contents)
            entries[file] = {
                "sha256": sha256(contents).hexdigest(),
                "bytes": len(contents),
                "command": command(name),
            }
            yield file
    lines = [f"    {json.dumps(file)}: {json.dumps(entry)}" for file, entry in sorted(entries.items())]
    MANIFEST.write_text('{\n  "files": {\n' + ",\n".join(lines) + "\n  }\n}\n", newline="\n")


def changed_fixtures() -> list[str]:
    """One line for every file that is missing, edited, or not what its generator makes now."""
    entries = json.loads(MANIFEST.read_text())["files"] if MANIFEST.exists() else {}
    problems = []
    for name, make in generators.items():
        for file, contents in make().items():
            path = FOLDER / file
            if not path.exists() or file not in entries:
                problems.append(f"{file} is missing; make it with: {command(name)}")
            elif sha256(path.read_bytes()).hexdigest() != entries[file]["sha256"]:
                problems.append(f"{file} was edited: its hash is not the manifest's. Make it with: {command(name)}")
            elif comparable(file, path.read_bytes()) != comparable(file, contents):
                problems.append(f"{file} changes when it is made anew. If that is meant: {command(name)}")
    return problems


def comparable(file: str, contents: bytes) -> object:
    """The contents without the versions that made them, which may differ between machines."""
    if not file.endswith(".json"):
        return contents
    fields = json.loads(contents)
    del fields["madeWith"]
    return fields
