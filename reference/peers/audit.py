"""transformers' sampling verifier, `_speculative_sampling`, on the embedded models' own distributions."""

from collections import Counter
from functools import cache

import torch
from transformers import LlamaForCausalLM
from transformers.generation.utils import _speculative_sampling

from peers.goodness_of_fit import fits

TOP_K = 6
DRAFTED = 2
DRAWS = 20_000


def audit(target: LlamaForCausalLM, draft: LlamaForCausalLM, prompt: list[int]) -> dict[str, object]:
    """The joint law of the first two tokens of a round, against the target's, top-k 6 at temperature 1.

    The drafts are sampled, as its draft models do it; a round that emits one token goes on with the target's
    next one.
    """
    torch.manual_seed(20261124)

    @cache
    def row(which: str, continuation: tuple[int, ...]) -> torch.Tensor:
        """Logits after the prompt and a continuation; -inf beyond the top k."""
        model = target if which == "target" else draft
        with torch.no_grad():
            logits = model(torch.tensor([[*prompt, *continuation]])).logits[0, -1]
        cut = torch.full_like(logits, -torch.inf)
        largest = logits.topk(TOP_K).indices
        cut[largest] = logits[largest]
        return cut

    @cache
    def masses(which: str, continuation: tuple[int, ...]) -> torch.Tensor:
        return row(which, continuation).softmax(dim=-1)

    def sample(which: str, continuation: tuple[int, ...]) -> int:
        return int(torch.multinomial(masses(which, continuation), 1))

    counts: Counter[tuple[int, ...]] = Counter()
    for _ in range(DRAWS):
        drafted: tuple[int, ...] = ()
        for _ in range(DRAFTED):
            drafted = (*drafted, sample("draft", drafted))
        prefixes = [drafted[:length] for length in range(DRAFTED + 1)]
        emitted, _ = _speculative_sampling(
            torch.tensor([[*prompt, *drafted]]),
            torch.stack([row("draft", prefix) for prefix in prefixes[:-1]])[None],
            DRAFTED,
            torch.stack([row("target", prefix) for prefix in prefixes])[None],
        )
        tokens = tuple(emitted[0].tolist())[:DRAFTED]
        while len(tokens) < DRAFTED:
            tokens = (*tokens, sample("target", tokens))
        counts[tokens] += 1

    law = {}
    for token in masses("target", ()).nonzero().flatten().tolist():
        for following in masses("target", (token,)).nonzero().flatten().tolist():
            law[token, following] = float(masses("target", ())[token] * masses("target", (token,))[following])
    result = fits(counts, law, DRAWS)
    return {
        "topK": TOP_K,
        "drafted": DRAFTED,
        **result,
        # Tokens, how often they came, how often they should.
        "counts": [[*tokens, counts[tokens], round(mass * DRAWS, 2)] for tokens, mass in law.items()],
        "passed": result["fits"],
    }
