/**
 * Calibration of the acceptance predictors on recorded drafts: texts of the embedded target after Spec-Bench prompts, with
 * what the draft model and prompt lookup would draft at every round of up to 7 tokens. Every verified token is predicted
 * before its outcome is told; tokens after a rejection are censored. Predicted twice: before anything is drafted (what a
 * length is chosen by), and with the drafter's confidence in the token (what a draft is stopped by). `kept`: one predictor
 * for all texts, one after another; else a fresh one for each.
 *
 * Run: npx tsx bench/acceptance-predictors.ts (after npm run build; two minutes).
 */
import {
  type AcceptancePredictor,
  createBetaSurvival,
  createPerceptronPredictor,
  createSaturatingCounter,
  createTwoLevelPredictor,
} from '@foretoken/core';
import { AcceptanceEstimate } from '../packages/core/src/scheduling/acceptance-estimate.js';
import type { RecordedDraft } from './support/acceptance-traces.js';
import { type Calibration, calibrationOf, type Prediction } from './support/calibration.js';
import { recordedTexts, textLength } from './support/recorded-texts.js';
import { writeResult } from './support/write-result.js';

const draftLength = 7;

/** A mean by position that forgets: what combined drafters are chosen by. */
function createAcceptanceEstimate(): AcceptancePredictor {
  const estimate = new AcceptanceEstimate({ prior: [0.6], priorWeight: 4, memory: 24 });
  return {
    name: 'mean by position',
    predict: (position) => Math.max(0.01, Math.min(0.99, estimate.at(position))),
    update: ({ draftedCount, acceptedCount }) => estimate.observe(draftedCount, acceptedCount),
  };
}

const factories = [
  createAcceptanceEstimate,
  createSaturatingCounter,
  createTwoLevelPredictor,
  createPerceptronPredictor,
  createBetaSurvival,
];

interface Row {
  readonly temperature: number;
  readonly drafter: string;
  readonly kept: boolean;
  readonly confidence: boolean;
  readonly predictor: string;
  readonly calibration: Calibration;
}

function evaluate(
  texts: readonly (readonly RecordedDraft[])[],
  create: () => AcceptancePredictor,
  { kept, confidence }: { readonly kept: boolean; readonly confidence: boolean },
): Prediction[] {
  const predictions: Prediction[] = [];
  let predictor = create();
  for (const drafts of texts) {
    if (kept) predictor.beginText?.();
    else predictor = create();
    for (let at = 0; at < drafts.length; ) {
      const draft = drafts[at] as RecordedDraft;
      const draftedCount = Math.min(draft.drafted, draftLength);
      const acceptedCount = Math.min(draftedCount, draft.accepted);
      for (let position = 0; position < Math.min(draftedCount, acceptedCount + 1); position++) {
        const chance = predictor.predict(position, confidence ? draft.confidences[position] : undefined);
        predictions.push({ chance, accepted: position < acceptedCount });
      }
      const confidences = draft.confidences.slice(0, draftedCount);
      if (draftedCount > 0) predictor.update({ draftedCount, acceptedCount, confidences });
      at += acceptedCount + 1;
    }
  }
  return predictions;
}

const rows: Row[] = [];
let prompts = 0;
for (const temperature of [0, 1]) {
  const texts = await recordedTexts(temperature);
  prompts = texts.length;
  for (const drafter of ['model', 'prompt-lookup'] as const) {
    const drafts = texts.map((text) => text.drafts[drafter]);
    for (const kept of [false, true]) {
      for (const confidence of drafter === 'model' ? [false, true] : [false]) {
        for (const create of factories) {
          const predictions = evaluate(drafts, create, { kept, confidence });
          const calibration = calibrationOf(predictions);
          const predictor = create().name;
          rows.push({ temperature, drafter, kept, confidence, predictor, calibration });
          const { count, brier, logLoss, expectedCalibrationError } = calibration;
          console.log(
            `T${temperature} ${drafter}${kept ? ', kept' : ''}${confidence ? ', with confidence' : ''}: ${predictor}: ` +
              `Brier ${brier}, log loss ${logLoss}, calibration error ${expectedCalibrationError} (${count} tokens)`,
          );
        }
      }
    }
  }
}
await writeResult('acceptance-predictors', { prompts, textLength, draftLength, rows });
