import { isDeepStrictEqual } from 'node:util';
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
      // An engine may make a cache only when it is needed.
      const sequence = profiled.model.createSequence();
      const { weights, cache, buffers } = profiled.model.memory();
      sequence.close();
      const measured = { weights, cache, buffers };
      profile.memory.push({ configuration, predicted: { ...profiled.predictedMemory }, measured });
    },
  };
}
