/**
 * How far controllers fall short of the best that could have been chosen in hindsight. A replay, and so deterministic:
 * texts of the embedded target with what its drafters draft after every token of them (bench/support/acceptance-traces.ts;
 * replaying any schedule on them is exact), on a clock that moves by measured pass costs of real pairs
 * (bench/support/cost-models.ts), in which a draft model also reads what it missed. Real rounds differ in what costs
 * vary by: their noise, and that a round costs more after one of another length.
 *
 * - By category, one controller kept from text to text: its rate over that of the best fixed length. Goal: 0.97. The
 *   learning controller has decoded one text before, in which it paid for its first drafts; `from nothing` it has not.
 * - A stream that changes between copying and free writing every 64 tokens: its rate over that of the best fixed length
 *   of every piece, whose draft model reads what it missed too. Goal: 0.95.
 * - All texts, greedy and drawn in turn: its rate over that of the best fixed length for all. Goal: 1.10. The same for the
 *   first 64 tokens of the greedy ones, in which the first rounds count for more.
 * - Each text by a process of its own, which begins with nothing learnt, as `foretoken generate` does: its rate over plain
 *   decoding, of all, of the worst tenth, and of those in which drafts of two tokens do not pay.
 *
 * Run: npx tsx bench/controller-regret.ts (after npm run build; a minute, and some more where nothing is recorded yet).
 */
import {
  chooseDraftLength,
  costAt,
  createBetaSurvival,
  createFixedDraftLength,
  createLearningDraftLength,
  createMovingAverageDraftLength,
  type DraftLengthController,
  stopAboveRejection,
  stopBelowConfidence,
  stopByEntropy,
} from '@foretoken/core';
import { longestDraft, type RecordedDraft, type RecordedText } from './support/acceptance-traces.js';
import { type CostModel, costModels } from './support/cost-models.js';
import { recordedTexts } from './support/recorded-texts.js';
import { rateOf, replay, type Replay, replayAll } from './support/replay.js';
import { geometricMean } from './support/means.js';
import { beginningOf, joined, piece, pieces, switchingStream } from './support/switching-stream.js';
import { writeResult } from './support/write-result.js';

const lengths = Array.from({ length: longestDraft + 1 }, (_, length) => length);
const bounds = Array.from({ length: 20 }, (_, state) => state / 20);

/** What prompt lookup says of itself; a model says nothing. */
const priorOf = ({ drafter }: CostModel): readonly number[] | undefined =>
  drafter === 'prompt-lookup' ? [0.9] : undefined;

const greedy = await recordedTexts(0);
const drawn = await recordedTexts(1);
const mixed = greedy.flatMap((text, index) => [text, drawn[index] as RecordedText]);

/** Controllers for a cost model; `kept` ones go from text to text. */
const controllers: Readonly<
  Record<string, { readonly kept: boolean; readonly create: (model: CostModel) => DraftLengthController }>
> = {
  learning: {
    kept: true,
    create: (model) => {
      const controller = createLearningDraftLength({ priorAcceptance: priorOf(model) });
      replayAll(mixed.slice(0, 1), model.drafter, { ...model, controller: () => controller });
      return controller;
    },
  },
  'learning, from nothing': {
    kept: true,
    create: (model) => createLearningDraftLength({ priorAcceptance: priorOf(model) }),
  },
  'learning, costs measured before': {
    kept: true,
    create: (model) =>
      createLearningDraftLength({ roundCosts: model.curve, priorAcceptance: priorOf(model) }),
  },
  plan: {
    kept: true,
    create: (model) =>
      createLearningDraftLength({
        lengths: settingsOf(model.curve),
        roundCosts: model.curve,
        priorAcceptance: priorOf(model),
      }),
  },
  ewma: { kept: true, create: () => createMovingAverageDraftLength([0, 1, 3, 7, longestDraft]) },
  adaedl: { kept: true, create: () => stopByEntropy(createFixedDraftLength(longestDraft)) },
  'specdec++': {
    kept: true,
    create: () => stopAboveRejection(createFixedDraftLength(longestDraft), createBetaSurvival(), 0.7),
  },
  'confidence 0.4': {
    kept: true,
    create: () => stopBelowConfidence(createFixedDraftLength(longestDraft), 0.4),
  },
};

/** The best lengths for constant acceptances, 0 left out: what a plan moves among. */
function settingsOf(curve: CostModel['curve']): number[] {
  const best = bounds.map(
    (bound) =>
      chooseDraftLength(
        longestDraft,
        () => bound + 0.5 / bounds.length,
        (length) => costAt(curve, length),
      ).length,
  );
  return [...new Set(best)].filter((length) => length > 0);
}

const rounded = (value: number): number => Number(value.toFixed(3));

function ratesOf(
  model: CostModel,
  run: (create: () => DraftLengthController) => Replay,
): Record<string, number> {
  return Object.fromEntries(
    Object.entries(controllers).map(([name, { kept, create }]) => {
      const one = create(model);
      return [name, rateOf(run(kept ? () => one : () => create(model)))];
    }),
  );
}

