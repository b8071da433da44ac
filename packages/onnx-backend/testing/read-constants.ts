import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { BinaryReader } from '@bufbuild/protobuf/wire';

export interface StoredConstant {
  readonly shape: readonly number[];
  readonly typeNumber: number;
  readonly bytes: Uint8Array;
}

/** Every constant of a small ONNX file with its bytes, inside or outside; written apart from the product's reader. */
export async function readConstants(modelPath: string): Promise<ReadonlyMap<string, StoredConstant>> {
  const constants = new Map<string, StoredConstant>();
  for (const graph of children(await readFile(modelPath), 7)) {
    for (const tensor of children(graph, 5)) {
      const reader = new BinaryReader(tensor);
      const shape: number[] = [];
      const entries = new Map<string, string>();
      let name = '';
      let typeNumber = 0;
      let bytes: Uint8Array = new Uint8Array();
      while (reader.pos < tensor.length) {
        const [field, wireType] = reader.tag();
        if (field === 1) shape.push(Number(reader.int64()));
        else if (field === 2) typeNumber = reader.int32();
        else if (field === 8) name = reader.string();
        else if (field === 9) bytes = reader.bytes();
        else if (field === 13) {
          const entry = reader.bytes();
          const [key, value] = [1, 2].map((part) => new TextDecoder().decode(children(entry, part)[0]));
          entries.set(key as string, value as string);
        } else reader.skip(wireType);
      }
      if (entries.size > 0) {
        const file = await readFile(path.join(path.dirname(modelPath), entries.get('location') as string));
        const offset = Number(entries.get('offset'));
        bytes = file.subarray(offset, offset + Number(entries.get('length')));
      }
      constants.set(name, { shape, typeNumber, bytes: new Uint8Array(bytes) });
    }
  }
  return constants;
}

/** The length-delimited fields of one number. */
function children(message: Uint8Array, number: number): Uint8Array[] {
  const found: Uint8Array[] = [];
  const reader = new BinaryReader(message);
  while (reader.pos < message.length) {
    const [field, wireType] = reader.tag();
    if (field === number) found.push(reader.bytes());
    else reader.skip(wireType);
  }
  return found;
}
