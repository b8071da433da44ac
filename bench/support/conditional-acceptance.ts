import {
  createLogitsTransform,
  type Distribution,
  type ForwardResult,
  type HeadModel,
  type LanguageModel,
  type LogitsTransform,
  probabilityOf,
} from '@foretoken/core';

/** Depths that are scored. */
export const depths = 4;

/** A text with the target's law and hidden state after every token of it. */
export interface ScoredText {
  readonly tokens: readonly number[];
  readonly promptLength: number;
  /** At the temperature asked for, of the tokens from `promptLength - 1` on; [continuation + 1]. */
  readonly laws: readonly Distribution[];
  /** [tokens][width]. */
  readonly hiddenStates: readonly Float32Array[];
}

/** Sums over positions, by depth. */
export interface AcceptanceSums {
  readonly accepted: number[];
  count: number;
}

export async function scoreText(
  target: LanguageModel,
  tokens: readonly number[],
  promptLength: number,
  temperature: number,
): Promise<ScoredText> {
  const laws: Distribution[] = [];
  const hiddenStates: Float32Array[] = [];
  await readAll(target, tokens, ({ logits, hiddenStates: states }, from) => {
    for (const [row, state] of (states ?? []).entries()) {
      hiddenStates.push(state.slice());
      if (from + row >= promptLength - 1) laws.push(lawOf(logits.read(row), temperature));
    }
  });
  return { tokens, promptLength, laws, hiddenStates };
}

/**
 * Acceptance of a head's steps, given that the tokens before were kept: every step is handed the text's own tokens, and
 * its law compared with the target's, at every position of the continuation.
 */
export async function addHead(
  sums: AcceptanceSums,
  head: HeadModel,
  { tokens, promptLength, laws, hiddenStates }: ScoredText,
  temperature: number,
): Promise<void> {
  const sequence = head.createSequence();
  try {
    const first = promptLength - 2;
    for (let t = head.attends ? 0 : first; t + depths < tokens.length; t++) {
      let features = [hiddenStates[t] as Float32Array];
      for (let step = 0; step < (t < first ? 1 : depths); step++) {
        const { logits, hiddenStates: next } = await sequence.forward({
          tokens: [tokens[t + 1 + step] as number],
          features,
          featuresOf: step === 0 ? 'target' : 'head',
          positions: [t + step],
          rows: t < first ? 'none' : 'last',
        });
        if (t < first) continue;
        const law = laws[t + 1 + step - (promptLength - 1)] as Distribution;
        add(sums, step, overlap(law, lawOf(logits.read(0), temperature)));
        features = (next ?? []).map((row) => row.slice());
      }
      if (t >= first) sums.count += 1;
      if (head.attends) sequence.doRollback(t + 1);
    }
  } finally {
    sequence.close();
  }
}

/** Acceptance of a draft model, which is the same at every depth: its law depends on the text alone. */
export async function addModel(
  sums: AcceptanceSums,
  draft: LanguageModel,
  { tokens, promptLength, laws }: ScoredText,
  temperature: number,
): Promise<void> {
  await readAll(draft, tokens, ({ logits }, from) => {
    for (let row = 0; row < logits.rowCount; row++) {
      const law = laws[from + row - (promptLength - 1)];
      if (law === undefined || from + row + 1 >= tokens.length) continue;
      add(sums, 0, overlap(law, lawOf(logits.read(row), temperature)));
      sums.count += 1;
    }
  });
}

function add(sums: AcceptanceSums, depth: number, accepted: number): void {
  sums.accepted[depth] = (sums.accepted[depth] ?? 0) + accepted;
}

/** Reads a text in passes that the engine keeps rows for. */
async function readAll(
  model: LanguageModel,
  tokens: readonly number[],
  use: (result: ForwardResult, from: number) => void,
): Promise<void> {
  const sequence = model.createSequence();
  const portion = model.capabilities.maximumPassTokens;
  for (let from = 0; from < tokens.length; from += portion) {
    const part = tokens.slice(from, from + portion);
    const [result] = await model.forward([{ sequence, tokens: part, rows: 'all', hiddenStates: true }]);
    use(result as ForwardResult, from);
  }
  sequence.close();
}

const transforms = new Map<number, LogitsTransform>();

/** A copy; greedy laws are one-hot. */
function lawOf(logits: Float32Array, temperature: number): Distribution {
  const transform = transforms.get(temperature) ?? createLogitsTransform({ temperature }, logits.length);
  transforms.set(temperature, transform);
  const { tokens, probabilities } = transform.apply(logits, [], 0);
  return { tokens, probabilities: probabilities.slice() };
}

/** Sum of min(target, draft): the probability that a token of the draft is kept. */
function overlap(target: Distribution, draft: Distribution): number {
  let sum = 0;
  for (const [index, probability] of draft.probabilities.entries()) {
    sum += Math.min(probability, probabilityOf(target, draft.tokens?.[index] ?? index));
  }
  return sum;
}
