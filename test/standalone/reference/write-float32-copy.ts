import {
  type GgufValue,
  type TensorType,
  type TypedValue,
  encodeWeights,
  readGguf,
  readTensor,
  tensorTypeByName,
  writeGguf,
} from '@foretoken/models';

/** Writes the model of a GGUF file again with every tensor dequantised to float32. */
export async function writeFloat32Copy(source: string, destination: string): Promise<void> {
  const file = await readGguf(source);
  const metadata = new Map([...file.metadata].map(([key, value]) => [key, typed(key, value)] as const));
  const type = tensorTypeByName('F32') as TensorType;
  const tensors = [...file.tensors.values()].map(({ name, shape }) => ({
    name,
    shape,
    type,
    data: async () => encodeWeights(await readTensor(file, name), 'F32'),
  }));
  await writeGguf(destination, metadata, tensors);
}

/** The types that llama.cpp expects of the few kinds of values in these files. */
function typed(key: string, value: GgufValue): TypedValue {
  if (typeof value === 'string') return { type: 'string', value };
  if (typeof value === 'boolean') return { type: 'bool', value };
  if (Array.isArray(value)) {
    return typeof value[0] === 'string'
      ? { type: 'string[]', value: value as string[] }
      : { type: 'int32[]', value: value as number[] };
  }
  return { type: /epsilon$|freq_base$/.test(key) ? 'float32' : 'uint32', value: Number(value) };
}
