/**
 * Long runs behind the statistics package's promises, of which its tests run a slice: coverage and width of the total
 * variation interval, coverage of the confidence sequence watched all the time, level of the e-processes under optional
 * stopping, and their draws a second. Run: npx tsx bench/stats-coverage.ts (after npm run build; about ten minutes).
 */
import { writeFile } from 'node:fs/promises';
import {
  createCategoricalEProcess,
  createConditionalEProcess,
  createTotalVariationSequence,
  createUniformEProcess,
  type EProcess,
  randomisedPit,
  totalVariationInterval,
} from '@foretoken/stats';
import {
  distanceBetween,
  normalise,
  peakedLaw,
  shiftedLaw,
  uniformLaw,
  zipfLaw,
} from '../packages/stats/src/testing/laws.js';
import { seededRandom } from '../packages/stats/src/testing/seeded-random.js';
import { machine } from './support/machine.js';

const seed = 20261124;
const random = seededRandom(seed);

/** Draws from a law in O(log cells) each. */
function createDraw(law: readonly number[]): () => number {
  let sum = 0;
  const cumulative = Float64Array.from(law, (probability) => (sum += probability));
  const last = law.findLastIndex((probability) => probability > 0);
  return () => {
    const mass = random();
    let low = 0;
    let high = last;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (mass < (cumulative[middle] as number)) high = middle;
      else low = middle + 1;
    }
    return low;
  };
}

const median = (values: readonly number[]): number =>
  values.toSorted((left, right) => left - right)[Math.floor(values.length / 2)] as number;
const rounded = (value: number): number => Number(value.toPrecision(4));

const laws = { uniform: uniformLaw, zipf: zipfLaw, peaked: (cells: number) => peakedLaw(cells) };
type LawName = keyof typeof laws;

/** 500 intervals at 95 % over one table with a known distance. */
function measureInterval(name: LawName, cells: number, distance: number, count: number): object {
  const runs = 500;
  const target = laws[name](cells);
  const law = distance === 0 ? target : shiftedLaw(target, distance);
  const truth = distanceBetween(law, target);
  const draw = createDraw(law);
  const uppers: number[] = [];
  const lowers: number[] = [];
  const estimates: number[] = [];
  let covered = 0;
  for (let run = 0; run < runs; run++) {
    const counts = new Float64Array(cells);
    for (let index = 0; index < count; index++) {
      const cell = draw();
      counts[cell] = (counts[cell] as number) + 1;
    }
    const { lower, upper, estimate } = totalVariationInterval({ counts, probabilities: target });
    if (lower <= truth + 1e-12 && truth <= upper + 1e-12) covered++;
    uppers.push(upper);
    lowers.push(lower);
    estimates.push(estimate);
  }
  const alpha = 0.025;
  const estimate = median(estimates);
  return {
    law: name,
    cells,
    draws: count,
    distance: rounded(truth),
    covered,
    runs,
    goal: 459,
    medianLower: rounded(median(lowers)),
    medianUpper: rounded(median(uppers)),
    // What the same draws give by McDiarmid alone, and by Weissman et al. 2003.
    mcDiarmid: rounded(Math.min(1, estimate + Math.sqrt(Math.log(1 / alpha) / (2 * count)))),
    weissman: rounded(
      Math.min(1, estimate + Math.sqrt((cells * Math.log(2) + Math.log(1 / alpha)) / (2 * count))),
    ),
  };
}

/** 500 sequences at 95 %, each looked at after every 10 draws. */
function measureSequence(name: LawName, cells: number, distance: number): object {
  const runs = 500;
  const draws = 5000;
  const target = laws[name](cells);
  const law = distance === 0 ? target : shiftedLaw(target, distance);
  const truth = distanceBetween(law, target);
  const draw = createDraw(law);
  let covered = 0;
  const uppers: number[] = [];
  const lowers: number[] = [];
  for (let run = 0; run < runs; run++) {
    const sequence = createTotalVariationSequence(target);
    let covers = true;
    for (let index = 1; index <= draws; index++) {
      sequence.observe(draw());
      if (index % 10 !== 0) continue;
      const { lower, upper } = sequence.interval();
      covers &&= lower <= truth + 1e-12 && truth <= upper + 1e-12;
    }
    if (covers) covered++;
    uppers.push(sequence.interval().upper);
    lowers.push(sequence.interval().lower);
  }
  return {
    law: name,
    cells,
    draws,
    distance: rounded(truth),
    coveredAtAllTimes: covered,
    runs,
    goal: 459,
    medianLower: rounded(median(lowers)),
    medianUpper: rounded(median(uppers)),
  };
}

