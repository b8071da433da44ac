"""A reader of safetensors files: an 8-byte header length, a JSON header, then the tensors' bytes."""

import json
from pathlib import Path

import numpy as np
from numpy.typing import NDArray


def read_safetensors(path: Path) -> dict[str, NDArray[np.float32]]:
    """Every tensor as float32. F32, F16 and BF16 only."""
    data = path.read_bytes()
    length = int.from_bytes(data[:8], "little")
    header = json.loads(data[8 : 8 + length])
    header.pop("__metadata__", None)
    tensors = {}
    for name, entry in header.items():
        begin, end = entry["data_offsets"]
        raw = data[8 + length + begin : 8 + length + end]
        tensors[name] = _decode(raw, entry["dtype"], name).reshape(entry["shape"])
    return tensors


def _decode(raw: bytes, dtype: str, name: str) -> NDArray[np.float32]:
    match dtype:
        case "F32":
            return np.frombuffer(raw, "<f4")
        case "F16":
            return np.frombuffer(raw, "<f2").astype(np.float32)
        case "BF16":
            # The upper half of a float32.
            return (np.frombuffer(raw, "<u2").astype(np.uint32) << 16).view(np.float32)
    raise ValueError(f"Tensor {name} has type {dtype}; this reads F32, F16 and BF16.")
