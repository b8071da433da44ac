import type { Drafter } from '../contract/drafter.js';
import type { LanguageModel } from '../contract/language-model.js';
import type { Sequence } from '../contract/sequence.js';
import type { Verifier } from '../contract/verifier.js';
import { ContextOverflowError } from '../errors/context-overflow-error.js';
import { InvalidArgumentError } from '../errors/invalid-argument-error.js';
import { TokenOutOfRangeError } from '../errors/token-out-of-range-error.js';
import { assertRollback } from '../drafting/assert-rollback.js';
import { createRequestRandom, type RequestRandom } from '../random/request-random.js';
import { createLogitsTransform } from '../sampling/create-logits-transform.js';
import type { LogitsTransform } from '../sampling/logits-transform.js';
import type { DraftLengthController } from '../scheduling/draft-length-controller.js';
import { createFixedDraftLength } from '../scheduling/fixed-draft-length.js';
import { resolveRule } from '../verification/rules.js';
import { CounterRecorder } from './counter-recorder.js';
import type { FinishReason } from './decode-event.js';
import { defaultDraftLength } from './default-draft-length.js';
import { encodePrompt } from './encode-prompt.js';
import type { GenerateOptions } from './generate-options.js';
import { HiddenStateFeed } from './hidden-state-feed.js';
import { TextAssembler } from './text-assembler.js';

const mostLogprobs = 20;

/** Everything one generation holds: its options made complete, and what changes from round to round. */
export interface GenerationState extends Verifier {
  readonly target: LanguageModel;
  /** undefined from the start, or after it failed. */
  drafter: Drafter | undefined;
  readonly controller: DraftLengthController;
  readonly random: RequestRandom;
  /** Committed tokens, prompt included. */
  readonly tokens: number[];
  readonly promptLength: number;
  /** Tokens of the prompt that the sequence held at first. */
  readonly keptLength: number;
  readonly maximumTokens: number;
  /** Why the generation ends at `maximumTokens`. */
  readonly limitReason: FinishReason;
  readonly endTokens: ReadonlySet<number>;
  readonly assembler: TextAssembler;
  readonly recorder: CounterRecorder;
  readonly signal: AbortSignal | undefined;
  readonly clock: (() => number) | undefined;
  outputCount: number;
  /** Of the drafter, until an event has told of it. */
  failure: { readonly drafter: string; readonly error: unknown } | undefined;
  /** Undefined where the drafter wants none. */
  hiddenStates: HiddenStateFeed | undefined;
}

/** Checks the options, completes them, and opens the target's sequence. */
export function createGenerationState(options: GenerateOptions): GenerationState {
  const { target, drafter } = options;
  if (drafter !== undefined) assertRollback(target, 'target');
  const tokens = promptTokens(options);
  const room = target.contextLength - tokens.length + 1;
  if (room < 1) {
    throw new ContextOverflowError(
      `The prompt has ${tokens.length} tokens, the context of ${target.name} holds ${target.contextLength}. Shorten the prompt or load the model with a larger contextLength.`,
    );
  }
  const { maximumTokens = room, logprobs } = options;
  if (!Number.isInteger(maximumTokens) || maximumTokens < 1) {
    throw new InvalidArgumentError(
      `maximumTokens must be a whole number of at least 1, not ${maximumTokens}.`,
    );
  }
  if (logprobs !== undefined && !(Number.isInteger(logprobs) && logprobs >= 0 && logprobs <= mostLogprobs)) {
    throw new InvalidArgumentError(
      `logprobs must be a whole number from 0 to ${mostLogprobs}, not ${logprobs}.`,
    );
  }
  if (options.stop?.includes('')) {
    throw new InvalidArgumentError('A stop string may not be empty: it would end every generation at once.');
  }
  if (options.sequence !== undefined) checkBeginning(options.sequence, target, tokens.length);
  if (options.hiddenStates !== undefined) checkHiddenStates(options.hiddenStates, options);
  const hiddenStates = drafter?.needsHiddenStates === true ? new HiddenStateFeed(drafter, target) : undefined;
  const keptLength = options.sequence?.length ?? 0;
  const rule = resolveRule(options.rule ?? 'block');
  const transform = logitsTransform(options);
  const random = createRequestRandom({ seed: options.seed ?? 0, request: options.request ?? 0 });
  return {
    target,
    drafter,
    rule,
    transform,
    random,
    controller: draftLengthController(options),
    sequence: options.sequence ?? target.createSequence(),
    tokens,
    promptLength: tokens.length,
    keptLength,
    maximumTokens: Math.min(maximumTokens, room),
    limitReason:
      maximumTokens <= room && options.maximumTokens !== undefined ? 'maximum-tokens' : 'context-full',
    endTokens: new Set(options.ignoreEndTokens === true ? [] : target.tokenizer.endTokens),
    assembler: new TextAssembler(target.tokenizer, options.stop ?? []),
    recorder: new CounterRecorder(tokens.length, keptLength, options.clock),
    signal: options.signal,
    clock: options.clock,
    outputCount: 0,
    failure: undefined,
    hiddenStates,
  };
}

