import type { SeededRandom } from './seeded-random.js';

type FieldKind =
  | 'version'
  | 'count'
  | 'length'
  | 'text'
  | 'valueType'
  | 'value'
  | 'shape'
  | 'tensorType'
  | 'offset';

/** A stretch of bytes of a GGUF header. */
interface Field {
  readonly kind: FieldKind;
  readonly at: number;
  readonly bytes: number;
}

/** A metadata entry or a tensor's description, to copy whole. */
interface Entry {
  readonly at: number;
  readonly end: number;
}

interface HeaderMap {
  readonly fields: readonly Field[];
  readonly values: readonly Entry[];
  readonly tensors: readonly Entry[];
  readonly end: number;
}

const valueBytes = [1, 1, 2, 2, 4, 4, 4, 1, 0, 0, 8, 8, 8];
const textType = 8;
const listType = 9;
const tensorCountAt = 8;
const valueCountAt = 16;
const dataAlignment = 32;

/** Where everything lies in the header of a sound GGUF file. Of long lists only the first elements. */
export function mapGgufHeader(file: Buffer): HeaderMap {
  const fields: Field[] = [];
  let at = 4;
  const take = (kind: FieldKind, bytes: number, kept = true): number => {
    if (kept && bytes > 0) fields.push({ kind, at, bytes });
    at += bytes;
    return at - bytes;
  };
  const length = (kind: FieldKind, kept = true): number => Number(file.readBigUInt64LE(take(kind, 8, kept)));
  const text = (kept = true): void => {
    take('text', length('length', kept), kept);
  };
  take('version', 4);
  const tensorCount = length('count');
  const valueCount = length('count');
  const values = Array.from({ length: valueCount }, (): Entry => {
    const start = at;
    text();
    const type = file.readUInt32LE(take('valueType', 4));
    const element = type === listType ? file.readUInt32LE(take('valueType', 4)) : type;
    const count = type === listType ? length('length') : 1;
    for (let index = 0; index < count; index++) {
      const kept = index < 6;
      if (element === textType) text(kept);
      else take('value', valueBytes[element] as number, kept);
    }
    return { at: start, end: at };
  });
  const tensors = Array.from({ length: tensorCount }, (): Entry => {
    const start = at;
    text();
    const dimensions = file.readUInt32LE(take('length', 4));
    for (let axis = 0; axis < dimensions; axis++) length('shape');
    take('tensorType', 4);
    length('offset');
    return { at: start, end: at };
  });
  return { fields, values, tensors, end: at };
}

type Mutation = (file: Buffer, map: HeaderMap, random: SeededRandom) => Buffer;

const mutations: readonly Mutation[] = [
  // Bytes and bits anywhere in the header.
  (file, { end }, random) => {
    for (let count = random.whole(1, 4); count > 0; count--)
      file[random.whole(0, end - 1)] = random.whole(0, 255);
    return file;
  },
  (file, { end }, random) => {
    const at = random.whole(0, end - 1);
    file[at] = (file[at] as number) ^ (1 << random.whole(0, 7));
    return file;
  },
  // Files cut short, in the header or behind it.
  (file, { end }, random) => file.subarray(0, random.whole(0, end)),
  (file, _, random) => file.subarray(0, random.whole(0, file.length - 1)),
  // Counts, lengths, shapes and offsets blown up, or a little off.
  (file, map, random) => {
    const field = pickField(map, random, ['count', 'length', 'shape', 'offset']);
    const before = field.bytes === 8 ? file.readBigUInt64LE(field.at) : BigInt(file.readUInt32LE(field.at));
    const after = random.pick([
      0n,
      1n,
      before + 1n,
      before * 2n,
      before > 0n ? before - 1n : 2n,
      2n ** 31n,
      2n ** 32n + before,
      2n ** 53n,
      2n ** 63n - 1n,
      2n ** 63n,
      2n ** 64n - 1n,
    ]);
    if (field.bytes === 8) file.writeBigUInt64LE(BigInt.asUintN(64, after), field.at);
    else file.writeUInt32LE(Number(BigInt.asUintN(32, after)), field.at);
    return file;
  },
  // Types of values and tensors.
  (file, map, random) => {
    const field = pickField(map, random, ['valueType']);
    file.writeUInt32LE(random.whole(0, 14), field.at);
    return file;
  },
  (file, map, random) => {
    const field = pickField(map, random, ['tensorType']);
    file.writeUInt32LE(random.whole(0, 44), field.at);
    return file;
  },
  // Types of the same width: everything behind them stays readable.
  (file, map, random) => {
    for (const field of map.fields) {
      if (field.kind === 'tensorType' && random.uniform() < 0.3)
        file.writeUInt32LE(random.pick([0, 26]), field.at);
    }
    return file;
  },
  // Values, and texts: keys, names, tokens, merges.
  (file, map, random) => {
    const { at, bytes } = pickField(map, random, ['value']);
    const fill = random.pick([0, 0xff, 0x7f, 0x80, random.whole(0, 255)]);
    file.fill(fill, at, at + bytes);
    if (random.uniform() < 0.5) file[at] = random.whole(0, 255);
    return file;
  },
  (file, map, random) => {
    const { at, bytes } = pickField(map, random, ['text']);
    file[at + random.whole(0, bytes - 1)] = random.pick([0, 0x20, 0x2e, 0x61, 0x7f, 0xc3, 0xff]);
    return file;
  },
  // One text in the place of another.
  (file, map, random) => {
    const to = pickField(map, random, ['text']);
    const from = random.pick(map.fields.filter(({ kind, bytes }) => kind === 'text' && bytes === to.bytes));
    file.copy(file, to.at, from.at, from.at + from.bytes);
    return file;
  },
  // An entry twice, with the count that belongs to it.
  (file, map, random) => insert(file, map, entryBytes(file, random.pick(map.values)), undefined),
  (file, map, random) => insert(file, map, undefined, entryBytes(file, random.pick(map.tensors))),
  // Metadata that the loader reads where it is there.
  (file, map, random) => insert(file, map, extraValue(random), undefined),
  // Weights: infinities, and what is not a number.
  (file, { end }, random) => {
    for (let count = random.whole(1, 64); count > 0; count--) {
      file[random.whole(end, file.length - 1)] = random.pick([0xff, 0x7f, 0x80, 0xfe]);
    }
    return file;
  },
];

