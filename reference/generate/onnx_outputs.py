"""What ONNX's reference evaluator makes of the graphs that the TypeScript generates, each one checked first."""

import subprocess
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import ModelProto, TensorProto

from generate.fixture import Files, Table, made_with, to_json
from generate.source import Source
from oracle.onnx_evaluator import Evaluator, checked

NAME = "onnx-outputs"
ROOT = Path(__file__).parents[2]
WRITER = "test/standalone/reference/write-onnx-graphs.ts"
CAPACITY = 24
PROMPT, NODES = 5, 3
PARENTS = (-1, 0, 0)
MASKED = -30_000.0
TYPES = {np.dtype(np.int64): "int64", np.dtype(np.int32): "int32", np.dtype(np.float32): "float32"}

Array = NDArray[Any]
Inputs = dict[str, Array]


def make() -> Files:
    """onnx-outputs.json."""
    with TemporaryDirectory() as folder:
        subprocess.run(["node", "--import", "tsx", WRITER, folder], cwd=ROOT, check=True)
        cases = [case(path) for path in sorted(Path(folder).glob("*.onnx"))]
    return {
        f"{NAME}.json": to_json(
            NAME,
            "Logits of generated graphs of small random models by onnx.reference, after onnx.checker with full_check. "
            "float32 is float64 here, so that the numbers do not hang on the order of a sum; float16 rounds as it "
            "does in the graph. Every graph (`sha256` of its file) runs two passes, the first on a cache of zeros, "
            "[heads, slots, width], the second on what was present after the first. Inputs: type, shape, values.",
            {"madeWith": {**made_with(), "onnx": onnx.__version__}, "cases": Table(cases)},
        )
    }


def case(path: Path) -> dict[str, object]:
    """Two passes of one graph."""
    model = checked(path)
    evaluator = Evaluator(model)
    cache = empty_cache(model)
    heads, slots, width = next(iter(cache.values())).shape[1:]
    passes: list[object] = []
    for inputs in passes_of(path.stem, set(evaluator.names)):
        outputs = evaluator.run({**inputs, **cache})
        cache = {name: outputs[name.replace("past_key_values", "present")] for name in cache}
        logits = outputs["logits"]
        passes.append(
            {
                "inputs": {name: described(value) for name, value in inputs.items()},
                "logits": [round(value, 5) for value in logits.reshape(-1).tolist()],
            }
        )
    return {
        "graph": path.stem,
        "sha256": sha256(path.read_bytes()).hexdigest(),
        "cache": [heads, slots, width],
        "passes": passes,
    }


def empty_cache(model: ModelProto) -> Inputs:
    """Zeros; no slots where the cache grows with the tokens."""
    cache = {}
    for value in model.graph.input:
        if value.name.startswith("past_key_values"):
            kind = value.type.tensor_type
            _, heads, slots, width = kind.shape.dim
            shape = (1, heads.dim_value, CAPACITY if slots.dim_param == "capacity" else 0, width.dim_value)
            cache[value.name] = np.zeros(shape, np.float16 if kind.elem_type == TensorProto.FLOAT16 else np.float64)
    return cache


def passes_of(graph: str, names: set[str]) -> list[Inputs]:
    """A prompt; then a tree where the graph takes one, otherwise three more tokens."""
    source = Source(f"{NAME}/{graph}")
    prompt = chain(source, 0, PROMPT)
    further = chain(source, PROMPT, NODES)
    if "attention_bias" in names:
        total = PROMPT + NODES
        bias = np.full((NODES, total), MASKED, np.float32)
        for node, parent in enumerate(PARENTS):
            bias[node] = bias[parent] if parent >= 0 else np.where(np.arange(total) < PROMPT, 0, MASKED)
            bias[node, PROMPT + node] = 0
        further["attention_bias"] = bias[None, None]
        further["position_ids"] = np.array([[PROMPT, PROMPT + 1, PROMPT + 1]])
    return [{name: value for name, value in inputs.items() if name in names} for inputs in (prompt, further)]


def chain(source: Source, past: int, count: int) -> Inputs:
    """Whatever any layout asks of a pass of a chain."""
    total = past + count
    return {
        "input_ids": np.array([[source.below(64) for _ in range(count)]]),
        "position_ids": np.arange(past, total)[None],
        "attention_bias": np.zeros((1, 1, count, total), np.float32),
        "attention_mask": np.ones((1, total), np.int64),
        "num_logits_to_keep": np.array(2),
        "seqlens_k": np.array([total - 1], np.int32),
        "total_sequence_length": np.array(total, np.int32),
        "rows": np.array([count - 2, count - 1]),
    }


def described(value: Array) -> list[object]:
    """Type, shape, values."""
    return [TYPES[value.dtype], value.shape, value.reshape(-1).tolist()]
