"""Logits of the two embedded models."""

from pathlib import Path

from generate.fixture import Files
from generate.model_logits import make_logits
from generate.prompts import prompts

MODELS = Path(__file__).parents[2] / "packages" / "tiny-models" / "models"
TARGET, DRAFT = "logits-target", "logits-draft"


def make_target() -> Files:
    """logits-target.json and .bin."""
    return make("target", whole_rows=50)


def make_draft() -> Files:
    """logits-draft.json and .bin."""
    return make("draft", whole_rows=10)


def make(model: str, whole_rows: int) -> Files:
    """Both models read the same prompts."""
    path = MODELS / f"{model}.gguf"
    return make_logits(f"logits-{model}", f"the embedded {model} ({model}.gguf, Q8_0)", path, prompts(path), whole_rows)
