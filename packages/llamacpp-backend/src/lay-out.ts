import { totalmem } from 'node:os';
import { InvalidArgumentError } from '@foretoken/core';
import { type CheckedOptions, checkWhole, mostLeaves } from './check-options.js';

/** Rows of one native call: the widest draft, and the size of the output buffer. */
export const mostOutputs = 64;
/** Long contexts cost memory at once, so more than this is allocated only on request. */
const defaultContextLength = 4096;
/** What the engine notes down about every cell of a cache, before it asks for the memory of the cells. */
const bytesNotedPerCell = 48;

/** How the engine's context is laid out for a model. */
export interface Layout {
  readonly contextLength: number;
  readonly rollback: boolean;
  readonly maximumLeaves: number;
  /** Of the engine: those of the contract, and one for every leaf. */
  readonly sequences: number;
  readonly outputs: number;
  readonly cells: number;
}

/**
 * @param model.trained tokens of context that it was trained for.
 * @param model.rollback true where its cache can be shortened by position.
 * @throws InvalidArgumentError for a context that is out of range, or that no memory holds.
 */
export function layOut(
  model: { readonly trained: number; readonly rollback: boolean },
  options: CheckedOptions,
): Layout {
  const { maximumSequences } = options;
  const { trained, rollback } = model;
  const contextLength = options.contextLength ?? Math.min(trained, defaultContextLength);
  checkWhole('contextLength', contextLength, 1, trained);
  const maximumLeaves = rollback ? mostLeaves : 1;
  const sequences = maximumSequences + (rollback ? mostLeaves : 0);
  // A tree that waits has nodes beside its sequence's own tokens.
  const cells = contextLength * maximumSequences + mostOutputs;
  if (cells * bytesNotedPerCell > totalmem()) {
    throw new InvalidArgumentError(
      `${maximumSequences} x ${contextLength} tokens of context are more than this machine's memory could even count: ask for a smaller contextLength or maximumSequences.`,
    );
  }
  const outputs = Math.min(Math.max(mostOutputs, sequences), sequences * contextLength);
  return { contextLength, rollback, maximumLeaves, sequences, outputs, cells };
}

/** Bytes of the buffer that the engine writes rows of logits and hidden states into. */
export function outputBytes({ outputs }: Layout, vocabularySize: number, hiddenStateWidth: number): number {
  return outputs * (vocabularySize + hiddenStateWidth) * Float32Array.BYTES_PER_ELEMENT;
}
