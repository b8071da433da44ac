import { isDeepStrictEqual } from 'node:util';
import { type EnergyMeters, metersOf } from '../../energy/energy-meter.js';
import { estimateEnergy, type PowerModel } from '../../energy/estimate-energy.js';
import { measureEnergy } from '../../energy/measure-energy.js';
import { EnergyMeterError } from '../../errors/energy-meter-error.js';
import type { Profile } from '../../profile/profile-schema.js';
import { anyTokens } from '../any-tokens.js';
import { configurationOf, type ProfiledModel } from '../profiled-model.js';
import type { ProfileStep } from '../profile-step.js';

const lengths = [1, 4, 8];
const wantedContextTokens = 64;
/** Milliseconds of passes between two readings: more makes them no better. */
const longestReading = 20_000;

export interface EnergyStepOptions {
  readonly energy: EnergyMeters;
  readonly powerModel: PowerModel | undefined;
  /** Busy threads that a power model takes where the engine chose them. */
  readonly cores: number;
  /** Never going back. */
  readonly clock: () => number;
  /** As the machine has it: where it goes back, a reading is uncertain. */
  readonly meterClock: () => number;
}

/** Energy of a model's passes by every meter of where it runs; a meter that fails is named in the profile, and left out. */
export function energyStep(profiled: ProfiledModel, options: EnergyStepOptions): ProfileStep {
  const { energy, powerModel, clock, meterClock } = options;
  const { model, id, threads = options.cores } = profiled;
  const configuration = configurationOf(profiled);
  const meters = metersOf(energy.meters, model.capabilities.device);
  const contextTokens = Math.min(wantedContextTokens, model.contextLength >> 1);
  const longest = Math.min(model.capabilities.maximumPassTokens, model.contextLength - contextTokens);
  const wanted = lengths.filter((length) => length <= longest);
  const isMine = (entry: { readonly configuration: unknown }): boolean =>
    isDeepStrictEqual(entry.configuration, configuration);
  const isUnreadable = (profile: Profile, name: string): boolean =>
    profile.energy.unreadable.some(({ meter }) => meter === name);
  return {
    name: `energy of ${id}`,
    weight: 1,
    isDone: ({ energy: known, ...rest }) =>
      meters.every(
        ({ name }) =>
          // A meter that failed on the way has read some.
          wanted.every((length) =>
            known.measured.some((entry) => isMine(entry) && entry.meter === name && entry.length === length),
          ) || isUnreadable({ energy: known, ...rest }, name),
      ) &&
      (powerModel === undefined ||
        known.estimated.some((entry) => isMine(entry) && entry.powerModel === powerModel.name)),
    async measure(profile, milliseconds, signal) {
      const measured: Profile['energy']['measured'] = [];
      const estimated: Profile['energy']['estimated'] = [];
      const sequence = model.createSequence();
      try {
        const prefix = anyTokens(contextTokens, model.vocabularySize);
        await model.forward([{ sequence, tokens: prefix, rows: 'none' }], { signal });
        // Of what a counter may wrap in, passes of the last moment take less than half.
        const gaps = meters.map(({ longestGap = Number.POSITIVE_INFINITY }) => longestGap / 2);
        const span = Math.min(milliseconds / wanted.length, longestReading, ...gaps);
        for (const length of wanted) {
          const tokens = anyTokens(length, model.vocabularySize);
          let passes = 0;
          let spent = 0;
          let work = async (): Promise<void> => {
            const start = clock();
            do {
              await model.forward([{ sequence, tokens, rows: 'all' }], { signal });
              sequence.doRollback(contextTokens);
              passes += 1;
              spent = clock() - start;
            } while (spent < span);
          };
          // Every meter is read around the same passes.
          for (const meter of meters) {
            if (isUnreadable(profile, meter.name)) continue;
            const inner = work;
            work = async () => {
              let ran = false;
              try {
                const reading = await measureEnergy(meter, meterClock, async () => {
                  ran = true;
                  await inner();
                });
                measured.push({ ...reading, configuration, contextTokens, length, passes });
              } catch (error) {
                if (!(error instanceof EnergyMeterError)) throw error;
                profile.energy.unreadable.push({ meter: meter.name, reason: error.message });
                if (!ran) await inner();
              }
            };
          }
          await work();
          if (powerModel !== undefined) {
            const guess = estimateEnergy(powerModel, { milliseconds: spent, threads });
            estimated.push({ ...guess, configuration, contextTokens, length, passes });
          }
        }
      } finally {
        sequence.close();
      }
      const isRead = ({ meter }: { readonly meter: string }): boolean =>
        meters.some(({ name }) => name === meter);
      const others = profile.energy.measured.filter((entry) => !isMine(entry) || !isRead(entry));
      profile.energy.measured = [...others, ...measured];
      const otherGuesses = profile.energy.estimated.filter((entry) => !isMine(entry));
      profile.energy.estimated = [...otherGuesses, ...estimated];
    },
  };
}
