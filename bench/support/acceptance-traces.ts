import {
  createLogitsTransform,
  createPromptLookupDrafter,
  createRequestRandom,
  type Distribution,
  drawToken,
  drawWeighted,
  generateText,
  type KeyedRandom,
  type LanguageModel,
  type LogitsTransform,
  probabilityOf,
  type Sequence,
} from '@foretoken/core';
import { TextWindow } from '../../packages/core/dist/drafting/text-window.js';
import { entropyOf, textGuesses } from './text-guesses.js';

/** Longest draft that is recorded. */
export const longestDraft = 15;

/** What a drafter would have drafted after a beginning of a text, and what would have become of it. */
export interface RecordedDraft {
  /** Tokens drafted, 0 to `longestDraft`. */
  readonly drafted: number;
  /** The first so many are accepted. */
  readonly accepted: number;
  /** Probability that the drafter gave each token; up to the first miss where recording stops there. */
  readonly confidences: readonly number[];
  /** Entropy in nats of each token's draft distribution, at temperature 1 where decoding is greedy. */
  readonly entropies: readonly number[];
}

export type RecordedDrafter = 'model' | 'prompt-lookup';

export interface RecordedText {
  readonly category: string;
  readonly isGreedy: boolean;
  /** In tokens. */
  readonly promptLength: number;
  /** Most tokens of the text that a drafter reads before it drafts. */
  readonly window: Readonly<Record<RecordedDrafter, number>>;
  /** By drafter, [output tokens]: the draft after the text before each of them. */
  readonly drafts: Readonly<Record<RecordedDrafter, readonly RecordedDraft[]>>;
}

export interface RecordOptions {
  readonly target: LanguageModel;
  readonly draft: LanguageModel;
  readonly prompts: readonly { readonly category: string; readonly tokens: readonly number[] }[];
  readonly temperature: number;
  /** Most tokens of each text. */
  readonly length: number;
  /** True ends a text at an end token; default false. */
  readonly endsAtEndToken?: boolean | undefined;
  /** True leaves out confidences and entropies behind a miss, which schedules of fixed lengths do not ask for; default false. */
  readonly stopsAtMiss?: boolean | undefined;
  readonly onText?: ((done: number) => void) | undefined;
}

/**
 * Records texts of the target with what the draft model and prompt lookup would draft after every token of them, and how
 * much of it the rule `tokenwise` would accept. Replaying any schedule of drafts on such a record is exact.
 *
 * In greedy decoding a token is accepted where it is the text's own. Where tokens are drawn, text and draft are coupled
 * as the rule couples them, the other way around: after the text's token y the drafted token is y with the chance
 * min(target(y), draft(y)) / target(y), else one drawn from what the draft distribution has above the target's. So the
 * text keeps the target's law, each draft token has the drafter's, and they agree as often as the rule accepts.
 */
export async function recordTexts(options: RecordOptions): Promise<RecordedText[]> {
  const { target, draft, prompts, temperature, length } = options;
  const texts: RecordedText[] = [];
  const window = new TextWindow(draft);
  for (const [index, { category, tokens: prompt }] of prompts.entries()) {
    const { tokens: output } = await generateText({
      target,
      prompt,
      sampling: { temperature },
      seed: index,
      maximumTokens: length,
      ignoreEndTokens: options.endsAtEndToken !== true,
    });
    const text = [...prompt, ...output];
    const written = { target, draft, window, text, from: prompt.length, temperature, seed: index };
    const isRun = temperature === 0 && options.stopsAtMiss === true;
    const modelDrafts = await (isRun ? recordGuesses(written) : recordModel(written));
    const drafts = {
      model: modelDrafts,
      'prompt-lookup': await recordLookup(text, prompt.length, temperature, target),
    };
    const windows = { model: window.size, 'prompt-lookup': 0 };
    texts.push({
      category,
      isGreedy: temperature === 0,
      promptLength: prompt.length,
      window: windows,
      drafts,
    });
    options.onText?.(index + 1);
  }
  return texts;
}

interface WrittenText {
  readonly target: LanguageModel;
  readonly draft: LanguageModel;
  readonly window: TextWindow;
  readonly text: readonly number[];
  readonly from: number;
  readonly temperature: number;
  readonly seed: number;
}

/**
 * The drafts of greedy decoding up to their first miss: until then a draft is the text itself, so that all of them are told by what
 * the model guesses after every beginning of the text, in a few passes.
 */
async function recordGuesses({ draft, window, text, from }: WrittenText): Promise<RecordedDraft[]> {
  const guesses = await textGuesses(draft, window, text, from);
  return guesses.map((_, start) => {
    const longest = Math.min(longestDraft, guesses.length - start);
    const drafted = guesses.slice(start, start + longest);
    const miss = drafted.findIndex(({ isRight }) => !isRight);
    const known = miss < 0 ? drafted : drafted.slice(0, miss + 1);
    return {
      drafted: longest,
      accepted: miss < 0 ? longest : miss,
      confidences: known.map(({ confidence }) => confidence),
      entropies: known.map(({ entropy }) => entropy),
    };
  });
}

