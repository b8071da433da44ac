"""The embedded family's float16 weights in transformers, in float32."""

import json
import shutil
from pathlib import Path
from tempfile import TemporaryDirectory

import torch
from transformers import LlamaForCausalLM


def load(folder: Path, name: str) -> LlamaForCausalLM:
    """NAME.safetensors and NAME.config.json, under the names that transformers looks for."""
    with TemporaryDirectory() as temporary:
        for source, wanted in ((".safetensors", "model.safetensors"), (".config.json", "config.json")):
            shutil.copy(folder / f"{name}{source}", Path(temporary) / wanted)
        model = LlamaForCausalLM.from_pretrained(temporary, dtype=torch.float32)
    return model.eval()


def fixture_prompts(fixtures: Path) -> list[list[int]]:
    """The prompts of the embedded models' fixtures."""
    entries = json.loads((fixtures / "logits-target.json").read_text())["prompts"]
    return [entry["tokens"] for entry in entries]
