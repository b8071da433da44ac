"""The readers: one model, however it is written, has the same logits."""

from pathlib import Path

import numpy as np
import pytest

from oracle.gguf import read_gguf
from oracle.load_model import load_gguf, load_hugging_face
from tests.tiny_llama import hugging_face_tensors, write_hugging_face, write_llama_gguf

TOKENS = [3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5]


@pytest.mark.parametrize("family", ["llama", "qwen2"])
def test_gguf_and_safetensors_of_one_model_agree(family: str, tmp_path: Path) -> None:
    tensors = hugging_face_tensors(1, biases=family == "qwen2")
    from_hugging_face = load_hugging_face(*write_hugging_face(tmp_path, family, tensors, "F32"))
    from_gguf = load_gguf(write_llama_gguf(tmp_path, family, tensors))
    assert np.abs(from_hugging_face.logits(TOKENS) - from_gguf.logits(TOKENS)).max() < 1e-4


def test_llama_rows_that_were_not_reordered_are_caught(tmp_path: Path) -> None:
    # The negative control: read as qwen2, the same file turns the wrong pairs.
    tensors = hugging_face_tensors(1, biases=False)
    from_hugging_face = load_hugging_face(*write_hugging_face(tmp_path, "llama", tensors, "F32"))
    path = write_llama_gguf(tmp_path, "llama", tensors)
    path.write_bytes(path.read_bytes().replace(b"llama", b"qwen2"))
    assert np.abs(from_hugging_face.logits(TOKENS) - load_gguf(path).logits(TOKENS)).max() > 1e-2


@pytest.mark.parametrize(("dtype", "digits"), [("F16", 11), ("BF16", 7)])
def test_half_precision_weights_are_near(dtype: str, digits: int, tmp_path: Path) -> None:
    tensors = hugging_face_tensors(2, biases=False)
    exact = load_hugging_face(*write_hugging_face(tmp_path, "llama", tensors, "F32"))
    rounded = load_hugging_face(*write_hugging_face(tmp_path, "llama", tensors, dtype))
    assert 0 < np.abs(exact.embedding - rounded.embedding).max() <= 2.0**-digits


def test_an_output_head_of_its_own_is_used(tmp_path: Path) -> None:
    tensors = hugging_face_tensors(3, biases=False)
    tied = load_hugging_face(*write_hugging_face(tmp_path, "llama", tensors, "F32")).logits(TOKENS)
    tensors["lm_head.weight"] = 2 * tensors["model.embed_tokens.weight"]
    own = load_hugging_face(*write_hugging_face(tmp_path, "llama", tensors, "F32")).logits(TOKENS)
    assert np.allclose(own, 2 * tied, rtol=1e-5, atol=1e-5)


def test_files_that_are_something_else_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "model.gguf"
    path.write_bytes(b"PK\x03\x04 and so on, long enough to be read")
    with pytest.raises(ValueError, match="is not a GGUF file"):
        read_gguf(path)
    path.write_bytes(b"GGUF" + (1).to_bytes(4, "little") + bytes(16))
    with pytest.raises(ValueError, match="is GGUF version 1"):
        read_gguf(path)
    weights, config = write_hugging_face(tmp_path, "gpt2", hugging_face_tensors(4, biases=False), "F32")
    with pytest.raises(ValueError, match="is of a gpt2 model"):
        load_hugging_face(weights, config)
