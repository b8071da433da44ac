import { InvalidArgumentError as UsageError, Option } from '@commander-js/extra-typings';
import { lossyRules, type SamplingSettings, verificationRules } from '@foretoken/core';
import { number, wholeNumber } from './numbers.js';

const infinity = Number.POSITIVE_INFINITY;

/** The options that say how tokens are chosen. */
export const samplingOptions = {
  rule: new Option('--rule <name>', 'verification rule; "lossy-" ones change the distribution of the output')
    .choices([...verificationRules.keys(), ...lossyRules.keys()])
    .default('block'),
  temperature: new Option('-t, --temperature <n>', '0 is greedy')
    .argParser(number('--temperature', 0, infinity))
    .default(0.8),
  topK: new Option('--top-k <n>', 'keep the n most probable tokens; 0: off').argParser(
    wholeNumber('--top-k', 0),
  ),
  topP: new Option('--top-p <mass>', 'keep the most probable tokens with this mass').argParser(
    number('--top-p', 0, 1),
  ),
  minP: new Option('--min-p <share>', 'keep tokens with this share of the largest probability').argParser(
    number('--min-p', 0, 1),
  ),
  typicalP: new Option('--typical-p <mass>', 'locally typical sampling').argParser(
    number('--typical-p', 0, 1),
  ),
  repetitionPenalty: new Option(
    '--repetition-penalty <n>',
    'above 1 makes repeated tokens less likely',
  ).argParser(number('--repetition-penalty', 0, infinity)),
  frequencyPenalty: new Option('--frequency-penalty <n>', 'subtracted once per occurrence').argParser(
    number('--frequency-penalty', -infinity, infinity),
  ),
  presencePenalty: new Option('--presence-penalty <n>', 'subtracted from tokens that occurred').argParser(
    number('--presence-penalty', -infinity, infinity),
  ),
  penaltyWindow: new Option('--penalty-window <tokens>', 'tokens that the penalties look back').argParser(
    wholeNumber('--penalty-window', 0),
  ),
  // Not variadic, but repeatable: it would take the prompt for another value.
  logitBias: new Option(
    '--logit-bias <token=value>',
    'added to the logit of a token id; may be repeated',
  ).argParser(addBias),
  seed: new Option('--seed <n>', 'seed of the randomness').argParser(wholeNumber('--seed', 0)).default(0),
} as const;

export interface SamplingSelection {
  readonly temperature: number;
  readonly topK?: number | undefined;
  readonly topP?: number | undefined;
  readonly minP?: number | undefined;
  readonly typicalP?: number | undefined;
  readonly repetitionPenalty?: number | undefined;
  readonly frequencyPenalty?: number | undefined;
  readonly presencePenalty?: number | undefined;
  readonly penaltyWindow?: number | undefined;
  readonly logitBias?: ReadonlyMap<number, number> | undefined;
}

export function samplingSettings(selection: SamplingSelection): SamplingSettings {
  const { temperature, topK, topP, minP, typicalP, penaltyWindow, logitBias } = selection;
  const { repetitionPenalty, frequencyPenalty, presencePenalty } = selection;
  return {
    temperature,
    topK,
    topP,
    minP,
    typicalP,
    repetitionPenalty,
    frequencyPenalty,
    presencePenalty,
    penaltyWindow,
    logitBias,
  };
}

function addBias(text: string, previous: Map<number, number> | undefined): Map<number, number> {
  const match = /^(\d+)=([+-]?\d+(?:\.\d*)?(?:e[+-]?\d+)?|-inf)$/i.exec(text);
  if (match === null) throw new UsageError('--logit-bias takes TOKEN=VALUE, such as 42=-1.5 or 42=-inf.');
  const value = match[2]?.toLowerCase() === '-inf' ? -infinity : Number(match[2]);
  return new Map([...(previous ?? []), [Number(match[1]), value]]);
}
