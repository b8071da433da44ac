import { tinyModels } from '@foretoken/tiny-models';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { expect, test } from 'vitest';
import { GraphSession } from '../../testing/graph-session.js';
import { largestDifference } from '../../testing/largest-difference.js';
import { writeRandomGguf } from '../../testing/random-gguf.js';
import { randomNumbers } from '../../testing/random-numbers.js';
import { temporaryFolder } from '../../testing/temporary-folder.js';
import { GraphBuilder, int } from './file/graph-builder.js';
import { writeOnnx } from './file/write-onnx.js';
import { generateGraph } from './generate-graph.js';

const inFolder = temporaryFolder();

/** Whether this machine's 8-bit product rounds a row as it does the same row among others. */
async function rowsAreAlone(): Promise<boolean> {
  const [columns, rows] = [512, 256];
  const random = randomNumbers(3);
  const builder = new GraphBuilder();
  const quants = Uint8Array.from({ length: rows * columns }, () => random() * 256);
  const scales = Float32Array.from({ length: (rows * columns) / 32 }, () => random() / 100);
  builder.tensor({ name: 'b', elementType: 'uint8', shape: [rows, columns / 32, 32], data: () => quants });
  builder.tensor({
    name: 's',
    elementType: 'float32',
    shape: [rows, columns / 32],
    data: () => new Uint8Array(scales.buffer),
  });
  builder.contrib('MatMulNBits', ['y'], ['x', 'b', 's'], {
    K: int(columns),
    N: int(rows),
    bits: int(8),
    block_size: int(32),
    accuracy_level: int(4),
  });
  const graph = builder.finish('product', {
    inputs: [{ name: 'x', elementType: 'float32', shape: ['n', columns] }],
    outputs: [{ name: 'y', elementType: 'float32', shape: ['n', rows] }],
  });
  await writeOnnx(inFolder('product.onnx'), {
    graph,
    operatorSets: new Map([
      ['', 24],
      ['com.microsoft', 1],
    ]),
    producer: { name: 'test', version: '1' },
    metadata: new Map(),
  });
  const session = await InferenceSession.create(inFolder('product.onnx'), { intraOpNumThreads: 1 });
  const input = Float32Array.from({ length: 8 * columns }, () => random() - 0.5);
  const run = async (first: number, count: number): Promise<Float32Array> => {
    const part = input.subarray(first * columns, (first + count) * columns);
    return (await session.run({ x: new Tensor('float32', part, [count, columns]) }))['y']
      ?.data as Float32Array;
  };
  const together = await run(0, 8);
  let equal = true;
  for (let row = 0; row < 8; row++) {
    const alone = await run(row, 1);
    const among = together.subarray(row * rows, (row + 1) * rows);
    if (largestDifference([alone], [among]) > 0) equal = false;
  }
  await session.release();
  return equal;
}

test('attention taken apart gives a chain’s rows to the bit, however many come in a pass, as far as the products do', async () => {
  const alone = await rowsAreAlone();
  await writeRandomGguf(inFolder('unshared.gguf'), { architecture: 'qwen2', format: 'Q8_0', heads: 2 });
  for (const [source, vocabulary] of [
    [tinyModels.draft, 8192],
    [inFolder('unshared.gguf'), 64],
  ] as const) {
    const path = inFolder('apart.onnx');
    const manifest = await generateGraph(source, path, { weightFormat: 'int8', decomposed: true });
    const session = await GraphSession.open(path, manifest, 128);
    const random = randomNumbers(5);
    const tokens = Array.from({ length: 100 }, () => Math.floor(random() * vocabulary));
    const single: Float32Array[] = [];
    for (const [past, token] of tokens.entries())
      single.push(...(await session.run({ tokens: [token], rows: [0], past })).logits);
    let past = 0;
    while (past < tokens.length) {
      const part = tokens.slice(past, past + 1 + Math.floor(random() * 20));
      const several = await session.run({ tokens: part, rows: part.map((_, row) => row), past });
      const expected = single.slice(past, past + part.length);
      const difference = largestDifference(several.logits, expected);
      if (alone) expect(difference).toBe(0);
      // Some activations are rounded otherwise; measured elsewhere: 0.3.
      else expect(difference).toBeLessThan(1);
      past += part.length;
    }
    await session.close();
  }
});