/** Every controller's rate over that of the best fixed length. */
function againstFixed(model: CostModel, texts: readonly RecordedText[]): object {
  const run = (create: () => DraftLengthController): Replay =>
    replayAll(texts, model.drafter, { ...model, controller: create });
  const fixed = lengths.map((length) => rateOf(run(() => createFixedDraftLength(length))));
  const best = Math.max(...fixed);
  const rates = ratesOf(model, run);
  return {
    bestLength: fixed.indexOf(best),
    bestOverPlain: rounded(best / (fixed[0] as number)),
    ofBest: Object.fromEntries(Object.entries(rates).map(([name, rate]) => [name, rounded(rate / best)])),
  };
}

/**
 * Milliseconds of the best length for every piece, chosen with all of them known: where a draft model drafts again, it reads
 * what it missed.
 *
 * @param milliseconds by piece and length, from 0, where nothing was missed.
 */
function bestSchedule(
  milliseconds: readonly (readonly number[])[],
  { catchUp }: CostModel,
  window: number,
): number {
  /** The least so far, by how many pieces were decoded plainly since the last that drafted. */
  let least = [0];
  for (const [plain = 0, ...drafting] of milliseconds) {
    const drafts = Math.min(
      ...least.map((before, missed) => before + catchUp(Math.min(missed * piece, window))),
    );
    least = [drafts + Math.min(...drafting), ...least.map((before) => before + plain)];
  }
  return Math.min(...least);
}

function onSwitchingStream(model: CostModel, texts: readonly RecordedText[]): object {
  const stream = switchingStream(model.drafter, texts);
  const { window: windows } = texts[0] as RecordedText;
  const window = windows[model.drafter];
  const drafts = joined(stream, windows).drafts[model.drafter];
  const fixedRate = (some: readonly RecordedDraft[], length: number): Replay =>
    replay({ ...model, window, drafts: some, controller: createFixedDraftLength(length) });
  const hindsight = bestSchedule(
    stream.map((part) => lengths.map((length) => fixedRate(part[model.drafter], length).milliseconds)),
    model,
    window,
  );
  const best = Math.max(...lengths.map((length) => rateOf(fixedRate(drafts, length))));
  const plain = rateOf(fixedRate(drafts, 0));
  const rates = ratesOf(model, (create) => replay({ ...model, window, drafts, controller: create() }));
  return {
    hindsightOverPlain: rounded(drafts.length / hindsight / plain),
    bestFixedOverPlain: rounded(best / plain),
    ofHindsight: Object.fromEntries(
      Object.entries(rates).map(([name, rate]) => [name, rounded((rate * hindsight) / drafts.length)]),
    ),
  };
}

/** The learning controller, begun anew with every text, over plain decoding. */
function inProcessesOfTheirOwn(model: CostModel, texts: readonly RecordedText[]): object {
  const ratios = texts.map((text) => {
    const rate = (controller: DraftLengthController): number =>
      rateOf(replayAll([text], model.drafter, { ...model, controller: () => controller }));
    const plain = rate(createFixedDraftLength(0));
    return {
      learning: rate(createLearningDraftLength({ priorAcceptance: priorOf(model) })) / plain,
      two: rate(createFixedDraftLength(2)) / plain,
    };
  });
  const learning = ratios.map((ratio) => ratio.learning).toSorted((left, right) => left - right);
  const hard = ratios.filter(({ two }) => two < 1).map((ratio) => ratio.learning);
  return {
    overPlain: rounded(geometricMean(learning)),
    worstTenth: rounded(learning[Math.floor(learning.length / 10)] as number),
    whereTwoDoNotPay: { texts: hard.length, overPlain: rounded(geometricMean(hard)) },
  };
}

const results = costModels.map((model) => {
  const categories = [greedy, drawn].flatMap((texts, temperature) =>
    [...new Set(texts.map(({ category }) => category))].map((category) => ({
      temperature,
      category,
      ...againstFixed(
        model,
        texts.filter((text) => text.category === category),
      ),
    })),
  );
  const all = [
    { texts: 'greedy', ...againstFixed(model, greedy) },
    { texts: 'drawn', ...againstFixed(model, drawn) },
    { texts: 'greedy and drawn in turn', ...againstFixed(model, mixed) },
    { texts: 'greedy, the first 64 tokens', ...againstFixed(model, greedy.map(beginningOf)) },
  ];
  const switching = onSwitchingStream(model, mixed);
  const alone = inProcessesOfTheirOwn(model, mixed);
  const result = { costs: model.name, all, switching, alone, categories };
  console.log(model.name);
  for (const row of [...all, switching, alone, ...categories]) console.log('  ', JSON.stringify(row));
  return result;
});
await writeResult('controller-regret', { texts: mixed.length, longestDraft, piece, pieces, results });
