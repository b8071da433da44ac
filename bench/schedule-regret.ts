/**
 * What choosing the drafter and the length in every round brings over any fixed setting: prompt lookup and a draft model under
 * one schedule, as `--draft prompt-lookup+FILE` runs them, against the best fixed length of either. A replay of the texts of
 * bench/controller-regret.ts on the pass costs of real pairs, in which a draft model also reads what it missed.
 *
 * Goal: 1.10 times the best fixed drafter and length.
 *
 * Run: npx tsx bench/schedule-regret.ts (after npm run build; half a minute, and some more where nothing is recorded yet).
 */
import { createFixedDraftLength } from '@foretoken/core';
import { longestDraft, type RecordedDrafter, type RecordedText } from './support/acceptance-traces.js';
import { type CostModel, costModels } from './support/cost-models.js';
import { recordedTexts } from './support/recorded-texts.js';
import { rateOf, replayAll } from './support/replay.js';
import { replaySchedule } from './support/replay-schedule.js';
import { joined, switchingStream } from './support/switching-stream.js';
import { writeResult } from './support/write-result.js';

const goal = 1.1;
const greedy = await recordedTexts(0);
const drawn = await recordedTexts(1);
const mixed = greedy.flatMap((text, index) => [text, drawn[index] as RecordedText]);
const sets: Readonly<Record<string, readonly RecordedText[]>> = {
  greedy,
  'greedy and drawn in turn': mixed,
  'copying and free writing in turn': [joined(switchingStream('model', mixed))],
};

const rounded = (value: number): number => Number(value.toFixed(3));

/** The same target without a draft model. */
function withoutDraft({ name }: CostModel): CostModel {
  const [target] = name.split(', ');
  return costModels.find((other) => other.name === `${target}, prompt lookup`) as CostModel;
}

const rows: object[] = [];
for (const model of costModels.filter(
  ({ drafter, name }) => drafter === 'model' && !name.startsWith('embedded'),
)) {
  const lookup = withoutDraft(model);
  for (const [texts, set] of Object.entries(sets)) {
    const fixed = ([model, lookup] as const).flatMap((costs) =>
      Array.from({ length: longestDraft + 1 }, (_, length) => ({
        drafter: costs.drafter as RecordedDrafter,
        length,
        rate: rateOf(
          replayAll(set, costs.drafter, { ...costs, controller: () => createFixedDraftLength(length) }),
        ),
      })),
    );
    const plain = fixed.find(({ length }) => length === 0)?.rate as number;
    const best = fixed.reduce((left, right) => (right.rate > left.rate ? right : left));
    const cost = { model: model.cost, 'prompt-lookup': lookup.cost };
    const schedule = rateOf(await replaySchedule(set, { cost, catchUp: model.catchUp }));
    const ofBest = rounded(schedule / best.rate);
    rows.push({
      costs: model.name,
      texts,
      bestFixed: { drafter: best.drafter, length: best.length, overPlain: rounded(best.rate / plain) },
      scheduleOverPlain: rounded(schedule / plain),
      scheduleOverBestFixed: ofBest,
      reached: ofBest >= goal,
    });
    console.log(JSON.stringify(rows.at(-1)));
  }
}
await writeResult('schedule-regret', { goal, texts: greedy.length, rows });
