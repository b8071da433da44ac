import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { tinyModels } from '@foretoken/tiny-models';
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { runCommand } from '../testing/run-command.js';
import { llamaWeights, smallestShape } from '../../../test/support/llama-weights.js';
import { writeHuggingFaceFolder } from '../../../test/support/write-hugging-face-folder.js';

let folder: string;
const inFolder = (name: string): string => path.join(folder, name);
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'foretoken-converted-'));
  await writeHuggingFaceFolder(inFolder('hugging-face'));
  const converted = await runCommand(['convert', inFolder('hugging-face'), inFolder('bytes.gguf')]);
  expect(converted.code, converted.stderr).toBe(0);
});
afterAll(() => rm(folder, { recursive: true }));

describe('a converted model', () => {
  it('is described, and generates', async () => {
    const { stdout } = await runCommand(['info', inFolder('bytes.gguf'), '--json']);
    expect(JSON.parse(stdout)).toMatchObject({
      architecture: 'llama',
      layers: 1,
      heads: 2,
      keyValueHeads: 1,
      vocabulary: 257,
      context: 128,
      // Norms stay float32: one at the end, two a layer.
      formats: { F32: { tensors: 3, bytes: 3 * 32 * 4 }, Q8_0: { tensors: 8 } },
    });
    const small = ['--model', inFolder('bytes.gguf'), '--threads', '1', '-n', '5'];
    const generated = await runCommand(['generate', 'let', ...small, '--json']);
    expect(generated.code, generated.stderr).toBe(0);
    expect(JSON.parse(generated.stdout).tokens.length).toBeLessThanOrEqual(5);
  });

  it('is quantised by either writer, and still generates', async () => {
    for (const writer of ['own', 'llama.cpp']) {
      const output = inFolder(`q4_0-${writer}.gguf`);
      const how = ['--format', 'Q4_0', '--writer', writer, '--pure', '--json'];
      const quantized = await runCommand(['quantize', inFolder('bytes.gguf'), output, ...how]);
      expect(quantized.code, quantized.stderr).toBe(0);
      expect(JSON.parse(quantized.stdout)).toMatchObject({ output, format: 'Q4_0' });
      const { stdout } = await runCommand(['info', output, '--json']);
      expect(JSON.parse(stdout).formats).toMatchObject({ F32: { tensors: 3 }, Q4_0: { tensors: 8 } });
    }
    const small = ['--model', inFolder('q4_0-own.gguf'), '--threads', '1', '-n', '5', '--draft', 'none'];
    const generated = await runCommand(['generate', 'let', ...small]);
    expect(generated.code, generated.stderr).toBe(0);
  });

  it('is suggested as a draft with what its vocabulary needs, after what costs less', async () => {
    const { code, stdout, stderr } = await runCommand(['suggest', '--folder', folder, '--json']);
    expect(code, stderr).toBe(0);
    const { suggestions } = JSON.parse(stdout) as {
      suggestions: { draft: string; foreignDraft?: string; note: string; paysFrom?: number; kind: string }[];
    };
    const own = suggestions.find(({ draft }) => draft.endsWith('bytes.gguf'));
    expect(own?.foreignDraft).toBe('slem');
    expect(own?.note).toMatch(/another vocabulary: .* of the target's tokens/);
    expect(suggestions.map(({ kind }) => kind)).toContain('head');
    const lookup = suggestions.find(({ draft }) => draft === 'prompt-lookup')?.paysFrom ?? 1;
    for (const { paysFrom = 1 } of suggestions) expect(paysFrom).toBeGreaterThanOrEqual(lookup);
  });

  it('drafts for a target of another vocabulary, and changes no greedy text', async () => {
    const shared = ['generate', 'const add', '--temperature', '0', '-n', '24', '--threads', '1', '--json'];
    const plain = await runCommand([...shared, '--draft', 'none']);
    for (const way of ['tli', 'slem']) {
      const foreign = ['--draft', inFolder('bytes.gguf'), '--foreign-draft', way, '--draft-length', '3'];
      const drafted = await runCommand([...shared, ...foreign]);
      expect(drafted.code, drafted.stderr).toBe(0);
      const { text, counters } = JSON.parse(drafted.stdout);
      expect(text).toBe(JSON.parse(plain.stdout).text);
      expect(counters.draftedCount).toBeGreaterThan(0);
      expect(counters.characterCount).toBe(Array.from(text as string).length);
      expect(counters.charactersPerPass).toBeCloseTo(counters.characterCount / counters.roundCount, 12);
    }
  });

  it('whose weights are damaged is dropped as a draft, with a warning, and changes no text', async () => {
    const weights = llamaWeights(smallestShape, 1);
    // Finite, but no logit is.
    weights.get('model.norm.weight')?.values.fill(3e38);
    await writeHuggingFaceFolder(inFolder('damaged'), { weights });
    const converted = await runCommand(['convert', inFolder('damaged'), inFolder('damaged.gguf')]);
    expect(converted.code, converted.stderr).toBe(0);
    const shared = ['generate', 'const add', '--temperature', '0', '-n', '12', '--threads', '1'];
    const plain = await runCommand([...shared, '--draft', 'none']);
    const foreign = ['--draft', inFolder('damaged.gguf'), '--foreign-draft', 'slem', '--draft-length', '3'];
    const { code, stdout, stderr } = await runCommand([...shared, ...foreign]);
    expect(code, stderr).toBe(0);
    expect(stderr).toMatch(/damaged.*failed in round 1.*goes on without it.*(NaN|Infinity)/);
    expect(stdout).toBe(plain.stdout);
  });
});

// Was wrong: a folder, which `pull` brings and the ONNX engine runs, was read as a GGUF file.
test('info describes a Hugging Face folder as the file that was made of it', async () => {
  const described = async (name: string): Promise<Record<string, unknown>> =>
    JSON.parse((await runCommand(['info', inFolder(name), '--json'])).stdout);
  const [source, converted] = [await described('hugging-face'), await described('bytes.gguf')];
  expect(source).toMatchObject({ container: 'safetensors', parameters: converted['parameters'] });
  for (const key of ['architecture', 'context', 'layers', 'width', 'heads', 'keyValueHeads', 'vocabulary'])
    expect({ [key]: source[key] }).toEqual({ [key]: converted[key] });
});

test('info knows the embedded models', async () => {
  const { stdout } = await runCommand(['info', tinyModels.target, '--json']);
  const { parameters, layers, vocabulary, bytes, formats } = JSON.parse(stdout);
  expect(parameters).toBeGreaterThan(27e6);
  expect(parameters).toBeLessThan(29e6);
  expect({ layers, vocabulary }).toEqual({ layers: 8, vocabulary: 8192 });
  expect(formats.F32.bytes + formats.Q8_0.bytes).toBeLessThan(bytes);
  expect(formats.F32.bytes + formats.Q8_0.bytes).toBeGreaterThan(0.9 * bytes);
});
