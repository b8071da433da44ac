import type { ForwardResult } from '../contract/forward.js';
import type { HeadModel, HeadRequest, HeadSequence } from '../contract/head-model.js';
import { ClosedError } from '../errors/closed-error.js';
import { InvalidArgumentError } from '../errors/invalid-argument-error.js';
import { createRequestRandom } from '../random/request-random.js';
import { RowLogits } from '../sampling/row-logits.js';

export interface TableHeadOptions {
  readonly seed: number;
  readonly vocabularySize: number;
  /** Width of the target's hidden states; 4 of a table model. */
  readonly hiddenStateWidth?: number;
  /** True: an EAGLE head, which sees the entries before. False: an MLP speculator, which sees its own input. */
  readonly attends: boolean;
  /** Default Infinity. */
  readonly maximumSteps?: number;
  /** Default 256. */
  readonly contextLength?: number;
  /** Default 3, so that a prompt comes in portions. */
  readonly maximumPassEntries?: number;
}

/**
 * A head without meaning whose logits depend on everything that a step sees, token, feature, position, and whose feature
 * it is, and on nothing else: a cache that is wrong in any entry gives other logits.
 */
export function createTableHead(options: TableHeadOptions): HeadModel {
  const { vocabularySize, attends, hiddenStateWidth = 4, maximumPassEntries = 3 } = options;
  const random = createRequestRandom({ seed: options.seed });
  let closed = false;
  const assertOpen = (): void => {
    if (closed) throw new ClosedError('The table head is closed.');
  };

  function createSequence(): HeadSequence {
    assertOpen();
    let open = true;
    const entries: string[] = [];
    return {
      get length() {
        return attends ? entries.length : 0;
      },
      async forward(request, { signal } = {}): Promise<ForwardResult> {
        assertOpen();
        if (!open) throw new ClosedError('The sequence of the table head is closed.');
        signal?.throwIfAborted();
        checkRequest(request);
        const before = entries.length;
        const seen: string[] = [];
        for (const [index, token] of request.tokens.entries()) {
          const entry = [token, request.featuresOf, request.positions[index], request.features[index]].join();
          const parent = request.parents?.[index];
          if (!attends) seen.push(entry);
          else if (parent !== undefined) seen.push(`${seen[parent] ?? entries.join(';')};${entry}`);
          else {
            entries.push(entry);
            seen.push(entries.join(';'));
          }
        }
        // A real engine is away for a while; cancelling can arrive then.
        await new Promise((resolve) => queueMicrotask(() => resolve(undefined)));
        if (signal?.aborted === true) {
          entries.length = before;
          throw signal.reason;
        }
        const wanted = request.rows === 'all' ? seen : request.rows === 'last' ? seen.slice(-1) : [];
        return {
          logits: new RowLogits(
            wanted.map((text) => numbers(text, 0, vocabularySize).map((uniform) => 4 * uniform)),
            vocabularySize,
          ),
          hiddenStates: wanted.map((text) => numbers(text, 1, hiddenStateWidth)),
        };
      },
      doRollback(length) {
        if (!Number.isInteger(length) || length < 0 || length > entries.length) {
          throw new InvalidArgumentError(`${entries.length} entries cannot be rolled back to ${length}.`);
        }
        entries.length = length;
      },
      close() {
        open = false;
      },
    };
  }

  function checkRequest({ tokens, features, positions, parents, featuresOf }: HeadRequest): void {
    const ascending = positions.every(
      (position, index) => position > (positions[parents?.[index] ?? index - 1] ?? -1),
    );
    const fits = features.every(({ length }) => length === hiddenStateWidth);
    const even = tokens.length === features.length && tokens.length === positions.length;
    if (!ascending || !fits || !even || tokens.length > maximumPassEntries || tokens.length === 0) {
      throw new InvalidArgumentError(
        `Not a pass: ${tokens.length} tokens at ${positions.join()} with features of the ${featuresOf}.`,
      );
    }
  }

  /** Uniform numbers that follow from a text. */
  function numbers(text: string, kind: number, count: number): Float32Array {
    let hash = 0x81_1c_9d_c5;
    for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01_00_01_93);
    return Float32Array.from({ length: count }, (_, index) =>
      random.round(hash >>> 0).uniform('sample', kind, index, 0),
    );
  }

  return {
    name: attends ? 'table-eagle' : 'table-mlp',
    hiddenStateWidth,
    vocabularySize,
    contextLength: options.contextLength ?? 256,
    maximumSteps: options.maximumSteps ?? Number.POSITIVE_INFINITY,
    maximumPassEntries,
    attends,
    createSequence,
    memory: () => ({ weights: 1, cache: 0, buffers: vocabularySize * 4 }),
    async close() {
      closed = true;
    },
  };
}
