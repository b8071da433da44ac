import type { ForwardRequest } from '../contract/forward.js';
import type { GenerateOptions } from './generate-options.js';
import { dropDrafter } from './drop-drafter.js';
import type { GenerationState } from './generation-state.js';
import type { HiddenStateFeed } from './hidden-state-feed.js';

/** Reads what the sequence lacks of the prompt, but its last token, which the first round's pass reads. */
export async function readPrompt(state: GenerationState, options: GenerateOptions): Promise<void> {
  const tokens = state.tokens.slice(state.sequence.length, -1);
  if (state.hiddenStates !== undefined && options.hiddenStates !== undefined)
    await hand(state, state.hiddenStates, options.hiddenStates, state.sequence.length);
  if (state.hiddenStates === undefined) await readPart(state, options, { tokens, rows: 'none' });
  else if (state.hiddenStates.wantsAll) await readWithStates(state, options, tokens, state.hiddenStates);
  else {
    const rows = await readPart(state, options, { tokens, rows: 'last', hiddenStates: true });
    await hand(state, state.hiddenStates, rows, state.tokens.length - 1);
  }
  state.recorder.endPrompt();
}

/** In portions, since the states of a long prompt are more than its cache. */
async function readWithStates(
  state: GenerationState,
  options: GenerateOptions,
  tokens: readonly number[],
  feed: HiddenStateFeed,
): Promise<void> {
  for (let from = 0; from < tokens.length; from += feed.portion) {
    const part = tokens.slice(from, from + feed.portion);
    const rows = await readPart(state, options, { tokens: part, rows: 'all', hiddenStates: true });
    await hand(state, feed, rows, state.sequence.length);
    options.onPromptProgress?.(from + part.length, tokens.length);
  }
}

/** The prompt is read to its end where the drafter throws: the generation goes on without it. */
async function hand(
  state: GenerationState,
  feed: HiddenStateFeed,
  rows: readonly Float32Array[],
  end: number,
): Promise<void> {
  const { drafter } = state;
  if (drafter === undefined) return;
  try {
    await feed.add(rows, state.tokens, end, state.signal);
  } catch (error) {
    dropDrafter(state, drafter, error);
  }
}

/** Copies of the hidden states that were wanted. */
async function readPart(
  { target, sequence }: GenerationState,
  { signal, onPromptProgress }: GenerateOptions,
  request: Pick<ForwardRequest, 'tokens' | 'rows' | 'hiddenStates'>,
): Promise<Float32Array[]> {
  if (request.tokens.length === 0) return [];
  const onProgress = request.rows === 'all' ? undefined : onPromptProgress;
  const [result] = await target.forward([{ sequence, ...request }], { signal, onProgress });
  return (result?.hiddenStates ?? []).map((row) => row.slice());
}
