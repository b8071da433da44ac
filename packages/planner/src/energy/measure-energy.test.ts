import { expect, test } from 'vitest';
import { EnergyMeterError } from '../errors/energy-meter-error.js';
import { createRecordedMeter } from '../testing/recorded-meter.js';
import type { EstimatedEnergy, MeasuredEnergy } from './energy.js';
import { estimateEnergy } from './estimate-energy.js';
import { measureEnergy } from './measure-energy.js';

/** A clock that gives these times in turn. */
function playing(times: readonly number[]): () => number {
  let at = 0;
  return () => times[at++] as number;
}

test('the energy of some work is what the meter counted meanwhile', async () => {
  const meter = createRecordedMeter({ name: 'RAPL (package-0)', readings: [5, 12.5] });
  const energy = await measureEnergy(meter, playing([100, 350]), async () => {});
  expect(energy).toEqual({ kind: 'measured', meter: 'RAPL (package-0)', joules: 7.5, milliseconds: 250 });
});

test('a clock that goes back is told', async () => {
  const meter = createRecordedMeter({ readings: [0, 1] });
  await expect(measureEnergy(meter, playing([100, 90]), async () => {})).rejects.toThrow(
    'clock went back by 10',
  );
});

test('work that is longer than the meter can follow is told', async () => {
  for (const [end, fails] of [
    [1000, false],
    [1001, true],
  ] as const) {
    const meter = createRecordedMeter({ readings: [0, 1], longestGap: 1000 });
    const measured = measureEnergy(meter, playing([0, end]), async () => {});
    if (fails) await expect(measured).rejects.toThrow('wrapped more than once');
    else await expect(measured).resolves.toMatchObject({ joules: 1 });
  }
});

test('a meter that vanishes is told', async () => {
  const vanished = new EnergyMeterError('gone', { meter: 'recorded' });
  const meter = createRecordedMeter({ readings: [3, vanished] });
  await expect(
    measureEnergy(
      meter,
      () => 0,
      async () => {},
    ),
  ).rejects.toBe(vanished);
  await expect(meter.read()).rejects.toThrow('The recording of recorded has ended.');
});

test('an estimate is labelled, and no type takes it for a measurement', () => {
  const powerModel = { name: 'data sheet', idleWatts: 10, wattsPerThread: 8 };
  const estimated = estimateEnergy(powerModel, { milliseconds: 500, threads: 2 });
  expect(estimated).toEqual({ kind: 'estimated', powerModel: 'data sheet', joules: 13, milliseconds: 500 });
  // @ts-expect-error: an estimate is no measurement.
  const wrong: MeasuredEnergy = estimated;
  // @ts-expect-error: nor the other way round.
  const alsoWrong: EstimatedEnergy = { kind: 'measured', meter: 'RAPL', joules: 1, milliseconds: 1 };
  expect([wrong.kind, alsoWrong.kind]).toEqual(['estimated', 'measured']);
  expect(() => estimateEnergy({ ...powerModel, idleWatts: -1 }, { milliseconds: 1, threads: 1 })).toThrow(
    'idleWatts',
  );
});
