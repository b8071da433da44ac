/** A tensor of a safetensors file, slowest dimension first. */
export interface TensorToEncode {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly bytes: Uint8Array;
}

/** The bytes of a safetensors file. */
export function encodeSafetensors(
  tensors: ReadonlyMap<string, TensorToEncode>,
  metadata?: Readonly<Record<string, string>>,
): Buffer {
  const header: [string, unknown][] = metadata === undefined ? [] : [['__metadata__', metadata]];
  let offset = 0;
  for (const [name, { dtype, shape, bytes }] of tensors) {
    header.push([name, { dtype, shape, data_offsets: [offset, offset + bytes.length] }]);
    offset += bytes.length;
  }
  return frameSafetensors(
    JSON.stringify(Object.fromEntries(header)),
    [...tensors.values()].map(({ bytes }) => bytes),
  );
}

/** A header, whatever it says, with its length before it and the data behind it. */
export function frameSafetensors(header: string | Uint8Array, data: readonly Uint8Array[]): Buffer {
  const bytes = Buffer.from(header);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(bytes.length));
  return Buffer.concat([length, bytes, ...data]);
}
