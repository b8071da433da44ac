import { readFile } from 'node:fs/promises';
import { InvalidArgumentError } from '@foretoken/core';
import { describe, expect, it, test } from 'vitest';
import { smallPipeline } from '../../testing/small-profile.js';
import { PipelineFileError } from '../errors/pipeline-file-error.js';
import { parseObjective } from './parse-objective.js';
import { parsePipeline, readPipeline } from './parse-pipeline.js';
import { pipelineJsonSchema } from './pipeline-schema.js';

const parse = (document: unknown) => parsePipeline(JSON.stringify(document), 'pipeline.json');
const draft = { kind: 'draft-model', model: 'small.gguf' } as const;

describe('a pipeline', () => {
  it('gives back what was written', () => {
    const pipeline = smallPipeline({
      drafters: [
        { ...draft, formats: ['Q4_0'], cacheTypes: ['q8_0'], vocabulary: 'tli' },
        { kind: 'early-exit', layers: 6 },
        { kind: 'skip-layers', layers: [1, 2] },
        { kind: 'head', head: 'eagle' },
        { kind: 'prompt-lookup' },
        { kind: 'n-gram', corpora: ['a.ts'], store: 'past' },
        { kind: 'input-copy', source: 'b.ts' },
      ],
      target: { model: 'big.gguf', formats: ['Q4_0'], cacheTypes: ['q8_0', 'f32'] },
      combination: 'estimate',
      limits: { memoryBytes: 2e9, sequences: 4 },
      objective: { latency: 0.7, energy: 0.3 },
      powerModel: { name: 'data sheet', idleWatts: 10, wattsPerThread: 5 },
    });
    expect(parse(pipeline)).toEqual(pipeline);
  });

  it.each<[object, string]>([
    [{ target: {} }, 'target.model'],
    [{ drafters: [{ kind: 'guess' }] }, 'drafters.0.kind'],
    [{ drafters: [{ ...draft, vocabulary: 'none' }] }, 'drafters.0.vocabulary'],
    [{ drafters: [draft, draft] }, 'drafters.1: small.gguf is there twice'],
    [{ drafters: [{ ...draft, stage: 'prompt-lookup', tree: '2,2' }] }, 'drafters.0.stage'],
    [{ drafters: [{ ...draft, vocabulary: 'tli', tree: '2,2' }] }, 'drafters.0.tree'],
    [{ rule: 'guess' }, 'rule: there is no exact rule "guess"'],
    [{ rule: 'lossy-typical' }, 'rule: there is no exact rule'],
    [{ seedContract: 'text', rule: 'block' }, 'seedContract: only the rule sample-match'],
    [{ combination: 'estimate' }, 'combination: several drafters'],
    [{ limits: { memoryBytes: 0 } }, 'limits.memoryBytes'],
    [{ limits: { threads: 1.5 } }, 'limits.threads'],
    [{ objective: {} }, 'objective: no weight'],
    [{ objective: { latency: -1 } }, 'objective.latency'],
    [{ sampling: { temperature: -1 } }, 'sampling.temperature'],
    [{ version: 2 }, 'version: it is 2, and this program reads version 1'],
    [{ something: 1 }, 'something'],
  ])('with %j is refused and names the place', (changes, place) => {
    const read = (): unknown => parse({ ...smallPipeline(), ...changes });
    expect(read).toThrow(PipelineFileError);
    expect(read).toThrow(place);
  });

  it.each([[null], [[]], [3], ['text'], [{}]])('is not %j', (document) => {
    expect(() => parse(document)).toThrow('pipeline.json is no pipeline');
  });

  it('is refused wherever it is cut off, and where it is not there', async () => {
    const text = JSON.stringify(smallPipeline());
    for (let length = 0; length < text.length; length += 17)
      expect(() => parsePipeline(text.slice(0, length), 'half.json')).toThrow(
        'half.json is no pipeline: it is not JSON',
      );
    await expect(readPipeline('/nowhere/pipeline.json')).rejects.toThrow('cannot be read (ENOENT)');
  });

  it('has its schema published as it is: npm run schema -w packages/planner writes it anew', async () => {
    const file = new URL('../../pipeline.schema.json', import.meta.url);
    expect(JSON.parse(await readFile(file, 'utf8'))).toEqual(
      JSON.parse(JSON.stringify(pipelineJsonSchema())),
    );
  });
});

describe('an objective on the command line', () => {
  test.each([
    ['latency', { latency: 1 }],
    ['latency:0.7,energy:0.3', { latency: 0.7, energy: 0.3 }],
    [' throughput:2 , latency ', { throughput: 2, latency: 1 }],
  ])('%s', (text, objective) => {
    expect(parseObjective(text)).toEqual(objective);
  });

  test.each([
    '',
    'speed',
    'latency:0',
    'latency:-1',
    'latency:',
    'latency:1:2',
    'latency,latency',
    'latency:Infinity',
  ])('is not "%s"', (text) => {
    expect(() => parseObjective(text)).toThrow(InvalidArgumentError);
  });
});
