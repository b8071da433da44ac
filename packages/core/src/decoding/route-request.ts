import type { Distribution } from '../contract/distribution.js';
import type { LanguageModel } from '../contract/language-model.js';
import { assertSameVocabulary } from '../drafting/assert-same-vocabulary.js';
import { InvalidArgumentError } from '../errors/invalid-argument-error.js';
import { createLogitsTransform } from '../sampling/create-logits-transform.js';
import { kullbackLeibler } from '../sampling/kullback-leibler.js';
import type { SamplingSettings } from '../sampling/sampling-settings.js';
import { readTogether } from './read-together.js';

export interface RouteRequestOptions {
  /** The model whose distribution counts. */
  readonly large: LanguageModel;
  /** What may answer in its place: same vocabulary. */
  readonly small: LanguageModel;
  /** Token ids, [1 or more]. */
  readonly prompt: readonly number[];
  /** Default: temperature 1, nothing else. A mask of allowed tokens is for the output, and left out here. */
  readonly sampling?: SamplingSettings | undefined;
  /** Largest divergence at which the small model answers, at least 0. Infinity always lets it. */
  readonly tolerance: number;
  /** How many of the prompt's last tokens are read, at least 1; default 64. */
  readonly tokens?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface RequestRoute {
  /** `small` where the divergence is at most the tolerance. */
  readonly route: 'small' | 'large';
  /**
   * Mean over the positions of KL(large || small), nats, 0 to Infinity; at temperature 0 the share of positions whose
   * most probable tokens differ, 0 to 1.
   */
  readonly divergence: number;
  /** Positions that were compared, at least 1. */
  readonly positions: number;
}

const defaultTokens = 64;

/**
 * LOSSY. Routing: which of two models answers a whole request. Both read the prompt's last tokens, and their next-token
 * distributions after each, under the request's sampling settings, are compared. That is the plain measure, for a pair
 * of models that is at hand; published routers learn from preferences between answers (RouteLLM, Ong et al. 2406.18665).
 *
 * What stands before those tokens is not read, so a long prompt costs no more than a short one; the begin token is,
 * where the prompt has it, and penalties count the whole prompt. Each model takes one pass, or as many as its longest
 * pass asks for. A prompt says what kind of text this is; nothing here is known of the answer.
 *
 * @throws InvalidArgumentError for a prompt without tokens, or a tolerance or a number of tokens outside its range;
 *   VocabularyMismatchError; NonFiniteLogitsError; errors of the engines as they come.
 */
export async function routeRequest(options: RouteRequestOptions): Promise<RequestRoute> {
  const { large, small, prompt, sampling, tolerance, tokens = defaultTokens, signal } = options;
  if (prompt.length === 0)
    throw new InvalidArgumentError('routeRequest needs a prompt of at least one token.');
  if (!(tolerance >= 0))
    throw new InvalidArgumentError(`The tolerance of a route is at least 0, not ${tolerance}.`);
  if (!Number.isInteger(tokens) || tokens < 1)
    throw new InvalidArgumentError(`A route reads a whole number of tokens, at least 1, not ${tokens}.`);
  assertSameVocabulary(large, small);
  const settings = { ...sampling, allowedTokens: undefined };
  const transform = createLogitsTransform(settings, large.vocabularySize);
  const first = Math.max(0, prompt.length - tokens);
  let sum = 0;
  // Models that begin texts with this token are off without it.
  const begin = first > 0 && prompt[0] === large.tokenizer.beginToken ? prompt.slice(0, 1) : [];
  const read = [...begin, ...prompt.slice(first)];
  await readTogether(
    { models: [large, small], tokens: read, from: begin.length, signal },
    (largeRow, smallRow, index) => {
      const history = prompt.slice(0, first + index - begin.length + 1);
      const largeLaw = transform.apply(largeRow, history, 0);
      const smallLaw = transform.apply(smallRow, history, 1);
      sum += transform.greedy ? differs(largeLaw, smallLaw) : kullbackLeibler(largeLaw, smallLaw);
    },
  );
  const positions = prompt.length - first;
  const divergence = sum / positions;
  return { route: divergence <= tolerance ? 'small' : 'large', divergence, positions };
}

/** 1 where two one-hot distributions are not the same, else 0. */
function differs(left: Distribution, right: Distribution): number {
  return left.tokens?.[0] === right.tokens?.[0] ? 0 : 1;
}
