import { InvalidArgumentError, type LogitsHandle, TokenOutOfRangeError } from '@foretoken/core';
import type { DeviceTools } from './device-tools.js';
import type { DeviceTensor, HostTensor } from './tensor.js';

/** Logits that stay where the engine computed them; only what is asked for comes back. */
export class DeviceLogits implements LogitsHandle {
  readonly rowCount: number;
  readonly vocabularySize: number;
  readonly #tools: DeviceTools;
  readonly #tensor: DeviceTensor;
  readonly #first: number;

  /**
   * @param tensor float32, [rows, vocabularySize].
   * @param first the handle's first row in the tensor.
   */
  constructor(tools: DeviceTools, tensor: DeviceTensor, first: number, rowCount: number) {
    this.#tools = tools;
    this.#tensor = tensor;
    this.#first = first;
    this.rowCount = rowCount;
    this.vocabularySize = tensor.shape[1] as number;
  }

  read(row: number): Float32Array {
    const result = new Float32Array(this.vocabularySize);
    this.#run('readRow', row, [], [['result', floats(result)]]);
    return result;
  }

  gather(row: number, tokens: ArrayLike<number>): Float32Array {
    const wanted = BigInt64Array.from(Array.from(tokens), (token) => {
      if (!Number.isInteger(token) || token < 0 || token >= this.vocabularySize) {
        throw new TokenOutOfRangeError(
          `There is no token ${token} in a vocabulary of ${this.vocabularySize}.`,
        );
      }
      return BigInt(token);
    });
    const result = new Float32Array(wanted.length);
    this.#run('gather', row, [['wanted', integers(wanted)]], [['result', floats(result)]]);
    return result;
  }

  topK(row: number, count: number): { tokens: Int32Array; logits: Float32Array } {
    const size = Math.min(count, this.vocabularySize);
    const largest = new Float32Array(size);
    const places = new BigInt64Array(size);
    this.#run(
      'topK',
      row,
      [['count', integers(BigInt64Array.of(BigInt(size)))]],
      [
        ['largest', floats(largest)],
        ['places', { ...integers(places), shape: [1, size] }],
      ],
    );
    // Not every provider orders ties.
    const order = [...places.keys()].toSorted(
      (left, right) =>
        (largest[right] as number) - (largest[left] as number) ||
        Number(places[left]) - Number(places[right]),
    );
    return {
      tokens: Int32Array.from(order, (place) => Number(places[place])),
      logits: Float32Array.from(order, (place) => largest[place] as number),
    };
  }

  logSumExp(row: number): number {
    const result = new Float32Array(1);
    this.#run('logSumExp', row, [], [['result', floats(result)]]);
    return result[0] as number;
  }

  #run(
    tool: 'readRow' | 'gather' | 'topK' | 'logSumExp',
    row: number,
    inputs: readonly (readonly [string, HostTensor])[],
    outputs: readonly (readonly [string, HostTensor])[],
  ): void {
    if (!Number.isInteger(row) || row < 0 || row >= this.rowCount) {
      throw new InvalidArgumentError(`There is no row ${row}: the pass was asked for ${this.rowCount}.`);
    }
    const place = integers(BigInt64Array.of(BigInt(this.#first + row)));
    const all = new Map<string, HostTensor | DeviceTensor>([
      ['logits', this.#tensor],
      ['row', place],
      ...inputs,
    ]);
    this.#tools.run(tool, all, new Map(outputs));
  }
}

/** One row. */
function floats(data: Float32Array): HostTensor {
  return { type: 'float32', shape: [1, data.length], data };
}

function integers(data: BigInt64Array): HostTensor {
  return { type: 'int64', shape: [data.length], data };
}
