"""A random llama model as Hugging Face files and as GGUF, written by two different recipes."""

import json
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from generate.gguf_writer import F32, Entry, Tensor, write_gguf
from generate.source import Source
from oracle.load_model import NORMS, PROJECTIONS

WIDTH, HEADS, GROUPS, INNER, LAYERS, VOCABULARY = 32, 4, 2, 48, 2, 40
HEAD_WIDTH = WIDTH // HEADS
Tensors = dict[str, NDArray[np.float32]]


def hugging_face_tensors(seed: int, biases: bool) -> Tensors:
    source = Source(f"tiny llama {seed}")

    def uniform(*shape: int) -> NDArray[np.float32]:
        values = [source.uniform() - 0.5 for _ in range(int(np.prod(shape)))]
        return np.array(values, dtype=np.float32).reshape(shape)

    shapes = {
        "query": (WIDTH, WIDTH),
        "key": (GROUPS * HEAD_WIDTH, WIDTH),
        "value": (GROUPS * HEAD_WIDTH, WIDTH),
        "attention_output": (WIDTH, WIDTH),
        "gate": (INNER, WIDTH),
        "up": (INNER, WIDTH),
        "down": (WIDTH, INNER),
    }
    tensors = {"model.embed_tokens.weight": uniform(VOCABULARY, WIDTH), "model.norm.weight": 1 + uniform(WIDTH)}
    for layer in range(LAYERS):
        for ours, shape in shapes.items():
            name = f"model.layers.{layer}.{PROJECTIONS[ours][1]}"
            tensors[f"{name}.weight"] = uniform(*shape)
            if biases and ours in ("query", "key", "value"):
                tensors[f"{name}.bias"] = uniform(shape[0])
        for _, name in NORMS.values():
            tensors[f"model.layers.{layer}.{name}.weight"] = 1 + uniform(WIDTH)
    return tensors


def write_hugging_face(folder: Path, family: str, tensors: Tensors, dtype: str) -> tuple[Path, Path]:
    """model.safetensors in F32, F16 or BF16, and config.json."""
    header: dict[str, object] = {"__metadata__": {"made": "for a test"}}
    data = b""
    for name, values in tensors.items():
        match dtype:
            case "F16":
                raw = values.astype("<f2").tobytes()
            case "BF16":
                raw = (values.view(np.uint32) >> 16).astype("<u2").tobytes()
            case _:
                raw = values.astype("<f4").tobytes()
        offsets = [len(data), len(data) + len(raw)]
        header[name] = {"dtype": dtype, "shape": values.shape, "data_offsets": offsets}
        data += raw
    encoded = json.dumps(header).encode()
    weights, config = folder / "model.safetensors", folder / "config.json"
    weights.write_bytes(len(encoded).to_bytes(8, "little") + encoded + data)
    config.write_text(
        json.dumps(
            {
                "model_type": family,
                "num_attention_heads": HEADS,
                "num_key_value_heads": GROUPS,
                "num_hidden_layers": LAYERS,
                "rms_norm_eps": 1e-5,
                "rope_theta": 10000.0,
            }
        )
    )
    return weights, config


def write_llama_gguf(folder: Path, family: str, tensors: Tensors) -> Path:
    """The same model under ggml's names; for llama with the rows of every head reordered to neighbours."""
    metadata: dict[str, Entry] = {
        "general.architecture": family,
        f"{family}.attention.head_count": HEADS,
        f"{family}.attention.head_count_kv": GROUPS,
        f"{family}.attention.layer_norm_rms_epsilon": 1e-5,
        f"{family}.rope.freq_base": 10000.0,
        f"{family}.block_count": LAYERS,
    }
    names = {"model.embed_tokens": "token_embd", "model.norm": "output_norm", "lm_head": "output"}
    for layer in range(LAYERS):
        for theirs, hugging_face in [*PROJECTIONS.values(), *NORMS.values()]:
            names[f"model.layers.{layer}.{hugging_face}"] = f"blk.{layer}.{theirs}"
    renamed = {}
    for name, values in tensors.items():
        stem, _, kind = name.rpartition(".")
        if family == "llama" and stem.endswith(("q_proj", "k_proj")):
            values = neighbours(values)
        renamed[f"{names[stem]}.{kind}"] = Tensor(values, F32)
    path = folder / "model.gguf"
    path.write_bytes(write_gguf(metadata, renamed))
    return path


def neighbours(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    """Row 2i of a head becomes what was row i, row 2i + 1 what was row i + half."""
    half = HEAD_WIDTH // 2
    order = [
        head * HEAD_WIDTH + pair + half * second
        for head in range(len(rows) // HEAD_WIDTH)
        for pair in range(half)
        for second in (0, 1)
    ]
    return rows[order]
