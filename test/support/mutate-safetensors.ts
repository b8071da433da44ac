import { frameSafetensors } from './encode-safetensors.js';
import type { SeededRandom } from './seeded-random.js';

type Mutation = (file: Buffer, headerBytes: number, random: SeededRandom) => Buffer;

const lengthBytes = 8;

/** What JSON can hold in the place of anything else. */
const oddValues: readonly string[] = [
  'null',
  'true',
  '-1',
  '0',
  '1.5',
  '1e308',
  '9007199254740993',
  '"x"',
  '""',
  '[]',
  '[0]',
  '[16,0]',
  '[0,1e15]',
  '[-4,4]',
  '{}',
  '{"a":{"b":[]}}',
  `${'['.repeat(20_000)}${']'.repeat(20_000)}`,
];

const mutations: readonly Mutation[] = [
  // Bytes and bits anywhere in the header and its length.
  (file, headerBytes, random) => {
    for (let count = random.whole(1, 4); count > 0; count--) {
      file[random.whole(0, lengthBytes + headerBytes - 1)] = random.whole(0, 255);
    }
    return file;
  },
  (file, headerBytes, random) => {
    const at = random.whole(0, lengthBytes + headerBytes - 1);
    file[at] = (file[at] as number) ^ (1 << random.whole(0, 7));
    return file;
  },
  // Cut short, or longer than it says.
  (file, headerBytes, random) => file.subarray(0, random.whole(0, lengthBytes + headerBytes)),
  (file, _, random) => file.subarray(0, random.whole(0, file.length - 1)),
  (file, _, random) => Buffer.concat([file, Buffer.alloc(random.whole(1, 64))]),
  // The length of the header.
  (file, headerBytes, random) => {
    const length = BigInt(headerBytes);
    file.writeBigUInt64LE(
      random.pick([0n, 1n, length - 1n, length + 1n, 2n * length, 2n ** 32n, 2n ** 53n, 2n ** 64n - 1n]),
    );
    return file;
  },
  // Numbers, texts and lists of the header.
  ...[/\d+/g, /"[^"]*"/g, /\[[^\]]*\]/g, /\{"dtype[^}]*\}/g].map(
    (pattern): Mutation =>
      (file, headerBytes, random) =>
        edit(file, headerBytes, (header) => {
          const found = [...header.matchAll(pattern)];
          const { index, 0: text } = random.pick(found);
          return header.slice(0, index) + random.pick(oddValues) + header.slice(index + text.length);
        }),
  ),
  // A tensor twice, and names that mean something to JavaScript.
  (file, headerBytes, random) =>
    edit(file, headerBytes, (header) => {
      const entry = random.pick([...header.matchAll(/"[^"]+":\{[^}]*\}/g)])[0];
      return `{${entry},${header.slice(1)}`;
    }),
  (file, headerBytes, random) =>
    edit(file, headerBytes, (header) => {
      const name = random.pick(['__proto__', '__metadata__', 'constructor', 'toString', 'length']);
      return `{"${name}":${random.pick(oddValues)},${header.slice(1)}`;
    }),
];

/** A damaged copy of a sound safetensors file: number `index` of a sequence that goes through every kind. */
export function mutateSafetensors(sound: Buffer, index: number, random: SeededRandom): Buffer {
  const headerBytes = Number(sound.readBigUInt64LE());
  return (mutations[index % mutations.length] as Mutation)(Buffer.from(sound), headerBytes, random);
}

/** Another header, with the length that belongs to it. */
function edit(file: Buffer, headerBytes: number, change: (header: string) => string): Buffer {
  const end = lengthBytes + headerBytes;
  return frameSafetensors(change(file.toString('utf8', lengthBytes, end)), [file.subarray(end)]);
}