/** 2,000 streams of an exact sampler, each stopped at the first sight of evidence 1 / alpha. */
function measureLevel(
  name: string,
  start: () => { readonly process: EProcess; readonly observe: () => void },
): object {
  const runs = 2000;
  const draws = 2000;
  const rejected = { '0.05': 0, '0.01': 0 };
  const began = performance.now();
  for (let run = 0; run < runs; run++) {
    const { process, observe } = start();
    for (let index = 0; index < draws; index++) observe();
    if (process.pValue <= 0.05) rejected['0.05']++;
    if (process.pValue <= 0.01) rejected['0.01']++;
  }
  const drawsPerSecond = Math.round((runs * draws * 1000) / (performance.now() - began));
  // Binomial(2000, .05) exceeds 140, Binomial(2000, .01) 39, with probability 5e-5 each.
  return { process: name, runs, draws, rejected, mostAllowed: { '0.05': 140, '0.01': 39 }, drawsPerSecond };
}

const randomLaws = (cells: number): { law: number[]; draw: () => number }[] =>
  Array.from({ length: 100 }, () => {
    const law = normalise(Array.from({ length: cells }, () => random() ** (1 + 3 * random())));
    return { law, draw: createDraw(law) };
  });

function measureLevels(): object[] {
  const law = zipfLaw(20);
  const draw = createDraw(law);
  const classLaws = randomLaws(8);
  const tokenLaws = randomLaws(30);
  return [
    measureLevel('categorical, 20 cells', () => {
      const process = createCategoricalEProcess(law);
      return { process, observe: () => process.observe(draw()) };
    }),
    measureLevel('conditional, 8 classes, 100 laws', () => {
      const process = createConditionalEProcess(8);
      const observe = (): void => {
        const own = classLaws[process.count % 100] as (typeof classLaws)[number];
        process.observe(own.draw(), own.law);
      };
      return { process, observe };
    }),
    measureLevel('uniform, 30 outcomes, 100 laws', () => {
      const process = createUniformEProcess();
      const observe = (): void => {
        const own = tokenLaws[process.count % 100] as (typeof tokenLaws)[number];
        process.observe(randomisedPit(own.draw(), own.law, { random }));
      };
      return { process, observe };
    }),
  ];
}

const intervals: object[] = [];
for (const name of Object.keys(laws) as LawName[]) {
  for (const cells of [2, 3, 8, 50, 500]) {
    for (const [distance, count] of [
      [0, 1000],
      [0, 10_000],
      [0.01, 10_000],
      [0.02, 1000],
      [0.02, 100_000],
    ] as const) {
      if (count === 100_000 && cells === 500) continue;
      const result = measureInterval(name, cells, distance, count);
      intervals.push(result);
      console.log(JSON.stringify(result));
    }
  }
}
const sequences: object[] = [];
for (const [name, cells, distance] of [
  ['uniform', 2, 0],
  ['uniform', 2, 0.05],
  ['zipf', 8, 0],
  ['zipf', 8, 0.05],
  ['peaked', 8, 0.01],
  ['zipf', 50, 0],
  ['zipf', 50, 0.1],
] as const) {
  const result = measureSequence(name, cells, distance);
  sequences.push(result);
  console.log(JSON.stringify(result));
}
const levels = measureLevels();
for (const result of levels) console.log(JSON.stringify(result));

await writeFile(
  new URL('results/stats-coverage.json', import.meta.url),
  `${JSON.stringify(
    {
      command: 'npx tsx bench/stats-coverage.ts',
      machine,
      seed,
      intervals,
      sequences,
      levels,
    },
    undefined,
    2,
  )}\n`,
);
