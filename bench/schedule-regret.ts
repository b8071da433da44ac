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
import { rateOf, replay, replayAll, total } from './support/replay.js';
import { replaySchedule, type ScheduleCosts } from './support/replay-schedule.js';
import { joined, switchingStream } from './support/switching-stream.js';
import { writeResult } from './support/write-result.js';

const goal = 1.1;
const greedy = await recordedTexts(0);
const drawn = await recordedTexts(1);
const mixed = greedy.flatMap((text, index) => [text, drawn[index] as RecordedText]);
const stream = switchingStream('model', mixed);
const [{ window: streamWindow }] = mixed as [RecordedText];
/** Texts, and those for which hindsight chooses: of the stream its pieces, before which nothing is to be read. */
const sets: Readonly<Record<string, { texts: readonly RecordedText[]; parts: readonly RecordedText[] }>> = {
  greedy: { texts: greedy, parts: greedy },
  'greedy and drawn in turn': { texts: mixed, parts: mixed },
  'copying and free writing in turn': {
    texts: [joined(stream, streamWindow)],
    parts: stream.map((part) => joined([part], streamWindow)),
  },
};
const drafters: readonly RecordedDrafter[] = ['model', 'prompt-lookup'];
const lengths = Array.from({ length: longestDraft + 1 }, (_, length) => length);

/** Milliseconds of a text with prompt lookup wherever it has something, and a draft model of a fixed length in other rounds. */
function lookupFirst(
  { drafts, promptLength, window }: RecordedText,
  costs: Pick<ScheduleCosts, 'cost' | 'catchUp'>,
  length: number,
): number {
  let [at, milliseconds, missed] = [0, 0, Math.min(promptLength, window.model)];
  const end = drafts.model.length;
  while (at < end) {
    const limit = end - at - 1;
    const found = Math.min(limit, drafts['prompt-lookup'][at]?.drafted ?? 0);
    const [drafter, drafted]: [RecordedDrafter, number] =
      found > 0 ? ['prompt-lookup', found] : ['model', Math.min(limit, length)];
    const committed = 1 + Math.min(drafted, drafts[drafter][at]?.accepted ?? 0);
    const isRead = drafter === 'model' && drafted > 0;
    milliseconds += costs.cost[drafter](drafted) + (isRead ? costs.catchUp(missed) : 0);
    missed = isRead ? 0 : Math.min(missed + committed, window.model);
    at += committed;
  }
  return milliseconds;
}

/** Milliseconds of the best way to decode a text. */
function inHindsight(text: RecordedText, { cost, catchUp }: Pick<ScheduleCosts, 'cost' | 'catchUp'>): number {
  const alone = (drafter: RecordedDrafter, length: number): number =>
    replay({
      drafts: text.drafts[drafter],
      promptLength: text.promptLength,
      window: text.window[drafter],
      controller: createFixedDraftLength(length),
      cost: cost[drafter],
      catchUp: drafter === 'model' ? catchUp : undefined,
    }).milliseconds;
  return Math.min(
    ...lengths.flatMap((length) => [
      ...drafters.map((drafter) => alone(drafter, length)),
      lookupFirst(text, { cost, catchUp }, length),
    ]),
  );
}

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
  for (const [name, { texts, parts }] of Object.entries(sets)) {
    const fixed = ([model, lookup] as const).flatMap((costs) =>
      lengths.map((length) => ({
        drafter: costs.drafter as RecordedDrafter,
        length,
        rate: rateOf(
          replayAll(texts, costs.drafter, { ...costs, controller: () => createFixedDraftLength(length) }),
        ),
      })),
    );
    const plain = fixed.find(({ length }) => length === 0)?.rate as number;
    const best = fixed.reduce((left, right) => (right.rate > left.rate ? right : left));
    const { perToken, catchUp, relativeSize } = model;
    const both = {
      cost: { model: model.cost, 'prompt-lookup': lookup.cost },
      perToken,
      catchUp,
      relativeSize,
    };
    const schedule = rateOf(total(await replaySchedule(texts, both)));
    const tokens = parts.reduce((sum, { drafts }) => sum + drafts.model.length, 0);
    const hindsight = tokens / parts.reduce((sum, text) => sum + inHindsight(text, both), 0);
    const ofBest = rounded(schedule / best.rate);
    rows.push({
      costs: model.name,
      texts: name,
      bestFixed: { drafter: best.drafter, length: best.length, overPlain: rounded(best.rate / plain) },
      scheduleOverPlain: rounded(schedule / plain),
      scheduleOverBestFixed: ofBest,
      hindsightOverBestFixed: rounded(hindsight / best.rate),
      reached: ofBest >= goal,
    });
    console.log(JSON.stringify(rows.at(-1)));
  }
}
await writeResult('schedule-regret', { goal, texts: greedy.length, rows });
