/** Our side of the real-pair benchmark: models and drafters are opened by the command's own modules, as a user gets them. */
import { generate } from '@foretoken/core';
import { type OpenModels, openModels } from '../../apps/cli/dist/engines/open-models.js';
import { loadPlan, openPlan } from '../../apps/cli/dist/planning/open-plan.js';
import { planController } from '../../apps/cli/dist/planning/plan-controller.js';
import type { Engine } from '../real-pair/engines.js';
import { type DraftCounts, serve } from './generation-request.js';

/** What is opened, as the flags of `foretoken generate` say it: --plan, or --model and --draft. */
export type RealPairWorkerOptions =
  | { readonly plan: string }
  | {
      readonly model: string;
      readonly draft: string;
      readonly backend: Engine;
      readonly threads: number;
      readonly contextLength: number;
    };

/** As the command has it where nothing is given. */
const defaultRule = 'block';

const options = JSON.parse(process.argv[2] as string) as RealPairWorkerOptions;
const { models, rule, draftLength } = await open();
let counts: DraftCounts = { drafted: 0, accepted: 0 };

// Drafter and controller are kept from one generation to the next.
serve(
  async function* ({ prompt, tokenCount, temperature, seed, ignoreEndTokens }) {
    const { target, drafter } = models;
    const events = generate({
      target,
      drafter,
      draftLength,
      rule,
      prompt,
      sampling: { temperature },
      seed,
      maximumTokens: tokenCount,
      ignoreEndTokens,
      clock: () => performance.now(),
    });
    for await (const event of events) {
      if (event.type === 'drafter-failed') throw event.error;
      if (event.type === 'token-committed') yield event.token;
      if (event.type === 'generation-end') {
        const { draftedCount, acceptedCount } = event.counters;
        counts = { drafted: draftedCount, accepted: acceptedCount };
      }
    }
  },
  () => counts,
);

async function open(): Promise<{
  readonly models: OpenModels;
  readonly rule: string;
  readonly draftLength: ReturnType<typeof planController> | undefined;
}> {
  const { signal } = new AbortController();
  if ('plan' in options) {
    const plan = await loadPlan(options.plan, {}, signal);
    const opened = await openPlan(plan, { plan: options.plan }, signal);
    return { models: opened, rule: plan.rule, draftLength: planController(opened, plan.rule) };
  }
  const { model, draft, backend, threads, contextLength: context } = options;
  const opened = await openModels({ model, draft, backend, threads, context }, signal);
  return { models: opened, rule: defaultRule, draftLength: undefined };
}