function draftLengthController({ draftLength, drafter, clock }: GenerateOptions): DraftLengthController {
  if (draftLength === undefined) return defaultDraftLength(drafter, clock);
  return typeof draftLength === 'number' ? createFixedDraftLength(draftLength) : draftLength;
}

function checkBeginning(sequence: Sequence, target: LanguageModel, promptLength: number): void {
  if (sequence.model !== target) {
    throw new InvalidArgumentError(`The sequence belongs to another model than the target ${target.name}.`);
  }
  if (sequence.length >= promptLength) {
    throw new InvalidArgumentError(
      `The sequence holds ${sequence.length} tokens, the prompt has ${promptLength}: at least the prompt's last token must still be read. Roll the sequence back to ${promptLength - 1}.`,
    );
  }
}

function checkHiddenStates(rows: readonly Float32Array[], { sequence, target }: GenerateOptions): void {
  const held = sequence?.length ?? 0;
  if (rows.length > held) {
    throw new InvalidArgumentError(
      `hiddenStates has ${rows.length} rows, the sequence holds ${held} tokens: give those of tokens that it holds.`,
    );
  }
  const { hiddenStateWidth } = target.capabilities;
  const wrong = rows.find(({ length }) => length !== hiddenStateWidth);
  if (wrong !== undefined) {
    throw new InvalidArgumentError(
      `hiddenStates has a row of width ${wrong.length}, ${target.name} has ${hiddenStateWidth ?? 'no hidden states'}.`,
    );
  }
}

function logitsTransform({ transform, sampling, target }: GenerateOptions): LogitsTransform {
  if (transform === undefined) return createLogitsTransform(sampling ?? {}, target.vocabularySize);
  if (sampling !== undefined) {
    throw new InvalidArgumentError('Give sampling or a transform compiled from it, not both.');
  }
  if (transform.vocabularySize !== target.vocabularySize) {
    throw new InvalidArgumentError(
      `The transform is for ${transform.vocabularySize} tokens, ${target.name} has ${target.vocabularySize}.`,
    );
  }
  return transform;
}

/** The prompt's tokens, checked; a new array. */
function promptTokens({ prompt, target }: GenerateOptions): number[] {
  const tokens = typeof prompt === 'string' ? encodePrompt(target.tokenizer, prompt) : [...prompt];
  if (tokens.length === 0) {
    throw new InvalidArgumentError(
      `The prompt is empty, and ${target.name} has no begin token to start from. Give at least one token.`,
    );
  }
  for (const [index, token] of tokens.entries()) {
    if (!Number.isInteger(token) || token < 0 || token >= target.vocabularySize) {
      throw new TokenOutOfRangeError(
        `Token ${token} at position ${index} of the prompt: ${target.name} has the tokens 0 to ${target.vocabularySize - 1}.`,
      );
    }
  }
  return tokens;
}
