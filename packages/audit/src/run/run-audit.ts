import { type RuleProof, proveRule } from '../enumeration/prove-rule.js';
import { createSubject } from '../subject/create-subject.js';
import { type TableAudit, auditOnTable } from '../tables/audit-on-table.js';
import { tableModels } from '../tables/audit-table.js';
import { decide } from '../verdict/decide.js';
import type { AuditOptions } from './audit-options.js';
import type { AuditReport } from './audit-report.js';
import { checkOptions } from './check-options.js';
import { EngineRun } from './engine-run.js';
import { planAudit } from './plan-audit.js';
import { runSteps, type TimedStep } from './time-slices.js';

/** Seconds on two cores, for the shares of the time: ample, since what a step leaves over goes to those after it. */
const weights = { proof: 0.5, tableDraw: 0.00015, treeDraw: 0.0003 };

/**
 * Audits rules and drafters on known tables (layer 1), on engines (layer 2), and the engines' numerics (layer 3), and
 * ends in a verdict. What is combined with what, how often each is drawn, and which tests share alpha is fixed before
 * the first draw; at any time the verdict so far can be had by aborting the signal.
 *
 * @throws InvalidArgumentError for options that cannot be used. Errors of subjects and engines end up in the report.
 */
export async function runAudit(options: AuditOptions): Promise<AuditReport> {
  const settings = checkOptions(options);
  const plan = planAudit(options, settings);
  const proofs: RuleProof[] = [];
  const tables: TableAudit[] = [];
  const { inject = (subject) => subject } = options;
  const engines = options.engines.flatMap((engine) => {
    const combinations = plan.onEngines.filter((combination) => combination.engine === engine);
    return combinations.length === 0
      ? []
      : [new EngineRun(engine, combinations, plan, settings, options.texts, inject)];
  });

  const proving: TimedStep[] = options.rules.map((rule) => ({
    name: `${rule.name}: enumeration`,
    weight: weights.proof,
    run: async () => {
      proofs.push(proveRule(rule));
    },
  }));
  const sampling: TimedStep[] = plan.onTables.flatMap(({ rule, drafter, tables: itsTables }, index) =>
    itsTables.map((table) => {
      const { draftLength } = table;
      const trees = table.widths !== undefined;
      const draws = trees ? plan.draws.trees : plan.draws.table;
      const parts = { rule, drafter, draftLength, engine: 'tables', sampling: table.sampling };
      const subject = inject(createSubject({ ...parts, models: tableModels(table) }));
      return {
        name: `${subject.name}: ${table.name}`,
        weight: draws * (trees ? weights.treeDraw : weights.tableDraw),
        run: async (signal, report) => {
          tables.push(
            await auditOnTable(subject, table, {
              draws,
              signal,
              seed: settings.seed + index,
              confidence: plan.boundConfidence,
              onProgress: (done) => report(done / draws),
            }),
          );
        },
      };
    }),
  );
  try {
    const steps = [...proving, ...sampling, ...engines.flatMap((engine) => engine.steps())];
    const run = await runSteps(steps, settings.budget, options.signal, options.onProgress ?? (() => {}));
    const measured = {
      proofs,
      tables,
      engines: engines.map((engine) => engine.report()),
    };
    return {
      formatVersion: 1,
      seed: settings.seed,
      sampling: settings.sampling,
      full: settings.full,
      ...run,
      verdict: decide({ ...measured, ...settings, plan, ...run }),
      ...measured,
    };
  } finally {
    for (const engine of engines) await engine.close();
  }
}
