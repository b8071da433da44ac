import type { LlamaShape, Weights } from './llama-weights.js';

const normEpsilon = 1e-5;
const rotaryBase = 10_000;

export type Rotation = 'halves' | 'neighbours';

/**
 * The llama architecture as Hugging Face defines it, written plainly in float64 on Hugging Face's weights:
 * logits after every token, [tokens][vocabulary].
 *
 * @param rotation `halves` is Hugging Face's: element i of a head turns with i + width / 2. `neighbours` is
 *   llama.cpp's for this architecture, wrong for these weights.
 */
export function referenceLogits(
  shape: LlamaShape,
  weights: ReadonlyMap<string, Weights>,
  tokens: readonly number[],
  rotation: Rotation = 'halves',
): number[][] {
  const weight = (name: string): Float32Array => (weights.get(`${name}.weight`) as Weights).values;
  const embedding = weight('model.embed_tokens');
  const rows = tokens.map((token) => [...embedding.subarray(token * shape.width, (token + 1) * shape.width)]);
  for (let layer = 0; layer < shape.layers; layer++) {
    const of = (part: string): Float32Array => weight(`model.layers.${layer}.${part}`);
    const normed = rows.map((row) => normalise(row, of('input_layernorm')));
    const attended = attention(shape, normed, of, rotation);
    for (const [index, row] of rows.entries()) add(row, attended[index] as number[]);
    for (const row of rows) {
      const inner = normalise(row, of('post_attention_layernorm'));
      const gate = multiply(of('mlp.gate_proj'), inner);
      const up = multiply(of('mlp.up_proj'), inner);
      add(
        row,
        multiply(
          of('mlp.down_proj'),
          gate.map((value, at) => silu(value) * (up[at] as number)),
        ),
      );
    }
  }
  const head = shape.tiedEmbeddings ? embedding : weight('lm_head');
  return rows.map((row) => multiply(head, normalise(row, weight('model.norm'))));
}

function attention(
  { heads, keyValueHeads, headWidth }: LlamaShape,
  rows: readonly number[][],
  of: (part: string) => Float32Array,
  rotation: Rotation,
): number[][] {
  const turned = (part: string): number[][] =>
    rows.map((row, position) => rotate(multiply(of(part), row), headWidth, position, rotation));
  const queries = turned('self_attn.q_proj');
  const keys = turned('self_attn.k_proj');
  const values = rows.map((row) => multiply(of('self_attn.v_proj'), row));
  return queries.map((query, position) => {
    const mixed: number[] = [];
    for (let head = 0; head < heads; head++) {
      const shared = Math.floor(head / (heads / keyValueHeads)) * headWidth;
      const part = query.slice(head * headWidth, (head + 1) * headWidth);
      const scores = keys.slice(0, position + 1).map((key) => {
        const dot = part.reduce((sum, value, at) => sum + value * (key[shared + at] as number), 0);
        return dot / Math.sqrt(headWidth);
      });
      const shares = softmax(scores);
      for (let at = 0; at < headWidth; at++) {
        mixed.push(
          shares.reduce((sum, share, from) => sum + share * (values[from]?.[shared + at] as number), 0),
        );
      }
    }
    return multiply(of('self_attn.o_proj'), mixed);
  });
}

function rotate(row: number[], headWidth: number, position: number, rotation: Rotation): number[] {
  const turned = [...row];
  const half = headWidth / 2;
  for (let head = 0; head < row.length; head += headWidth) {
    for (let pair = 0; pair < half; pair++) {
      const [first, second] =
        rotation === 'halves' ? [head + pair, head + pair + half] : [head + 2 * pair, head + 2 * pair + 1];
      const angle = position * rotaryBase ** (-pair / half);
      const [left, right] = [row[first] as number, row[second] as number];
      turned[first] = left * Math.cos(angle) - right * Math.sin(angle);
      turned[second] = right * Math.cos(angle) + left * Math.sin(angle);
    }
  }
  return turned;
}

/** A matrix [rows, columns] times a vector [columns]. */
function multiply(matrix: Float32Array, vector: readonly number[]): number[] {
  const columns = vector.length;
  return Array.from({ length: matrix.length / columns }, (_, row) =>
    vector.reduce((sum, value, column) => sum + value * (matrix[row * columns + column] as number), 0),
  );
}

function normalise(row: readonly number[], gain: Float32Array): number[] {
  const meanSquare = row.reduce((sum, value) => sum + value * value, 0) / row.length;
  const scale = 1 / Math.sqrt(meanSquare + normEpsilon);
  return row.map((value, at) => value * scale * (gain[at] as number));
}

function softmax(scores: readonly number[]): number[] {
  const largest = Math.max(...scores);
  const weights = scores.map((score) => Math.exp(score - largest));
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return weights.map((weight) => weight / sum);
}

function silu(value: number): number {
  return value / (1 + Math.exp(-value));
}

function add(row: number[], other: readonly number[]): void {
  for (const [at, value] of other.entries()) row[at] = (row[at] as number) + value;
}
