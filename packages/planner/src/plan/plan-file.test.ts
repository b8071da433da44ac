import { createHash } from 'node:crypto';
import { appendFile, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sampleProfile } from '../../testing/sample-profile.js';
import { smallModels, smallPipeline, smallProfile } from '../../testing/small-profile.js';
import { PlanFileError } from '../errors/plan-file-error.js';
import { PlanMismatchError } from '../errors/plan-mismatch-error.js';
import { compilePlan } from './compile-plan.js';
import { parsePlan } from './parse-plan.js';
import { type Plan, planJsonSchema } from './plan-schema.js';
import { readPlan, type ReadPlanOptions } from './read-plan.js';
import { writePlan } from './write-plan.js';

let folder: string;
let file: string;
let plan: Plan;
const inFolder = (name: string): string => path.join(folder, name);
const { machine, libraries } = sampleProfile();
const context: ReadPlanOptions['context'] = { machine, libraries };

beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'foretoken-plan-'));
  file = inFolder('plan.json');
  const pipeline = smallPipeline();
  const models = smallModels(pipeline);
  const here = async <Model extends { file: string }>(model: Model): Promise<Model> => {
    const text = `the weights of ${model.file}`;
    await writeFile(inFolder(model.file), text);
    const sha256 = createHash('sha256').update(text).digest('hex');
    return { ...model, file: inFolder(model.file), sha256, bytes: text.length };
  };
  const target = await here(models.target);
  const drafters = await Promise.all(models.drafters.map(async (model) => model && here(model)));
  plan = compilePlan({ pipeline, models: { target, drafters }, profile: smallProfile() });
});
afterEach(() => rm(folder, { recursive: true }));

describe('a plan file', () => {
  it('gives what was written, and leaves nothing beside it', async () => {
    await writePlan(file, plan);
    expect(await readPlan(file, { context })).toEqual({ plan, differences: [] });
    expect(await readdir(folder)).toEqual(['big.gguf', 'plan.json', 'small.gguf']);
  });

  it('is refused by the name of a model that changed, stale or not', async () => {
    await writePlan(file, plan);
    await appendFile(inFolder('small.gguf'), '.');
    for (const allowStale of [false, true]) {
      const reading = readPlan(file, { context, allowStale });
      await expect(reading).rejects.toThrow(PlanMismatchError);
      await expect(reading).rejects.toThrow(/the model small changed: .*small\.gguf has the SHA-256/);
    }
    await rm(inFolder('small.gguf'));
    await expect(readPlan(file, { context })).rejects.toThrow(/the model small cannot be read .*ENOENT/);
  });

  it.each<[string, Partial<ReadPlanOptions['context']>, string]>([
    [
      'machine',
      { machine: { ...machine, processor: 'another' } },
      'the processor was a processor, and is another',
    ],
    ['version', { libraries: { '@foretoken/core': '0.2.0' } }, '@foretoken/core was 0.1.0, and is 0.2.0'],
  ])('of another %s is refused by name, and taken where stale is allowed', async (_, changes, line) => {
    await writePlan(file, plan);
    const other = { ...context, ...changes };
    await expect(readPlan(file, { context: other })).rejects.toThrow(line);
    const { differences } = await readPlan(file, { context: other, allowStale: true });
    expect(differences).toEqual([line]);
  });

  it('that was written before plans told requantised weights from other caches is read', () => {
    const { requantised, ...target } = plan.target;
    expect(requantised).toBe(false);
    const older = { ...plan, target };
    expect(parsePlan(JSON.stringify(older), 'plan.json')).toEqual(older);
  });

  it('is refused wherever it is cut off, by its name', () => {
    const text = JSON.stringify(plan);
    for (let length = 0; length < text.length; length += 997)
      expect(() => parsePlan(text.slice(0, length), 'half.json')).toThrow(
        'half.json is no plan: it is not JSON',
      );
  });

  it.each<[string, unknown, string]>([
    ['version', 2, 'version: it is 2'],
    ['rule', 'guess', 'rule: there is no exact rule "guess"'],
    [
      'target.configuration.model',
      'other',
      'target.configuration.model: the model "other" is not among models',
    ],
    ['drafters.0.draft.model', 'other', 'drafters.0.draft.model: the model "other" is not among models'],
    ['drafters.0.table.lengths', [0], 'drafters.0.table: '],
    ['drafters.0.table.acceptance.0', 0.5, 'drafters.0.table.acceptance.0: the first is 0'],
    ['drafters.0.table.lengths.1', 999, 'drafters.0.table.lengths: longer than roundCosts'],
    ['drafters.0.roundCosts.lengths.1', 0, 'drafters.0.roundCosts.lengths: not ascending'],
    ['drafters.0.predictedLength', 64, 'drafters.0.predictedLength: there is no prediction of 64'],
    ['combination', 'estimate', 'combination: "estimate" needs two'],
    ['models.big.sha256', 'abc', 'models.big.sha256'],
    ['unknown', 1, 'unknown'],
  ])('with %s = %j is refused and names the place', (place, value, message) => {
    const changed = structuredClone(plan) as unknown as Record<string, unknown>;
    const keys = place.split('.');
    let at = changed;
    for (const key of keys.slice(0, -1)) at = at[key] as Record<string, unknown>;
    at[keys.at(-1) as string] = value;
    const parse = (): Plan => parsePlan(JSON.stringify(changed), 'plan.json');
    expect(parse).toThrow(PlanFileError);
    expect(parse).toThrow(message);
  });

  it('says where it cannot be written or read', async () => {
    await expect(writePlan(path.join(folder, 'none', 'plan.json'), plan)).rejects.toThrow('(ENOENT)');
    await expect(readPlan(inFolder('none.json'), { context })).rejects.toThrow('cannot be read (ENOENT)');
  });

  it('has its schema published as it is: npm run schema -w packages/planner writes it anew', async () => {
    const published = new URL('../../plan.schema.json', import.meta.url);
    expect(JSON.parse(await readFile(published, 'utf8'))).toEqual(
      JSON.parse(JSON.stringify(planJsonSchema())),
    );
  });
});
