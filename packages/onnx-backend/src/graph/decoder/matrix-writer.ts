import { UnsupportedError } from '@foretoken/core';
import { encodeWeights } from '@foretoken/models';
import type { StoredWeights } from '../weights/decoder-weights.js';
import { type GraphBuilder, int, ints } from '../file/graph-builder.js';
import type { GraphWeightFormat } from '../graph-options.js';
import {
  blockPortions,
  loadValues,
  notFinite,
  storedWeight,
  valuePortions,
} from '../weights/load-weights.js';
import { blockElements, blocksOfEightBits, blocksOfFourBits } from '../weights/quantized-blocks.js';

/** One or several stored matrices with the same columns, whose rows follow each other. */
export interface Matrix {
  /** Name in the graph. */
  readonly name: string;
  readonly parts: readonly { readonly name: string; readonly rows: number }[];
  readonly columns: number;
}

/** Puts a model's matrices into a graph, in one weight format, with the operators that use them. */
export class MatrixWriter {
  readonly #builder: GraphBuilder;
  readonly #weights: StoredWeights;
  readonly #format: GraphWeightFormat;
  readonly #accuracyLevel: number;

  constructor(
    builder: GraphBuilder,
    weights: StoredWeights,
    format: GraphWeightFormat,
    accuracyLevel: number,
  ) {
    this.#builder = builder;
    this.#weights = weights;
    this.#format = format;
    this.#accuracyLevel = accuracyLevel;
  }

  /** input [..., columns] times the matrix, transposed: [..., rows]; plus a bias [rows] where one is given. */
  multiply(input: string, matrix: Matrix, output: string, bias?: string): string {
    this.#check(matrix);
    const builder = this.#builder;
    if (this.#bits !== undefined) return this.#multiplyBlocks(input, matrix, output, bias, this.#bits);
    const { name, columns } = matrix;
    const values = builder.tensor({
      name,
      elementType: this.#format === 'float16' ? 'float16' : 'float32',
      shape: [columns, rowsOf(matrix)],
      data: async () => this.#encode(matrix, transpose(await this.#values(matrix), columns)),
    });
    const product = bias === undefined ? output : `${output}.product`;
    builder.node('MatMul', product, [input, this.#asFloat32(values)]);
    return bias === undefined ? output : builder.node('Add', output, [product, bias]);
  }

  /**
   * input times a table, transposed; the table may be the embedding's.
   *
   * @param axes of the input: [rows, columns], or [batch, rows, columns].
   */
  multiplyTable(input: string, table: Matrix, output: string, axes: 2 | 3): string {
    if (this.#bits !== undefined) return this.multiply(input, table, output);
    const builder = this.#builder;
    const values = this.#asFloat32(this.#table(table));
    if (axes === 2) return builder.node('Gemm', output, [input, values], { transB: int(1) });
    const turned = builder.node('Transpose', `${table.name}.turned`, [values], { perm: ints([1, 0]) });
    return builder.node('MatMul', output, [input, turned]);
  }

  /** Rows of a table by token id: [..., columns]. */
  lookUp(tokens: string, table: Matrix, output: string): string {
    const builder = this.#builder;
    if (this.#bits !== undefined) {
      const { quants, scales } = this.#blockTensors(table, this.#bits);
      // MatMulNBits wants the bytes by block, this operator by row; the engine folds the reshaping.
      const shape = builder.integers(`${table.name}.row_shape`, [0, -1]);
      const byRow = builder.node('Reshape', `${table.name}.by_row`, [quants, shape]);
      builder.contrib('GatherBlockQuantized', [output], [byRow, tokens, scales], {
        gather_axis: int(0),
        quantize_axis: int(1),
        block_size: int(blockElements),
        bits: int(this.#bits),
      });
      return output;
    }
    const found = this.#format === 'float16' ? `${output}.stored` : output;
    builder.node('Gather', found, [this.#table(table), tokens], { axis: int(0) });
    return this.#format === 'float16' ? builder.node('Cast', output, [found], { to: int(1) }) : output;
  }

  get #bits(): 4 | 8 | undefined {
    if (this.#format === 'int8') return 8;
    return this.#format === 'int4' ? 4 : undefined;
  }

  #multiplyBlocks(
    input: string,
    matrix: Matrix,
    output: string,
    bias: string | undefined,
    bits: 4 | 8,
  ): string {
    const { quants, scales } = this.#blockTensors(matrix, bits);
    const inputs = [input, quants, scales, ...(bias === undefined ? [] : ['', '', bias])];
    this.#builder.contrib('MatMulNBits', [output], inputs, {
      K: int(matrix.columns),
      N: int(rowsOf(matrix)),
      bits: int(bits),
      block_size: int(blockElements),
      accuracy_level: int(this.#accuracyLevel),
    });
    return output;
  }

  /** Without a zero point both operators take 2^(bits - 1). */
  #blockTensors(matrix: Matrix, bits: 4 | 8): { readonly quants: string; readonly scales: string } {
    this.#check(matrix);
    const { name, columns } = matrix;
    const rows = rowsOf(matrix);
    const blocks = columns / blockElements;
    if (!Number.isInteger(blocks)) {
      throw new UnsupportedError(
        `${this.#weights.path}: rows of ${matrix.parts[0]?.name} have ${columns} elements, which are not whole blocks of ${blockElements}: choose the weight format float32 or float16.`,
      );
    }
    // Kept from the one tensor for the other, which is written after it.
    const scales: Uint8Array[] = [];
    return {
      quants: this.#builder.tensor({
        name,
        elementType: 'uint8',
        shape: [rows, blocks, (blockElements * bits) / 8],
        data: () => this.#quants(matrix, bits, scales),
      }),
      scales: this.#builder.tensor({
        name: `${name}.scales`,
        elementType: 'float32',
        shape: [rows, blocks],
        data: () => Buffer.concat(scales.splice(0)),
      }),
    };
  }

