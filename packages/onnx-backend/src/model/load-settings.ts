import { InvalidArgumentError } from '@foretoken/core';
import type { OpenSession } from '../engine/open-session.js';
import type { ProviderOption } from '../engine/session-options.js';
import type { OnnxOptions } from './onnx-options.js';

/** Options of a load, checked. */
export interface LoadSettings {
  readonly options: OnnxOptions;
  readonly maximumSequences: number;
  readonly threads: number;
  /** Undefined: the CPU. */
  readonly provider: ProviderOption | undefined;
  readonly openSession: OpenSession;
}

/**
 * Tokens of one engine run while a prompt is read: between runs it can be cancelled. More make a CPU no faster, and
 * the engine keeps memory for as many.
 */
export const promptTokens = 128;
/** The widest draft, and the rows whose memory is kept. */
export const mostDraftTokens = 64;
/** Long contexts cost memory at once, so more than this is allocated only on request. */
const defaultContextLength = 4096;

export const mostSequences = 1024;
export const defaultSequences = 4;

/** @param trained what the model can take. @throws InvalidArgumentError. */
export function chooseContextLength(wanted: number | undefined, trained: number): number {
  const contextLength = wanted ?? Math.min(trained, defaultContextLength);
  checkWhole('contextLength', contextLength, 1, trained);
  return contextLength;
}

/** @throws InvalidArgumentError. */
export function checkWhole(name: string, value: number, least: number, most: number): void {
  if (!Number.isInteger(value) || value < least || value > most) {
    throw new InvalidArgumentError(`${name} must be a whole number from ${least} to ${most}, not ${value}.`);
  }
}
