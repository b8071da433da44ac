import {
  createRequestRandom,
  type Drafter,
  type ForwardResult,
  InvalidArgumentError,
  type LanguageModel,
  type LogitsTransform,
} from '@foretoken/core';

/** A place where a text is cut. */
export interface Cut {
  /** Token ids, at least 2. */
  readonly tokens: readonly number[];
  /** Nats that the entropies of the next tokens, where the text goes on as it does, lie off what is wanted. */
  readonly distance: number;
  /** Of all tokens but the last, for drafters that need them. */
  readonly hiddenStates: readonly Float32Array[] | undefined;
}

/** A beginning after which continuations are drawn. */
export interface Prefix extends Cut {
  /** Whether the audited drafter proposes anything there. */
  readonly drafted: boolean;
}

export interface CutChoice {
  readonly target: LanguageModel;
  readonly transform: LogitsTransform;
  /** Texts to cut beginnings from, token ids. */
  readonly texts: readonly (readonly number[])[];
  /** True where a drafter needs the target's hidden states. */
  readonly hiddenStates: boolean;
  /** Tokens of every beginning, at most 32; default: as many as leave the next ones neither certain nor wide open. */
  readonly length?: number | undefined;
}

export interface PrefixChoice {
  readonly cuts: readonly Cut[];
  readonly drafter: Drafter;
  readonly transform: LogitsTransform;
  /** Prefixes wanted, 1 or more. */
  readonly count: number;
}

/** A certain next token cannot be wrong, and a wide open one makes every draw new: nats. */
const wantedEntropy = 1.2;
/** Tokens from the cut on whose entropies count: those that are drawn. */
const countedTokens = 3;
const shortest = 8;
/** Of a text that is not repeated. */
export const longest = 32;
/** Of the text that is repeated, and of its repetition, tokens. */
const repeatedLength = 24;
/** As long as a match that prompt lookup goes by. */
const shortestRepetition = 8;

/**
 * Cuts every text where the target's next tokens are neither certain nor wide open, once after its beginning and once
 * inside a repetition of it, where drafters that copy have something to propose. One pass a text and form.
 *
 * @throws InvalidArgumentError where no text is long enough.
 */
export async function cutTexts(choice: CutChoice): Promise<readonly Cut[]> {
  const cuts: Cut[] = [];
  const { length } = choice;
  for (const text of choice.texts) {
    const beginning = text.slice(0, longest);
    const repeated = text.slice(0, repeatedLength);
    const forms = [
      { tokens: beginning, from: shortest },
      { tokens: [...repeated, ...repeated], from: repeated.length + shortestRepetition },
    ];
    for (const { tokens, from } of forms) {
      if (length === undefined && tokens.length > from) cuts.push(await bestCut(choice, tokens, from));
      if (length !== undefined && tokens.length >= length)
        cuts.push(await bestCut(choice, tokens.slice(0, length), length));
    }
  }
  if (cuts.length === 0) {
    throw new InvalidArgumentError(
      `No text has ${length ?? `more than ${shortest}`} tokens, so there is no prefix to draw continuations of.`,
    );
  }
  return cuts;
}

/** The best of the cuts for a drafter: those where it proposes come first. Chosen before anything is drawn. */
export async function choosePrefixes(choice: PrefixChoice): Promise<readonly Prefix[]> {
  const candidates: Prefix[] = [];
  for (const cut of choice.cuts) candidates.push({ ...cut, drafted: (await propose(choice, cut)) > 0 });
  return candidates
    .toSorted((left, right) => Number(right.drafted) - Number(left.drafted) || left.distance - right.distance)
    .slice(0, choice.count);
}

async function bestCut(
  { target, transform, hiddenStates }: CutChoice,
  tokens: readonly number[],
  from: number,
): Promise<Cut> {
  const sequence = target.createSequence();
  try {
    const request = { sequence, tokens, rows: 'all' as const, hiddenStates };
    const [result] = (await target.forward([request])) as [ForwardResult];
    const distances = tokens.map((_, index) => {
      if (index + 1 < from) return Number.NaN;
      const { probabilities } = transform.apply(result.logits.read(index), tokens.slice(0, index + 1), 0);
      return Math.abs(entropyOf(probabilities) - wantedEntropy);
    });
    let best: Omit<Cut, 'hiddenStates'> = { tokens, distance: Number.POSITIVE_INFINITY };
    for (let length = from; length <= Math.max(from, tokens.length + 1 - countedTokens); length++) {
      const counted = distances.slice(length - 1, length - 1 + countedTokens);
      const distance = counted.reduce((sum, value) => sum + value, 0) / counted.length;
      if (distance < best.distance) best = { tokens: tokens.slice(0, length), distance };
    }
    const known = result.hiddenStates?.slice(0, best.tokens.length - 1);
    return { ...best, hiddenStates: known?.map((row) => row.slice()) };
  } finally {
    sequence.close();
  }
}

function entropyOf(probabilities: Float64Array): number {
  return probabilities.reduce(
    (sum, probability) => (probability > 0 ? sum - probability * Math.log(probability) : sum),
    0,
  );
}

/** How many tokens the drafter proposes after these. */
async function propose({ drafter, transform }: PrefixChoice, { tokens, hiddenStates }: Cut): Promise<number> {
  const draft = await drafter.propose(
    {
      tokens,
      promptLength: tokens.length,
      transform,
      random: createRequestRandom({ seed: 0 }).round(tokens.length),
      targetHiddenRows: hiddenStates,
      shouldStop: undefined,
      signal: undefined,
    },
    { maximumTokens: 1, maximumLeaves: 1 },
  );
  return draft.tokens.length;
}
