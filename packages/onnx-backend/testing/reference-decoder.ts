import { type GgufFile, readTensor } from '@foretoken/models';

/** One new token of the reference: its position, and the earlier entries (itself included) that it attends to. */
export interface ReferenceToken {
  readonly token: number;
  readonly position: number;
  /** Indices into the tokens so far, in any order. */
  readonly sees: readonly number[];
}

export interface ReferenceRow {
  readonly logits: Float64Array;
  readonly hiddenState: Float64Array;
}

/**
 * A llama, qwen2 or gemma forward pass written from the papers, in float64, one token at a time, straight from a GGUF
 * file's weights: what the generated graphs are compared with. Shares no code with the generator.
 *
 * @param everyWindow a sliding window of every layer, as Mistral has it and no GGUF file says.
 */
export async function referenceForward(
  file: GgufFile,
  tokens: readonly ReferenceToken[],
  everyWindow = Number.POSITIVE_INFINITY,
): Promise<readonly ReferenceRow[]> {
  const architecture = String(file.metadata.get('general.architecture'));
  const setting = (key: string): number => Number(file.metadata.get(`${architecture}.${key}`));
  const width = setting('embedding_length');
  const layers = setting('block_count');
  const heads = setting('attention.head_count');
  const keyValueHeads = setting('attention.head_count_kv');
  const headWidth = setting('attention.key_length') || width / heads;
  const epsilon = setting('attention.layer_norm_rms_epsilon');
  const base = setting('rope.freq_base') || 10_000;
  const rotated = setting('rope.dimension_count') || headWidth;
  const stretch = setting('rope.scaling.factor') || 1;
  const factors = file.tensors.has('rope_freqs.weight')
    ? await readTensor(file, 'rope_freqs.weight')
    : undefined;
  const cache = new Map<string, Promise<Float32Array | undefined>>();
  const tensor = (name: string): Promise<Float32Array | undefined> => {
    const known = cache.get(name);
    if (known !== undefined) return known;
    const loaded = file.tensors.has(name) ? readTensor(file, name) : Promise.resolve(undefined);
    cache.set(name, loaded);
    return loaded;
  };
  const isGemma = architecture.startsWith('gemma');
  const window = setting('attention.sliding_window') || Number.POSITIVE_INFINITY;
  const pattern = setting('attention.sliding_window_pattern') || (architecture === 'gemma2' ? 2 : 6);
  const scoreCap = architecture === 'gemma2' ? setting('attn_logit_softcapping') : Number.NaN;
  const logitCap = setting('final_logit_softcapping');
  const project = async (name: string, input: Float64Array): Promise<Float64Array> => {
    const matrix = (await tensor(`${name}.weight`)) as Float32Array;
    const bias = await tensor(`${name}.bias`);
    const output = new Float64Array(matrix.length / input.length);
    for (let row = 0; row < output.length; row++) {
      let sum = bias?.[row] ?? 0;
      for (let column = 0; column < input.length; column++)
        sum += (matrix[row * input.length + column] as number) * (input[column] as number);
      output[row] = sum;
    }
    return output;
  };
  const norm = async (name: string, input: Float64Array): Promise<Float64Array> => {
    const gain = (await tensor(`${name}.weight`)) as Float32Array;
    const mean = input.reduce((sum, value) => sum + value * value, 0) / input.length;
    return input.map((value, index) => (value / Math.sqrt(mean + epsilon)) * (gain[index] as number));
  };
  /** In place: llama's files hold neighbouring pairs, qwen2's halves. */
  const rotate = (values: Float64Array, position: number, local: boolean): void => {
    // Gemma 3 stretches the rotation of layers without a window only, and gives the others a base of their own.
    const own = local && architecture === 'gemma3';
    const layerBase = own ? setting('rope.freq_base_swa') || 10_000 : base;
    const layerStretch = own ? 1 : stretch;
    for (let head = 0; head < values.length / headWidth; head++) {
      for (let pair = 0; pair < rotated / 2; pair++) {
        const first = head * headWidth + (architecture === 'llama' ? 2 * pair : pair);
        const second = first + (architecture === 'llama' ? 1 : rotated / 2);
        const angle =
          (position * layerBase ** ((-2 * pair) / rotated)) / layerStretch / (factors?.[pair] ?? 1);
        const [x, y] = [values[first] as number, values[second] as number];
        values[first] = x * Math.cos(angle) - y * Math.sin(angle);
        values[second] = x * Math.sin(angle) + y * Math.cos(angle);
      }
    }
  };

  const normHeads = async (name: string, input: Float64Array): Promise<Float64Array> => {
    const output = new Float64Array(input.length);
    for (let from = 0; from < input.length; from += headWidth)
      output.set(await norm(name, input.subarray(from, from + headWidth)), from);
    return output;
  };
  const normOutput = (name: string, output: Float64Array): Promise<Float64Array> =>
    file.tensors.has(`${name}.weight`) ? norm(name, output) : Promise.resolve(output);

  const positions: number[] = [];
  const keys: Float64Array[][] = Array.from({ length: layers }, () => []);
  const values: Float64Array[][] = Array.from({ length: layers }, () => []);
  const rows: ReferenceRow[] = [];
  for (const { token, position, sees } of tokens) {
    const table = (await tensor('token_embd.weight')) as Float32Array;
    let state: Float64Array = Float64Array.from(table.subarray(token * width, (token + 1) * width));
    if (isGemma) state = state.map((value) => value * Math.sqrt(width));
    positions.push(position);
    for (let layer = 0; layer < layers; layer++) {
      const name = `blk.${layer}`;
      const input = await norm(`${name}.attn_norm`, state);
      const local = isGemma && window < Number.POSITIVE_INFINITY && layer % pattern < pattern - 1;
      let query = await project(`${name}.attn_q`, input);
      let key = await project(`${name}.attn_k`, input);
      if (architecture === 'gemma3') {
        query = await normHeads(`${name}.attn_q_norm`, query);
        key = await normHeads(`${name}.attn_k_norm`, key);
      }
      rotate(query, position, local);
      rotate(key, position, local);
      const [layerKeys, layerValues] = [keys[layer] as Float64Array[], values[layer] as Float64Array[]];
      layerKeys.push(key);
      layerValues.push(await project(`${name}.attn_v`, input));
      const near = local ? Math.min(window, everyWindow) : everyWindow;
      const seen = sees.filter((index) => position - (positions[index] as number) < near);
      const attended = attend(
        query,
        layerKeys,
        layerValues,
        seen,
        heads / keyValueHeads,
        headWidth,
        scoreCap,
      );
      const projected = await project(`${name}.attn_output`, attended);
      state = add(state, await normOutput(`${name}.post_attention_norm`, projected));
      const middle = await norm(`${name}.ffn_norm`, state);
      const gate = await project(`${name}.ffn_gate`, middle);
      const up = await project(`${name}.ffn_up`, middle);
      const gated = gate.map((value, index) => (isGemma ? gelu : silu)(value) * (up[index] as number));
      const fed = await project(`${name}.ffn_down`, gated);
      state = add(state, await normOutput(`${name}.post_ffw_norm`, fed));
    }
    const hiddenState = await norm('output_norm', state);
    const head = file.tensors.has('output.weight') ? 'output' : 'token_embd';
    const logits = (await project(head, hiddenState)).map((logit) => capped(logit, logitCap));
    rows.push({ hiddenState, logits });
  }
  return rows;
}