async function recordModel(options: WrittenText): Promise<RecordedDraft[]> {
  const { target, draft, window, text, from, temperature, seed } = options;
  const transform = createLogitsTransform({ temperature }, target.vocabularySize);
  const soft = transform.soften();
  const laws = transform.greedy ? undefined : await targetLaws(target, text, from, transform);
  const random = createRequestRandom({ seed });
  const sequence = draft.createSequence();
  const recorded: RecordedDraft[] = [];
  try {
    let begin: number | undefined;
    for (let start = from; start < text.length; start++) {
      const read = window.of(text.slice(0, start));
      if (begin === start - read.length) sequence.doRollback(read.length - 1);
      else {
        if (begin !== undefined) sequence.doRollback(0);
        await forward(draft, sequence, read.slice(0, -1), undefined);
        begin = start - read.length;
      }
      const round = random.round(start);
      const confidences: number[] = [];
      const entropies: number[] = [];
      let accepted = 0;
      let onText = true;
      let last = text[start - 1] as number;
      const longest = Math.min(longestDraft, text.length - start);
      for (let node = 0; node < longest; node++) {
        const logits = await forward(draft, sequence, [last], 0);
        const law = transform.apply(logits, [], 0);
        const own = text[start + node] as number;
        let token: number;
        if (!onText) token = drawToken(law, round.uniform('draft', 0, node, 0));
        else if (laws === undefined) token = drawToken(law, 0);
        else token = coupled(own, laws[start + node - from] as Distribution, law, round, node);
        if (token !== own) onText = false;
        if (onText) accepted += 1;
        const softLaw = transform.greedy ? soft.apply(logits, [], 0) : law;
        confidences.push(probabilityOf(softLaw, token));
        entropies.push(entropyOf(softLaw));
        last = token;
      }
      recorded.push({ drafted: longest, accepted, confidences, entropies });
    }
  } finally {
    sequence.close();
  }
  return recorded;
}

/** A draft token that agrees with the text's as often as `tokenwise` accepts it. */
function coupled(
  own: number,
  target: Distribution,
  draft: Distribution,
  random: KeyedRandom,
  node: number,
): number {
  const [targetChance, draftChance] = [probabilityOf(target, own), probabilityOf(draft, own)];
  if (random.uniform('accept', 0, node, 0) * targetChance < draftChance) return own;
  const above = Float64Array.from(draft.probabilities, (probability, index) =>
    Math.max(0, probability - probabilityOf(target, draft.tokens?.[index] ?? index)),
  );
  return drawWeighted({ tokens: draft.tokens, probabilities: above }, random.uniform('draft', 0, node, 0));
}

async function targetLaws(
  target: LanguageModel,
  text: readonly number[],
  from: number,
  transform: LogitsTransform,
): Promise<Distribution[]> {
  const sequence = target.createSequence();
  try {
    await forward(target, sequence, text.slice(0, from - 1), undefined);
    const [result] = await target.forward([{ sequence, tokens: text.slice(from - 1, -1), rows: 'all' }]);
    return Array.from({ length: text.length - from }, (_, row) => {
      const { tokens, probabilities } = transform.apply(
        (result as NonNullable<typeof result>).logits.read(row),
        [],
        0,
      );
      return { tokens, probabilities: probabilities.slice() };
    });
  } finally {
    sequence.close();
  }
}

async function recordLookup(
  text: readonly number[],
  from: number,
  temperature: number,
  target: LanguageModel,
): Promise<RecordedDraft[]> {
  const drafter = createPromptLookupDrafter();
  const transform = createLogitsTransform({ temperature }, target.vocabularySize);
  const random = createRequestRandom({ seed: 0 });
  const recorded: RecordedDraft[] = [];
  for (let start = from; start < text.length; start++) {
    const { tokens } = await drafter.propose(
      {
        tokens: text.slice(0, start),
        promptLength: from,
        transform,
        random: random.round(start),
        targetHiddenRows: undefined,
        shouldStop: undefined,
        signal: undefined,
      },
      { maximumTokens: Math.min(longestDraft, text.length - start), maximumLeaves: 1 },
    );
    const wrong = tokens.findIndex((token, node) => token !== text[start + node]);
    recorded.push({
      drafted: tokens.length,
      accepted: wrong < 0 ? tokens.length : wrong,
      confidences: tokens.map(() => 1),
      entropies: tokens.map(() => 0),
    });
  }
  await drafter.close();
  return recorded;
}

/** Reads tokens in passes that fit; the logits of the last, if `row` asks for them. */
async function forward(
  model: LanguageModel,
  sequence: Sequence,
  tokens: readonly number[],
  row: 0 | undefined,
): Promise<Float32Array> {
  if (tokens.length === 0) return new Float32Array();
  const [result] = await model.forward([{ sequence, tokens, rows: row === undefined ? 'none' : 'last' }]);
  return row === undefined ? new Float32Array() : (result as NonNullable<typeof result>).logits.read(0);
}
