"""Philox blocks, and uniforms of requests by what they are for."""

from generate.fixture import Files, Table, to_json
from generate.source import Source
from oracle.given_uniforms import inverse_cdf
from oracle.philox import philox4x32
from oracle.request_random import PURPOSES, RequestRandom

NAME = "philox-streams"

SEEDS = [0, 1, 42, 20261124, 2**32 - 1, 2**32, 2**53 - 1, -1, -(2**53 - 1), 2**63 + 5, 2**64 - 1]
REQUESTS = [0, 1, 7, 2**32 - 1]


def make() -> Files:
    """philox-streams.json."""
    source = Source(NAME)
    blocks = []
    for _ in range(100):
        counter = (source.word(), source.word(), source.word(), source.word())
        key = (source.word(), source.word())
        blocks.append({"counter": counter, "key": key, "block": philox4x32(counter, key)})
    return {
        f"{NAME}.json": to_json(
            NAME,
            "Philox4x32-10. `blocks`: block of a counter under a key. `uniforms`: n of the draw n / 2^53 for "
            "(committed length, purpose, stage, node, index). `matches`: the token that sample-match draws "
            "after the last node of a chain, by inverse cdf over ascending ids of weights / 2^20.",
            {
                "blocks": Table(blocks),
                "uniforms": Table(uniforms(source)),
                "matches": Table(matches(source)),
            },
        )
    }


def uniforms(source: Source) -> list[object]:
    """40 draws under every seed and request."""
    streams: list[object] = []
    for seed in SEEDS:
        for request in REQUESTS:
            random = RequestRandom.of(seed, request)
            draws = []
            for _ in range(20):
                what = (
                    source.choice([0, 1, source.below(1024), 2**32 - 1]),
                    source.choice(PURPOSES),
                    source.choice([0, 1, 255]),
                    source.choice([-1, 0, source.below(64)]),
                    source.choice([0, 1, source.below(1000), 2**22 - 1]),
                )
                draws.append([*what, int(random.uniform(*what) * 2**53)])
            streams.append({"seed": str(seed), "request": request, "draws": draws})
    return streams


def matches(source: Source) -> list[object]:
    """Sample-match is keyed by (absolute position, sample) alone."""
    drawn: list[object] = []
    for _ in range(100):
        seed, request = source.word(), source.below(4)
        committed, depth = source.below(500), source.below(5)
        weights = [source.below(2**20) for _ in range(source.between(2, 12))]
        uniform = RequestRandom.of(seed, request).uniform(committed + depth, "sample", 0, -1, 0)
        token = inverse_cdf([weight / 2**20 for weight in weights], uniform)
        drawn.append(
            {
                "seed": seed,
                "request": request,
                "committedLength": committed,
                "nodes": depth,
                "weights": weights,
                "token": token,
            }
        )
    return drawn
