/**
 * What a controller and its predictor cost the host: a round's `begin` of a draft, one `shouldStop` for every drafted
 * token and `observe`, on recorded-like rounds of up to 15 tokens. Median and 90th percentile over batches of 100
 * rounds. Goal: below 20 microseconds a round. Run: npx tsx bench/controller-cost.ts (after npm run build).
 */
import {
  type AcceptancePredictor,
  createBetaSurvival,
  createFixedDraftLength,
  createLearningDraftLength,
  createMovingAverageDraftLength,
  createPerceptronPredictor,
  createRequestRandom,
  createSaturatingCounter,
  createTwoLevelPredictor,
  type DraftLengthController,
  stopAboveRejection,
} from '@foretoken/core';
import { writeResult } from './support/write-result.js';

const seed = 20_261_128;
const goal = 20;
const longest = 15;
const batch = 100;
const batches = 400;
const warmUp = 100;
const random = createRequestRandom({ seed }).round(0);
const roundCosts = { lengths: [0, 1, 3, 7, 11, 15], milliseconds: [20, 22, 24, 28, 33, 40] };

/** Acceptance that a batch of rounds has: the text changes. */
const acceptances = [0.9, 0.3, 0.7, 0.95, 0.5];

const stopByPredictor = (predictor: AcceptancePredictor): DraftLengthController =>
  stopAboveRejection(createFixedDraftLength(longest), predictor, 0.7);
const controllers: Readonly<Record<string, () => DraftLengthController>> = {
  learning: () => createLearningDraftLength(),
  'learning, among settings': () => createLearningDraftLength({ lengths: [1, 3, 7, 15], roundCosts }),
  'SpecDec++, saturating counter': () => stopByPredictor(createSaturatingCounter()),
  'SpecDec++, two-level': () => stopByPredictor(createTwoLevelPredictor()),
  'SpecDec++, perceptron': () => stopByPredictor(createPerceptronPredictor()),
  'SpecDec++, beta survival': () => stopByPredictor(createBetaSurvival()),
  'moving average': () => createMovingAverageDraftLength([0, 1, 3, 7, 15]),
};

const uniforms = Float64Array.from({ length: batch * longest }, (_, index) =>
  random.uniform('sample', 0, index, 0),
);

/** Rounds as the loop would run them, models left out; the tokens drafted. */
function run(controller: DraftLengthController, acceptance: number): number {
  let total = 0;
  for (let round = 0; round < batch; round++) {
    const askedLength = controller.next(longest);
    let [draftedCount, acceptedCount] = [0, 0];
    while (draftedCount < askedLength) {
      const uniform = uniforms[round * longest + draftedCount] as number;
      if (acceptedCount === draftedCount && uniform < acceptance) acceptedCount += 1;
      draftedCount += 1;
      const drafted = { token: 0, probability: uniform, depth: draftedCount - 1 };
      if (controller.shouldStop?.(drafted) === true) break;
    }
    controller.observe({
      askedLength,
      draftedCount,
      acceptedCount,
      committedCount: acceptedCount + 1,
      draftMilliseconds: undefined,
      passMilliseconds: undefined,
      roundMilliseconds: 20 + 1.2 * draftedCount,
    });
    total += draftedCount;
  }
  return total;
}

const rows: object[] = [];
for (const [controller, create] of Object.entries(controllers)) {
  const made = create();
  const times: number[] = [];
  let drafted = 0;
  for (let index = 0; index < warmUp + batches; index++) {
    const start = performance.now();
    const tokens = run(made, acceptances[index % acceptances.length] as number);
    const microseconds = (1000 * (performance.now() - start)) / batch;
    if (index < warmUp) continue;
    times.push(microseconds);
    drafted += tokens;
  }
  const sorted = times.toSorted((left, right) => left - right);
  const at = (share: number): number =>
    Number((sorted[Math.floor(share * sorted.length)] as number).toFixed(2));
  const row = {
    controller,
    microsecondsPerRound: { median: at(0.5), p90: at(0.9) },
    draftedPerRound: Number((drafted / (batches * batch)).toFixed(2)),
  };
  rows.push(row);
  console.log(JSON.stringify(row));
}
const worst = Math.max(
  ...rows.map((row) => (row as { microsecondsPerRound: { median: number } }).microsecondsPerRound.median),
);
console.log(`goal of ${goal} microseconds: ${worst < goal ? 'reached' : 'missed'}, worst median ${worst}`);
await writeResult('controller-cost', { goal, longest, rounds: batches * batch, rows });
