import type { DrafterFactory, VerificationRule } from '@foretoken/core';
import { sampleCountForMargin } from '@foretoken/stats';
import type { CubeParts } from '../engine/place-watch.js';
import { tokenOrders } from '../engine/token-place.js';
import type { AuditTable } from '../tables/audit-table.js';
import { maskedBattery, maskedTreeTable, tableBattery, treeTable } from '../tables/table-battery.js';
import { tableTreeDrafter } from '../tables/table-tree-drafter.js';
import type { AuditEngine, AuditOptions, AuditSettings } from './audit-options.js';
import { allCombinations, coverPairs } from './cover-pairs.js';

/** A rule with a drafter, and with an engine where there is one. */
export interface Combination {
  readonly rule: VerificationRule;
  readonly drafter: DrafterFactory;
  readonly engine: AuditEngine | undefined;
}

/** What is drawn on an engine. */
export interface EngineCombination extends Combination {
  readonly engine: AuditEngine;
  /**
   * Drawn with passes of its own too, and compared greedily. Both try the cache and its rollback, which see the form of
   * a draft and what was kept of it, not where it came from: unless everything is wanted, one combination a rule.
   */
  readonly alone: boolean;
}

/** Everything that is fixed before the first draw. */
export interface AuditPlan {
  readonly onTables: readonly (Combination & { readonly tables: readonly AuditTable[] })[];
  readonly onEngines: readonly EngineCombination[];
  /** Engines that none of the drafters can draft on, by name. */
  readonly idleEngines: readonly string[];
  readonly draws: {
    readonly table: number;
    readonly trees: number;
    /** Of all subjects of an engine together, as `own`: they share the bound. */
    readonly reused: number;
    /** Fewest of one subject. */
    readonly reusedEach: number;
    readonly own: number;
  };
  /** Of every single bound, so that all hold together with the wanted confidence. */
  readonly boundConfidence: number;
  /** Tests that share alpha. */
  readonly tests: number;
}

/** Enough to find a total variation of .065 over 64 cells at alpha 1e-9 (`sampleCountToDetect`). */
export const tableDraws = 10_000;
/** Enough to find one of .1 over 64 cells at alpha 1e-9: for many tables, and for trees, which take twice the time. */
const leastTableDraws = 5000;
/** Enough to find one of .08 over 64 cells at alpha 1e-9. */
const leastReusedDraws = 8000;
/** Enough to find one of .3. */
const leastReusedEach = 500;
/** A confidence sequence needs more draws than a bound at one number of them. */
const sequenceFactor = 1.1;
const power = 0.9;

/** Cells of the places of the first token, the first two, and all three. */
export const reusedParts: CubeParts = [[16], [8, 8], [4, 4, 4]];
export const ownParts: CubeParts = [[8], [4, 4], [2, 2, 2]];

/** Audits on tables, of all pairs of a rule and a drafter together: a few pairs get several tables each. */
const fewestTables = 9;
const tableLaws = 3;
const placeLaws = reusedParts.length * tokenOrders.length;

/**
 * Decides what is combined with what, and how often each is drawn. Rules that take trees get them on a table of its own.
 * With a drafter of chains a rule that decides chains as another audited rule does (`onChains`) would repeat that one's
 * draws: it is left out unless everything is wanted. Its own decisions on chains are enumerated all the same.
 *
 * Unless everything is wanted, many pairs of a rule and a drafter take turns on the tables, and an engine gets every
 * rule and every drafter, but not every pair of them.
 */
export function planAudit(options: AuditOptions, settings: AuditSettings): AuditPlan {
  const { rules, drafters, engines } = options;
  const combine = (combination: readonly number[]): Combination => ({
    rule: rules[combination[0] as number] as VerificationRule,
    drafter: drafters[combination[1] as number] as DrafterFactory,
    engine: engines[combination[2] as number],
  });
  const sizes = [rules.length, drafters.length];
  const repeats = ({ rule, drafter }: Combination): boolean =>
    !settings.full && drafter.trees !== true && rules.some(({ name }) => name === rule.onChains);
  const pairs = allCombinations(sizes)
    .map(combine)
    .filter((pair) => !repeats(pair));
  const masked = engines.some(({ grammar }) => grammar !== undefined);
  const [battery, tableOfTrees] = masked ? [maskedBattery, maskedTreeTable] : [tableBattery, treeTable];
  const tablesEach = settings.full ? battery.length : Math.ceil(fewestTables / pairs.length);
  const onTables: AuditPlan['onTables'] = [
    ...pairs.map((pair, index) => ({ ...pair, tables: inTurn(battery, index, tablesEach) })),
    ...rules
      .filter(({ trees }) => trees)
      .map((rule) => ({
        rule,
        drafter: tableTreeDrafter(tableOfTrees),
        engine: undefined,
        tables: [tableOfTrees],
      })),
  ];
  const allowed = (indices: readonly number[]): boolean => {
    const combination = combine(indices);
    return !repeats(combination) && hasModels(combination);
  };
  const chosen =
    engines.length === 0
      ? []
      : settings.full
        ? allCombinations([...sizes, engines.length]).filter(allowed)
        : coverPairs([...sizes, engines.length], allowed, [0, 1]);
  const onEngines = chosen.map(combine).map((combination, index, all): EngineCombination => {
    const { rule, engine } = combination;
    const first = all.findIndex((other) => other.rule === rule && other.engine === engine);
    return { ...combination, engine: engine as AuditEngine, alone: settings.full || first === index };
  });

  const tableCount = onTables.reduce((sum, { tables }) => sum + tables.length, 0);
  const engineCount = new Set(onEngines.map(({ engine }) => engine)).size;
  // Sequences on every table; the three places in every order, of an engine's draws of either kind.
  const bounds = tableCount + 2 * tokenOrders.length * engineCount;
  const boundConfidence = 1 - (1 - settings.confidence) / bounds;
  const needed = (parts: readonly number[]): number => {
    const cells = parts.reduce((product, part) => product * part, 1);
    const probabilities = new Float64Array(cells).fill(1 / cells);
    const alpha = (1 - boundConfidence) / 2;
    return Math.ceil(
      sequenceFactor * sampleCountForMargin({ probabilities, margin: settings.margin, alpha, power }),
    );
  };
  const joint = needed(reusedParts.at(-1) as readonly number[]);
  const own = onEngines.length === 0 ? 0 : needed(ownParts.at(-1) as readonly number[]);
  return {
    onTables,
    onEngines,
    idleEngines: engines
      .filter((engine) => !onEngines.some((combination) => combination.engine === engine))
      .map(({ name }) => name),
    draws: {
      table: Math.max(onTables.length > fewestTables && !settings.full ? leastTableDraws : tableDraws, joint),
      trees: Math.max(leastTableDraws, joint),
      reused: Math.max(leastReusedDraws, joint),
      reusedEach: settings.full ? leastReusedDraws : leastReusedEach,
      own,
    },
    boundConfidence,
    tests: tableCount * tableLaws + onEngines.length * (2 * placeLaws + 1),
  };
}

/** Whether the engine has what the drafter drafts with. */
function hasModels({ drafter, engine }: Combination): boolean {
  const { draft, heads } = engine?.models ?? {};
  if (drafter.needsDraftModel && draft === undefined) return false;
  return drafter.needsHead === undefined || heads?.has(drafter.name) === true;
}

/** `count` of the values, another beginning each time; all of them where there are no more. */
function inTurn<Value>(values: readonly Value[], index: number, count: number): readonly Value[] {
  return values.map((_, at) => values[(index + at) % values.length] as Value).slice(0, count);
}
