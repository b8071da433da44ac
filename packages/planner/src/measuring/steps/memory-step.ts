import { isDeepStrictEqual } from 'node:util';
import type { HeadModel, LanguageModel, MemoryUse } from '@foretoken/core';
import type { ProfiledHead } from '../profiled-head.js';
import { configurationOf, type ProfiledModel } from '../profiled-model.js';
import type { ProfileStep } from '../profile-step.js';

export function memoryStep(profiled: ProfiledModel): ProfileStep {
  const configuration = configurationOf(profiled);
  return {
    name: `memory of ${profiled.id}`,
    weight: 0,
    isDone: (profile) =>
      profile.memory.some((entry) => isDeepStrictEqual(entry.configuration, configuration)),
    async measure(profile) {
      const measured = memoryInUse(profiled.model);
      profile.memory.push({ configuration, predicted: { ...profiled.predictedMemory }, measured });
    },
  };
}

export function headMemoryStep({ model, predictedMemory }: ProfiledHead): ProfileStep {
  const { name: head } = model;
  return {
    name: `memory of ${head}`,
    weight: 0,
    isDone: ({ headMemory = [] }) => headMemory.some((entry) => entry.head === head),
    async measure(profile) {
      const entry = { head, predicted: { ...predictedMemory }, measured: memoryInUse(model) };
      profile.headMemory = [...(profile.headMemory ?? []), entry];
    },
  };
}

/** With a sequence open: an engine may make a cache only when it is needed. */
function memoryInUse(model: Pick<LanguageModel | HeadModel, 'memory' | 'createSequence'>): MemoryUse {
  const sequence = model.createSequence();
  const { weights, cache, buffers } = model.memory();
  sequence.close();
  return { weights, cache, buffers };
}
