import {
  type ScalarName,
  tensorTypeById,
  type TensorToWrite,
  type TensorType,
  type TypedValue,
} from '@foretoken/models';
import fc from 'fast-check';

const whole = (bits: number, signed: boolean): fc.Arbitrary<number> =>
  fc.integer(signed ? { min: -(2 ** (bits - 1)), max: 2 ** (bits - 1) - 1 } : { min: 0, max: 2 ** bits - 1 });

const scalars: { readonly [Name in ScalarName]: fc.Arbitrary<unknown> } = {
  uint8: whole(8, false),
  int8: whole(8, true),
  uint16: whole(16, false),
  int16: whole(16, true),
  uint32: whole(32, false),
  int32: whole(32, true),
  float32: fc.float(),
  bool: fc.boolean(),
  string: fc.string({ unit: 'grapheme', maxLength: 12 }),
  uint64: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
  int64: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  float64: fc.double(),
};

const typedValue = fc.constantFrom(...(Object.keys(scalars) as ScalarName[])).chain((type) =>
  fc.oneof(
    scalars[type].map((value) => ({ type, value })),
    fc.array(scalars[type], { maxLength: 20 }).map((value) => ({ type: `${type}[]`, value })),
  ),
) as fc.Arbitrary<TypedValue>;

const key = fc.stringMatching(/^[a-z][a-z0-9_.]{0,30}$/).filter((text) => text !== 'general.alignment');

/** Metadata of every type, with or without an alignment. */
export const ggufMetadata: fc.Arbitrary<Map<string, TypedValue>> = fc
  .tuple(
    fc.array(fc.tuple(key, typedValue), { maxLength: 12 }),
    fc.constantFrom(undefined, 8, 16, 32, 64, 4096),
  )
  .map(([pairs, alignment]) => {
    const metadata = new Map(pairs);
    if (alignment !== undefined) metadata.set('general.alignment', { type: 'uint32', value: alignment });
    return metadata;
  });

export interface DescribedTensor {
  readonly name: string;
  readonly type: TensorType;
  readonly shape: readonly number[];
  readonly bytes: Uint8Array;
}

const everyType = Array.from({ length: 64 }, (_, id) => tensorTypeById(id)).filter(
  (type) => type !== undefined,
);

const tensor: fc.Arbitrary<DescribedTensor> = fc
  .record({
    name: fc.stringMatching(/^[a-z][a-z0-9_.]{0,62}$/),
    type: fc.constantFrom(...everyType),
    blocks: fc.integer({ min: 1, max: 3 }),
    rest: fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 3 }),
    fill: fc.integer({ min: 0, max: 255 }),
  })
  .map(({ name, type, blocks, rest, fill }) => {
    const rows = rest.reduce((product, length) => product * length, 1);
    const bytes = new Uint8Array(blocks * rows * type.blockBytes).map((_, index) => fill + index * 7);
    return { name, type, shape: [blocks * type.blockElements, ...rest], bytes };
  });

/** Tensors of every type, with one to four dimensions. */
export const ggufTensors: fc.Arbitrary<DescribedTensor[]> = fc.uniqueArray(tensor, {
  maxLength: 6,
  selector: ({ name }) => name,
});

export function toWrite({ bytes, ...described }: DescribedTensor): TensorToWrite {
  return { ...described, data: async () => bytes };
}
