"""python -m peers MODELS OURS: compares, prints, and writes results/peers.json."""

import json
import platform
import sys
from importlib.metadata import version
from pathlib import Path

import torch

from generate.machine import commit, machine
from peers.audit import audit
from peers.biased import biased_case
from peers.greedy import compare_greedy
from peers.logits import compare_logits
from peers.models import fixture_prompts, load

HOME = Path(__file__).parents[1]
AUDITED_PROMPT = 2


def main(models: Path, ours: Path) -> int:
    """The exit status: 1 where something differs."""
    # One thread: the order of every sum is then the same in every run.
    torch.set_num_threads(1)
    target, draft = load(models, "target"), load(models, "draft")
    prompts = fixture_prompts(HOME / "fixtures")
    comparisons: dict[str, dict[str, object]] = {
        "logitsOfTarget": compare_logits(models, "target", target, prompts),
        "logitsOfDraft": compare_logits(models, "draft", draft, prompts),
        "greedyText": compare_greedy(json.loads(ours.read_text()), target, draft),
        "samplingVerifier": audit(target, draft, prompts[AUDITED_PROMPT]),
        "argmaxCandidateWithSoftLabel": biased_case(),
    }
    record = {
        "command": "npm run reference -- --peers MODELS",
        "commit": commit(),
        "machine": machine(),
        "versions": {
            "python": platform.python_version(),
            **{name: version(name) for name in ("numpy", "scipy", "torch", "transformers")},
        },
        **comparisons,
    }
    text = json.dumps(record, indent=2) + "\n"
    (HOME / "results" / "peers.json").write_text(text, newline="\n")
    print(text)
    failed = [name for name, comparison in comparisons.items() if not comparison["passed"]]
    print(f"Peers: {', '.join(failed)} differ." if failed else "Peers: all as they should be.")
    return 1 if failed else 0


sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2])))