/** A damaged copy of a sound GGUF file: number `index` of a sequence that goes through every kind in turn. */
export function mutateGguf(file: Buffer, map: HeaderMap, index: number, random: SeededRandom): Buffer {
  return (mutations[index % mutations.length] as Mutation)(Buffer.from(file), map, random);
}

function pickField(map: HeaderMap, random: SeededRandom, kinds: readonly FieldKind[]): Field {
  return random.pick(map.fields.filter(({ kind }) => kinds.includes(kind)));
}

function entryBytes(file: Buffer, { at, end }: Entry): Buffer {
  return Buffer.from(file.subarray(at, end));
}

/** The file with one more entry, its data still aligned. */
function insert(file: Buffer, map: HeaderMap, value: Buffer | undefined, tensor: Buffer | undefined): Buffer {
  const head = Buffer.from(file.subarray(0, map.end));
  const add = (at: number): void => {
    head.writeBigUInt64LE(head.readBigUInt64LE(at) + 1n, at);
  };
  if (value !== undefined) add(valueCountAt);
  if (tensor !== undefined) add(tensorCountAt);
  const valuesEnd = map.values.at(-1)?.end as number;
  const header = Buffer.concat([
    head.subarray(0, valuesEnd),
    value ?? Buffer.alloc(0),
    head.subarray(valuesEnd),
    tensor ?? Buffer.alloc(0),
  ]);
  const aligned = (length: number): number => Math.ceil(length / dataAlignment) * dataAlignment;
  return Buffer.concat([
    header,
    Buffer.alloc(aligned(header.length) - header.length),
    file.subarray(aligned(map.end)),
  ]);
}

const extraKeys: readonly (readonly [key: string, type: number])[] = [
  ['general.alignment', 4],
  ['split.count', 2],
  ['llama.expert_count', 4],
  ['llama.expert_used_count', 4],
  ['llama.expert_group_count', 4],
  ['llama.expert_group_used_count', 4],
  ['llama.nextn_predict_layers', 4],
  ['llama.embedding_length_out', 4],
  ['llama.attention.causal', 7],
  ['llama.attention.sliding_window', 4],
  ['llama.attention.scale', 6],
  ['llama.pooling_type', 4],
  ['llama.rope.scaling.type', 8],
  ['llama.rope.scaling.factor', 6],
  ['llama.rope.scaling.original_context_length', 4],
  ['llama.rope.scaling.attn_factor', 6],
  ['llama.rope.dimension_sections', 4],
  ['llama.rope.scale_linear', 6],
  ['llama.attention.key_length_swa', 4],
  ['llama.rope.dimension_count_swa', 4],
  ['llama.logit_scale', 6],
  ['llama.use_parallel_residual', 7],
  ['tokenizer.ggml.add_bos_token', 7],
  ['tokenizer.ggml.add_eos_token', 7],
  ['tokenizer.ggml.add_sep_token', 7],
  ['tokenizer.ggml.add_space_prefix', 7],
  ['tokenizer.ggml.unknown_token_id', 4],
  ['tokenizer.ggml.eot_token_id', 4],
  ['tokenizer.ggml.token_type_count', 4],
  ['tokenizer.chat_template', 8],
];

function extraValue(random: SeededRandom): Buffer {
  const [key, type] = random.pick(extraKeys);
  const value =
    type === textType
      ? textBytes(random.pick(['', 'none', 'linear', 'yarn', 'longrope', 'nonsense', '{{ x']))
      : Buffer.alloc(valueBytes[type] as number, random.pick([0, 0, 0xff, 0x7f]));
  if (type !== textType && random.uniform() < 0.7) value[0] = random.pick([0, 1, 2, 8, 16, 64, 255]);
  const kind = Buffer.alloc(4);
  kind.writeUInt32LE(type);
  return Buffer.concat([textBytes(key), kind, value]);
}

function textBytes(text: string): Buffer {
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  return Buffer.concat([length, Buffer.from(text)]);
}