  /** In portions. @param scales takes those of the blocks that were given out. */
  async *#quants(
    { parts }: Matrix,
    bits: 4 | 8,
    scales: Uint8Array[],
  ): AsyncGenerator<Uint8Array, void, undefined> {
    scales.length = 0;
    for (const { name } of parts) {
      for await (const bytes of blockPortions(this.#weights, name, bits === 8 ? 'Q8_0' : 'Q4_0')) {
        const blocks = bits === 8 ? blocksOfEightBits(bytes) : blocksOfFourBits(bytes);
        scales.push(new Uint8Array(blocks.scales.buffer));
        yield blocks.quants;
      }
    }
  }

  #table(table: Matrix): string {
    this.#check(table);
    return this.#builder.tensor({
      name: table.name,
      elementType: this.#format === 'float16' ? 'float16' : 'float32',
      shape: [rowsOf(table), table.columns],
      data: () => this.#tablePortions(table),
    });
  }

  async *#tablePortions(table: Matrix): AsyncGenerator<Uint8Array, void, undefined> {
    for (const { name } of table.parts) {
      for await (const values of valuePortions(this.#weights, name)) yield this.#encode(table, values);
    }
  }

  #asFloat32(values: string): string {
    if (this.#format !== 'float16') return values;
    return this.#builder.node('Cast', `${values}.float32`, [values], { to: int(1) });
  }

  #encode(matrix: Matrix, values: Float32Array): Uint8Array {
    if (this.#format !== 'float16') return encodeWeights(values, 'F32');
    const bytes = encodeWeights(values, 'F16');
    const words = new Uint16Array(bytes.buffer, bytes.byteOffset, values.length);
    if (words.some((word) => (word & 0x7c00) === 0x7c00)) {
      throw notFinite(this.#weights, matrix.name, 'beyond what float16 holds');
    }
    return bytes;
  }

  async #values(matrix: Matrix): Promise<Float32Array> {
    const [first, ...others] = matrix.parts;
    if (others.length === 0 && first !== undefined) return loadValues(this.#weights, first.name);
    const values = new Float32Array(rowsOf(matrix) * matrix.columns);
    let place = 0;
    for (const { name } of matrix.parts) {
      const part = await loadValues(this.#weights, name);
      values.set(part, place);
      place += part.length;
    }
    return values;
  }

  #check({ parts, columns }: Matrix): void {
    for (const { name, rows } of parts) storedWeight(this.#weights, name, rows, columns);
  }
}

function rowsOf({ parts }: Matrix): number {
  return parts.reduce((sum, { rows }) => sum + rows, 0);
}

/** [rows, columns] to [columns, rows]. */
function transpose(values: Float32Array, columns: number): Float32Array {
  const rows = values.length / columns;
  const transposed = new Float32Array(values.length);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      transposed[column * rows + row] = values[row * columns + column] as number;
    }
  }
  return transposed;
}
