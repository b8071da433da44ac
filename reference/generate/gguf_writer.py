"""A writer of GGUF version 3, for the models that fixtures bring along."""

import struct
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from oracle.blocks import encode_q4_0, encode_q8_0
from oracle.gguf import F16, F32, Q4_0, Q8_0

ALIGNMENT = 32
UINT32, FLOAT32, BOOL, STRING, ARRAY, INT32 = 4, 6, 7, 8, 9, 5

Entry = int | float | bool | str | list[str] | list[int]


@dataclass(frozen=True)
class Tensor:
    """Values with the slowest dimension first, and the type to write them in."""

    values: NDArray[np.float32]
    kind: int

    def encoded(self) -> bytes:
        """The bytes in the file."""
        flat = self.values.reshape(-1)
        match self.kind:
            case 0:
                return flat.astype("<f4").tobytes()
            case 1:
                return flat.astype("<f2").tobytes()
            case 2:
                return encode_q4_0(flat).tobytes()
            case 8:
                return encode_q8_0(flat).tobytes()
        raise ValueError(f"There is no writer for tensors of type {self.kind}.")


def write_gguf(metadata: dict[str, Entry], tensors: dict[str, Tensor]) -> bytes:
    """The whole file."""
    head = b"GGUF" + struct.pack("<IQQ", 3, len(tensors), len(metadata))
    for key, entry in metadata.items():
        head += _string(key) + _entry(entry)
    offset = 0
    data = b""
    for name, tensor in tensors.items():
        shape = tensor.values.shape[::-1]
        head += _string(name) + struct.pack(f"<I{len(shape)}QIQ", len(shape), *shape, tensor.kind, offset)
        data += _padded(tensor.encoded())
        offset = len(data)
    return _padded(head) + data


def _padded(data: bytes) -> bytes:
    return data + b"\0" * (-len(data) % ALIGNMENT)


def _string(text: str) -> bytes:
    encoded = text.encode()
    return struct.pack("<Q", len(encoded)) + encoded


def _entry(entry: Entry) -> bytes:
    # A bool is an int to Python, so it is asked first.
    if isinstance(entry, bool):
        return struct.pack("<I?", BOOL, entry)
    if isinstance(entry, int):
        return struct.pack("<II", UINT32, entry)
    if isinstance(entry, float):
        return struct.pack("<If", FLOAT32, entry)
    if isinstance(entry, str):
        return struct.pack("<I", STRING) + _string(entry)
    inner = STRING if isinstance(entry[0], str) else INT32
    items = [_string(item) if isinstance(item, str) else struct.pack("<i", item) for item in entry]
    return struct.pack("<IIQ", ARRAY, inner, len(entry)) + b"".join(items)


__all__ = ["F16", "F32", "Q4_0", "Q8_0", "Tensor", "write_gguf"]