/** A chain that begins on an empty cache. */
export function chainTokens(tokens: readonly number[]): ReferenceToken[] {
  return tokens.map((token, position) => ({
    token,
    position,
    sees: Array.from({ length: position + 1 }, (_, index) => index),
  }));
}

function attend(
  query: Float64Array,
  keys: readonly Float64Array[],
  values: readonly Float64Array[],
  sees: readonly number[],
  sharing: number,
  headWidth: number,
  scoreCap: number,
): Float64Array {
  const output = new Float64Array(query.length);
  for (let head = 0; head < query.length / headWidth; head++) {
    const from = head * headWidth;
    const shared = Math.floor(head / sharing) * headWidth;
    const scores = sees.map((index) => {
      let score = 0;
      for (let element = 0; element < headWidth; element++)
        score += (query[from + element] as number) * (keys[index]?.[shared + element] as number);
      return capped(score / Math.sqrt(headWidth), scoreCap);
    });
    const largest = Math.max(...scores);
    const weights = scores.map((score) => Math.exp(score - largest));
    const total = weights.reduce((left, right) => left + right, 0);
    for (let element = 0; element < headWidth; element++) {
      let mixed = 0;
      for (const [place, index] of sees.entries())
        mixed += ((weights[place] as number) / total) * (values[index]?.[shared + element] as number);
      output[from + element] = mixed;
    }
  }
  return output;
}

function silu(value: number): number {
  return value / (1 + Math.exp(-value));
}

/** The form with tanh (Hendrycks and Gimpel 1606.08415). */
function gelu(value: number): number {
  return 0.5 * value * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (value + 0.044_715 * value ** 3)));
}

function capped(value: number, cap: number): number {
  return Number.isNaN(cap) ? value : cap * Math.tanh(value / cap);
}

function add(left: Float64Array, right: Float64Array): Float64Array {
  return left.map((value, index) => value + (right[index] as number));
}
