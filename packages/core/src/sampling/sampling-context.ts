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
    isFinite(repetitionPenalty) && repetitionPenalty > 0,
    'repetitionPenalty',
    repetitionPenalty,
    'above 0',
  );
  check(isFinite(frequencyPenalty), 'frequencyPenalty', frequencyPenalty, 'finite');
  check(isFinite(presencePenalty), 'presencePenalty', presencePenalty, 'finite');
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
    check(bias < Number.POSITIVE_INFINITY, `logitBias of token ${token}`, bias, 'finite or -Infinity');
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
