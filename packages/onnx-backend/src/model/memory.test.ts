import { tinyModels } from '@foretoken/tiny-models';
import { describe, expect, test } from 'vitest';
import { runScript } from '../../testing/run-script.js';
import { temporaryFolder } from '../../testing/temporary-folder.js';

const inFolder = temporaryFolder();
// Regression: counted from the fifth round, what a worker's heap and kept caches take until they are full (15 to 20 MiB in
// the first twenty rounds, 29 MiB more in the next thirty on a busy machine) was taken for a leak.
const rounds = 80;
/** The first rounds fill what the engine, the allocator and a worker keep. */
const settled = 40;
const mostGrowth = 20 * 2 ** 20;

/** Resident memory after every round; each uses a model or a sequence and closes it. */
async function residentAfter(round: string, access: string): Promise<number[]> {
  const script = `
    import { onnxBackend } from '@foretoken/onnx-backend';
    const load = () => onnxBackend.loadModel(${JSON.stringify(tinyModels.draft)}, {
      access: '${access}',
      threads: 1,
      cacheFolder: ${JSON.stringify(inFolder('cache'))},
    });
    const tokens = Array.from({ length: 300 }, (_, index) => index * 7);
    const use = async (model) => {
      const sequence = model.createSequence();
      await model.forward([{ sequence, tokens, rows: [299] }]);
      sequence.doFork().close();
      sequence.close();
    };
    const kept = ${round === 'use(kept)' ? 'await load()' : 'undefined'};
    const resident = [];
    for (let round = 0; round < ${rounds}; round++) {
      ${round === 'use(kept)' ? 'await use(kept);' : 'const model = await load(); await use(model); await model.close();'}
      // What JavaScript no longer uses is not what is asked about.
      globalThis.gc();
      resident.push(process.memoryUsage.rss());
    }
    console.log(JSON.stringify(resident));
    await kept?.close();`;
  return (await runScript(script, { flags: ['--expose-gc'] })) as number[];
}

describe.each(['native', 'stock'])('memory through %s access', (access) => {
  test.each([
    ['models', 'load()'],
    ['sequences', 'use(kept)'],
  ])(`stays flat while ${rounds} %s are opened and closed`, async (name, round) => {
    const resident = await residentAfter(round, access);
    // The least of the last ten: what is lost stays, what a worker has yet to collect goes again.
    const growth = Math.min(...resident.slice(-10)) - (resident[settled - 1] as number);
    console.log(`${access}, ${rounds} ${name}: ${(growth / 2 ** 20).toFixed(1)} MiB above round ${settled}`);
    expect(growth).toBeLessThan(mostGrowth);
  });
});
