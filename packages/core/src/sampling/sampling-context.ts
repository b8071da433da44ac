import { InvalidArgumentError } from '../errors/invalid-argument-error.js';
import type { AllowedTokens, SamplingSettings } from './sampling-settings.js';

/** Sampling settings, checked and complete. */
export interface SamplingContext {
  readonly vocabularySize: number;
  readonly greedy: boolean;
  readonly allowedTokens: AllowedTokens | undefined;
  readonly logitBias: ReadonlyMap<number, number>;
  readonly repetitionPenalty: number;
  readonly frequencyPenalty: number;
  readonly presencePenalty: number;
  readonly penaltyWindow: number;
  readonly temperature: number;
  readonly topK: number;
  readonly typicalP: number;
  readonly topP: number;
  readonly minP: number;
}

/** Of a bias or a penalty: all of them together stay within what a logit can be, a 32-bit float. */
const largest = 1e15;

/** @throws InvalidArgumentError naming the first setting outside its range. */
export function createSamplingContext(settings: SamplingSettings, vocabularySize: number): SamplingContext {
  const {
    repetitionPenalty = 1,
    frequencyPenalty = 0,
    presencePenalty = 0,
    penaltyWindow = 64,
    temperature = 1,
    topK = 0,
    typicalP = 1,
    topP = 1,
    minP = 0,
  } = settings;
  const logitBias = settings.logitBias ?? new Map<number, number>();
  check(
    Number.isInteger(vocabularySize) && vocabularySize > 0,
    'vocabularySize',
    vocabularySize,
    'a whole number above 0',
  );
  check(isFinite(temperature) && temperature >= 0, 'temperature', temperature, 'at least 0 (0 is greedy)');
  check(Number.isInteger(topK) && topK >= 0, 'topK', topK, 'a whole number of at least 0 (0 is off)');
  check(typicalP > 0 && typicalP <= 1, 'typicalP', typicalP, 'above 0 and at most 1');
  check(topP > 0 && topP <= 1, 'topP', topP, 'above 0 and at most 1');
  check(minP >= 0 && minP <= 1, 'minP', minP, 'from 0 to 1');
  check(
    repetitionPenalty >= 1 / largest && repetitionPenalty <= largest,
    'repetitionPenalty',
    repetitionPenalty,
    `from ${1 / largest} to ${largest.toExponential()}`,
  );
  const range = `from -${largest.toExponential()} to ${largest.toExponential()}`;
  check(Math.abs(frequencyPenalty) <= largest, 'frequencyPenalty', frequencyPenalty, range);
  check(Math.abs(presencePenalty) <= largest, 'presencePenalty', presencePenalty, range);
  check(
    penaltyWindow === Number.POSITIVE_INFINITY || (Number.isInteger(penaltyWindow) && penaltyWindow >= 0),
    'penaltyWindow',
    penaltyWindow,
    'a whole number of at least 0, or Infinity',
  );
  for (const [token, bias] of logitBias) {
    check(
      Number.isInteger(token) && token >= 0 && token < vocabularySize,
      'logitBias token',
      token,
      `from 0 to ${vocabularySize - 1}`,
    );
    check(
      Math.abs(bias) <= largest || bias === Number.NEGATIVE_INFINITY,
      `logitBias of token ${token}`,
      bias,
      `${range}, or -Infinity`,
    );
  }
  return {
    vocabularySize,
    greedy: temperature === 0,
    allowedTokens: settings.allowedTokens,
    logitBias,
    repetitionPenalty,
    frequencyPenalty,
    presencePenalty,
    penaltyWindow,
    temperature,
    topK: topK >= vocabularySize ? 0 : topK,
    typicalP,
    topP,
    minP,
  };
}

function check(holds: boolean, name: string, value: number, range: string): void {
  if (!holds) throw new InvalidArgumentError(`${name} must be ${range}, not ${value}.`);
}
