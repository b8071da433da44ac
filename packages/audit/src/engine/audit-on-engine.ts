import { createRequestRandom, type LanguageModel, type LogitsTransform } from '@foretoken/core';
import { errorText } from '../subject/error-text.js';
import type { AuditSubject } from '../subject/audit-subject.js';
import type { Prefix } from './choose-prefixes.js';
import { ContinuationNode } from './continuation-tree.js';
import { type Draw, drawBlocks } from './draw-blocks.js';
import { closeLoops, openLoops } from './draw-loops.js';
import { type FirstTokenLaw, FirstTokenWatch } from './first-token-watch.js';
import type { LawReader } from './law-reader.js';
import { type CubeParts, type PlaceLaw, PlaceWatch } from './place-watch.js';
import { type TokenOrder, tokenOrders } from './token-place.js';
import { findWorstToken, type WorstToken } from './worst-token.js';

/** `rows reused`: rows are read once a history. `own passes`: every draw has its own passes and rollbacks. */
export type EngineMode = 'rows reused' | 'own passes';

export interface EngineAuditOptions {
  readonly mode: EngineMode;
  readonly prefixes: readonly Prefix[];
  /** The law to follow, read by 1 or more that read side by side; the caller closes them. */
  readonly laws: readonly [LawReader, ...LawReader[]];
  /** The subject's settings, compiled for its own passes. */
  readonly transform: LogitsTransform;
  readonly draws: number;
  readonly seed: number;
  /** Of the intervals. */
  readonly confidence: number;
  /** Decode loops that draw side by side, 1 or more; default 1. The models have two sequences for each. */
  readonly loops?: number | undefined;
  /** True where a prefix costs nothing to read, as in `BlockOptions`. Default false. */
  readonly freePrefixes?: boolean | undefined;
  /** Draws of a block; default 512. */
  readonly blockSize?: number | undefined;
  readonly parts: CubeParts;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((done: number) => void) | undefined;
  /** Sees every draw's places; for watches that span several subjects. */
  readonly onPlaces?: ((places: TokenPlaces) => void) | undefined;
}

/** Places of a draw's tokens in each order; undefined where the target cannot draw the token. */
type TokenPlaces = Readonly<Record<TokenOrder, readonly (number | undefined)[]>>;

/** What the draws of one subject on one engine showed. */
export interface EngineAudit {
  readonly subject: string;
  readonly engine: LanguageModel['capabilities']['engine'];
  readonly mode: EngineMode;
  /** The prefixes' texts, in the order of their indices. */
  readonly prefixes: readonly string[];
  readonly draws: number;
  readonly places: readonly PlaceLaw[];
  readonly firstToken: FirstTokenLaw | undefined;
  /** For each position, where the laws look suspicious. */
  readonly worstTokens: readonly WorstToken[];
  readonly milliseconds: number;
  /** Why it ended before its planned draws, where an error ended it. */
  readonly error: string | undefined;
}

/** Tokens whose joint law is audited. */
const auditedTokens = 3;
/** Worth naming a token for: the verdict has its own, smaller alpha. */
const suspicious = 1e-4;

/**
 * Layer 2: continuations of random prefixes by a real model, its cache and its rollback, against the target's own
 * probabilities given each draw's history. An error ends the draws; what was counted until then is kept.
 */
