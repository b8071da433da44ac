"""The shipped generator that drafts the argmax and reports the soft distribution, on three tokens."""

from collections import Counter
from types import SimpleNamespace

import torch
from transformers import GenerationConfig
from transformers.generation.candidate_generator import SinglePositionMultiTokenCandidateGenerator
from transformers.generation.utils import _speculative_sampling

from oracle.every_draft import chain_drafts
from oracle.joint_law import round_law
from oracle.law import Law
from oracle.tokenwise import tokenwise
from peers.goodness_of_fit import fits

TARGET = (0.5, 0.3, 0.2)
DRAFT = (0.7, 0.2, 0.1)
DRAWS = 20_000


class Gemma4AssistantWithOneLaw:
    """An assistant model that always has the draft distribution; the generator takes it by its name."""

    device = torch.device("cpu")
    generation_config = GenerationConfig(num_assistant_tokens=1)

    def __call__(self, **_: object) -> SimpleNamespace:
        """Logits [1, 1, 3], and a hidden state."""
        return SimpleNamespace(logits=torch.tensor(DRAFT).log()[None, None], last_hidden_state=torch.zeros(1, 1, 1))


def shipped_candidate() -> tuple[torch.Tensor, torch.Tensor]:
    """One candidate and its logits, from the released class as it is."""
    generator = SinglePositionMultiTokenCandidateGenerator(
        assistant_model=Gemma4AssistantWithOneLaw(),
        target_model_input_embeddings=lambda token: torch.zeros(*token.shape, 1),
        generation_config=GenerationConfig(max_length=100, do_sample=True),
    )
    candidates: tuple[torch.Tensor, torch.Tensor] = generator.get_candidates(
        torch.zeros(1, 1, dtype=torch.long),
        model_kwargs={},
        model_outputs=SimpleNamespace(hidden_states=[torch.zeros(1, 1, 1)], shared_kv_states={}),
        is_first_iteration=False,
        n_last_matches=0,
    )
    return candidates


def biased_case() -> dict[str, object]:
    """The first token of 20,000 rounds: from the shipped candidates, and from sampled ones as the control."""
    torch.manual_seed(20261124)
    target = torch.tensor(TARGET).log().expand(1, 2, 3)
    law = dict(enumerate(TARGET))

    def first_tokens(candidates: list[torch.Tensor], logits: torch.Tensor) -> Counter[int]:
        drawn: Counter[int] = Counter()
        for candidate in candidates:
            emitted, _ = _speculative_sampling(candidate, logits, 1, target)
            drawn[int(emitted[0, 0])] += 1
        return drawn

    argmax, soft = shipped_candidate()
    shipped = first_tokens([argmax] * DRAWS, soft)
    samples = torch.multinomial(torch.tensor(DRAFT), DRAWS, replacement=True)
    sampled = first_tokens([torch.tensor([[0, int(token)]]) for token in samples], soft)
    shipped_fit, sampled_fit = fits(shipped, law, DRAWS), fits(sampled, law, DRAWS)
    predicted = predicted_law()
    return {
        "target": TARGET,
        "draft": DRAFT,
        "argmaxCandidate": {
            "shares": [shipped[token] / DRAWS for token in range(3)],
            "predicted": [round(mass, 4) for mass in predicted],
            **shipped_fit,
            "fitsPrediction": fits(shipped, dict(enumerate(predicted)), DRAWS)["fits"],
        },
        "sampledCandidate": {"shares": [sampled[token] / DRAWS for token in range(3)], **sampled_fit},
        # The audit does its work where it flags the shipped draft and passes the sampled one.
        "passed": not shipped_fit["fits"] and sampled_fit["fits"],
    }


def predicted_law() -> list[float]:
    """What the oracle's enumeration says of an argmax draft that is reported as soft."""
    target: Law = lambda _: TARGET  # noqa: E731
    argmax: Law = lambda _: (1.0, 0.0, 0.0)  # noqa: E731
    soft: Law = lambda _: DRAFT  # noqa: E731
    masses = [0.0, 0.0, 0.0]
    for tokens, probability in round_law(tokenwise, target, chain_drafts(argmax, 1, 3, soft)).items():
        masses[tokens[0]] += float(probability)
    return masses
