import type { Plan, Quality } from '@foretoken/planner';
import { openModels } from '../engines/open-models.js';
import { withProgress } from '../output/progress.js';
import { measureQuality } from '../quality/measure-quality.js';
import { planSelection } from './plan-selection.js';

/** The quality of the target and of every draft model of a plan that has the target's vocabulary, by name. */
export async function measureQualities(plan: Plan, signal: AbortSignal): Promise<Map<string, Quality>> {
  const qualities = new Map<string, Quality>();
  const drafters = [...plan.drafters, ...plan.alternatives].filter(
    ({ draft, drafter }) =>
      draft !== null &&
      (drafter.kind !== 'draft-model' || drafter.vocabulary === undefined || drafter.vocabulary === 'same'),
  );
  const names = [...new Set([plan.target.model, ...drafters.map(({ draft }) => draft?.model as string)])];
  const { sampling } = plan;
  await withProgress('quality', names.length, async (onModel) => {
    for (const [index, name] of names.entries()) {
      const drafter = drafters.find(({ draft }) => draft?.model === name);
      const models = await openModels(planSelection(plan, drafter === undefined ? [] : [drafter]), signal);
      try {
        const { target, draft } = models;
        const model = name === plan.target.model ? target : draft;
        if (model !== undefined)
          qualities.set(name, await measureQuality({ model, target, sampling, signal }));
      } finally {
        await models.close();
      }
      onModel(index + 1);
    }
  });
  return qualities;
}
