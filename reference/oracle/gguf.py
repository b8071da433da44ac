"""A reader of GGUF files, versions 2 and 3 (the format's specification is docs/gguf.md of ggml)."""

import struct
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from oracle.blocks import decode_q4_0, decode_q8_0

Value = int | float | bool | str | list["Value"]

SCALARS = {
    0: "<B",
    1: "<b",
    2: "<H",
    3: "<h",
    4: "<I",
    5: "<i",
    6: "<f",
    7: "<?",
    10: "<Q",
    11: "<q",
    12: "<d",
}
STRING, ARRAY = 8, 9

F32, F16, Q4_0, Q8_0 = 0, 1, 2, 8
# Tensor type: values a block, bytes a block.
BLOCKS = {F32: (1, 4), F16: (1, 2), Q4_0: (32, 18), Q8_0: (32, 34)}


@dataclass(frozen=True)
class Gguf:
    """A file's metadata, and its tensors as float32 with the slowest dimension first."""

    metadata: dict[str, Value]
    tensors: dict[str, NDArray[np.float32]]


class _Cursor:
    """Reads little-endian values one after another."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0

    def scalar(self, layout: str) -> int | float | bool:
        (value,) = struct.unpack_from(layout, self.data, self.at)
        self.at += struct.calcsize(layout)
        result: int | float | bool = value
        return result

    def count(self, layout: str = "<Q") -> int:
        return int(self.scalar(layout))

    def string(self) -> str:
        length = self.count()
        self.at += length
        return self.data[self.at - length : self.at].decode()

    def value(self, kind: int) -> Value:
        if kind == STRING:
            return self.string()
        if kind == ARRAY:
            inner, length = self.count("<I"), self.count()
            return [self.value(inner) for _ in range(length)]
        return self.scalar(SCALARS[kind])


def read_gguf(path: Path) -> Gguf:
    """The whole file, every tensor dequantised. F32, F16, Q4_0 and Q8_0 tensors only."""
    cursor = _Cursor(path.read_bytes())
    if cursor.data[:4] != b"GGUF":
        raise ValueError(f"{path} is not a GGUF file.")
    cursor.at = 4
    version = cursor.count("<I")
    if version not in (2, 3):
        raise ValueError(f"{path} is GGUF version {version}; this reads 2 and 3.")
    tensor_count, entry_count = cursor.count(), cursor.count()
    metadata: dict[str, Value] = {}
    for _ in range(entry_count):
        key = cursor.string()
        metadata[key] = cursor.value(cursor.count("<I"))
    places = []
    for _ in range(tensor_count):
        name = cursor.string()
        # Dimensions come fastest first.
        shape = [cursor.count() for _ in range(cursor.count("<I"))][::-1]
        places.append((name, shape, cursor.count("<I"), cursor.count()))
    alignment = metadata.get("general.alignment", 32)
    assert isinstance(alignment, int)
    start = -(-cursor.at // alignment) * alignment
    return Gguf(
        metadata,
        {name: _tensor(cursor.data, shape, kind, start + offset, name) for name, shape, kind, offset in places},
    )


def _tensor(data: bytes, shape: list[int], kind: int, offset: int, name: str) -> NDArray[np.float32]:
    if kind not in BLOCKS:
        raise ValueError(f"Tensor {name} has type {kind}; this reads F32, F16, Q4_0 and Q8_0.")
    values, size = BLOCKS[kind]
    count = int(np.prod(shape, dtype=np.int64))
    raw = np.frombuffer(data, np.uint8, count // values * size, offset)
    if kind == F32:
        flat = raw.view("<f4")
    elif kind == F16:
        flat = raw.view("<f2").astype(np.float32)
    else:
        flat = decode_q8_0(raw) if kind == Q8_0 else decode_q4_0(raw)
    return flat.reshape(shape)