export async function auditOnEngine(
  createSubject: () => AuditSubject,
  options: EngineAuditOptions,
): Promise<EngineAudit> {
  const { prefixes, laws, draws, seed, confidence, signal } = options;
  const [law] = laws;
  const watch = new PlaceWatch({ parts: options.parts, planned: draws, confidence });
  const roots = prefixes.map(({ tokens }) => new ContinuationNode(tokens));
  const random = createRequestRandom({ seed, request: 0xffff_fffe });
  // For its name and its models; the loops have their own.
  const subject = createSubject();
  const start = performance.now();
  let firstToken: FirstTokenWatch | undefined;
  let done = 0;
  let error: string | undefined;
  try {
    if (options.mode === 'rows reused') {
      firstToken = await FirstTokenWatch.create(prefixes, law, { planned: draws, confidence });
    }
    const { transform, blockSize = 512, loops: count = 1, freePrefixes } = options;
    const loops = await openLoops(createSubject, transform, count);
    try {
      const drawn = { loops, prefixes, draws, blockSize, count: auditedTokens, seed, freePrefixes, signal };
      for await (const block of drawBlocks(drawn)) {
        const placed = await placeSideBySide(laws, block, ({ request, prefix, tokens }, reader) => {
          const shares = tokens.map((_, index) => random.round(request).uniform('sample', 0, index, 0));
          return placesOf(roots[prefix] as ContinuationNode, tokens, shares, reader, options.mode);
        });
        for (const [index, { prefix, tokens }] of block.entries()) {
          const places = placed[index] as TokenPlaces;
          watch.observe(places);
          options.onPlaces?.(places);
          firstToken?.observe(prefix, tokens[0] as number);
        }
        done += block.length;
        options.onProgress?.(done);
        // Lets timers and Ctrl-C in: known rows never leave the microtasks.
        await new Promise((resolve) => setImmediate(resolve));
      }
    } finally {
      await closeLoops(loops);
    }
  } catch (thrown) {
    error = errorText(thrown);
  }
  const places = watch.results();
  const first = firstToken?.result();
  const milliseconds = performance.now() - start;
  const worstTokens: WorstToken[] = [];
  const { tokenizer } = subject.models.target;
  if ([...places, first].some((found) => found !== undefined && found.pValue < suspicious)) {
    for (let position = 1; position <= auditedTokens; position++) {
      const worst = await findWorstToken(roots, position, law, tokenizer);
      if (worst !== undefined) worstTokens.push(worst);
    }
  }
  return {
    subject: subject.name,
    engine: subject.models.target.capabilities.engine,
    mode: options.mode,
    prefixes: prefixes.map(({ tokens }) => tokenizer.decode(tokens)),
    draws: done,
    places,
    firstToken: first,
    worstTokens,
    milliseconds,
    error,
  };
}

/** The places of a block's draws, in their order: each reader takes the next draw that none has taken. */
async function placeSideBySide(
  laws: readonly LawReader[],
  block: readonly Draw[],
  place: (draw: Draw, law: LawReader) => Promise<TokenPlaces>,
): Promise<readonly TokenPlaces[]> {
  const placed: TokenPlaces[] = [];
  const left = block.entries();
  const results = await Promise.allSettled(
    laws.map(async (law) => {
      for (const [index, draw] of left) placed[index] = await place(draw, law);
    }),
  );
  // After all have come to rest: one that is left running would hold what the caller closes.
  const failed = results.find((result) => result.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
  return placed;
}

/** Randomised transforms of a continuation's tokens, given what came before each; counts the visits. */
async function placesOf(
  root: ContinuationNode,
  tokens: readonly number[],
  shares: readonly number[],
  law: LawReader,
  mode: EngineMode,
): Promise<TokenPlaces> {
  const found: Record<TokenOrder, (number | undefined)[]> = { probability: [], ratio: [], id: [] };
  let node = root;
  node.visits += 1;
  for (const [index, token] of tokens.entries()) {
    const places = await law.places(node, token);
    for (const order of tokenOrders) {
      const { before, own } = places[order];
      const place = before + own * (shares[index] as number);
      if (own > 0) {
        // Rounding of the sum must not reach 1.
        found[order].push(Math.min(place, 1 - Number.EPSILON));
      } else if (mode === 'rows reused') {
        found[order].push(undefined);
      } else {
        // Own passes may round a token into or out of what top-k or top-p keep: that counts as the place where such
        // tokens lie, so that many of them are found and a few are not.
        const ends = { probability: 1, ratio: 0, id: before };
        found[order].push(Math.min(ends[order], 1 - Number.EPSILON));
      }
    }
    node = node.child(token);
    node.visits += 1;
  }
  return found;
}
