import { createHash } from 'node:crypto';
import { type WeightFormat, decodeWeights, encodeWeights } from '@foretoken/models';
import { expect, test } from 'vitest';
import { readFixture } from './read-fixture.js';

type Encoded = Readonly<Record<WeightFormat, string>>;

const { blocks, decoded, finiteHalves } = await readFixture<{
  blocks: readonly ({ readonly name: string; readonly values: string } & Encoded)[];
  decoded: readonly { Q8_0: string; valuesOfQ8_0: string; Q4_0: string; valuesOfQ4_0: string }[];
  finiteHalves: string;
}>('quantised-blocks.json');

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const bytesOf = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'hex'));
const bytesOfFloats = ({ buffer, byteOffset, byteLength }: Float32Array): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);

test.each(['Q8_0', 'Q4_0', 'F16'] as const)('%s blocks of awkward values, bit for bit', (format) => {
  for (const block of blocks) {
    const values = new Float32Array(bytesOf(block.values).buffer);
    expect({ name: block.name, bytes: hex(encodeWeights(values, format)) }).toEqual({
      name: block.name,
      bytes: block[format],
    });
  }
});

test.each(['Q8_0', 'Q4_0'] as const)('%s blocks stand for the same values, bit for bit', (format) => {
  for (const block of decoded) {
    expect(hex(bytesOfFloats(decodeWeights(bytesOf(block[format]), format)))).toBe(
      block[`valuesOf${format}`],
    );
  }
});

test('every finite float16 number is the same float32', () => {
  const all = Uint16Array.from({ length: 65536 }, (_, bits) => bits);
  const values = decodeWeights(new Uint8Array(all.buffer), 'F16').filter((value) => Number.isFinite(value));
  expect(createHash('sha256').update(bytesOfFloats(values)).digest('hex')).toBe(finiteHalves);
});
