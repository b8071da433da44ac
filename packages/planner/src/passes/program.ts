import type { TreeShape } from '@foretoken/core';
import type { PlannedDrafter } from '../plan/plan-schema.js';
import type { AcceptanceData } from '../prediction/acceptance-data.js';
import type { Evaluation } from '../prediction/evaluate-drafting.js';
import type { TreeDrafting, TreePrediction } from '../prediction/evaluate-tree.js';
import type { RoundCosts } from '../prediction/round-costs.js';
import type { RoundEnergy } from '../prediction/round-energy.js';
import type { Pipeline, PipelineDrafter } from '../pipeline/pipeline-schema.js';
import type { ModelConfiguration, Profile } from '../profile/profile-schema.js';
import type { BoundModel } from './bind-models.js';
import type { KnownTrees } from './known-trees.js';

/** Draft lengths that are compiled beforehand, one for every state of acceptance. */
export type LengthTable = PlannedDrafter['table'];

/** A configuration that the target may have. */
export interface TargetChoice {
  readonly configuration: ModelConfiguration;
  /** Of plain rounds. */
  readonly costs: RoundCosts;
  /** Undefined: neither measured nor asked to be estimated. */
  readonly energy: RoundEnergy | undefined;
  /** Bytes; undefined: not measured. */
  readonly memoryBytes: number | undefined;
}

/** A drafter of the pipeline in one pair of configurations, with what the profile knows of it. */
export interface Candidate {
  readonly drafter: PipelineDrafter;
  readonly label: string;
  readonly target: TargetChoice;
  /** Null: no model drafts. */
  readonly draft: ModelConfiguration | null;
  /** True where the draft's weights are brought into another format than that of its file. */
  readonly requantised: boolean;
  readonly costs: RoundCosts;
  readonly energy: RoundEnergy | undefined;
  /** Of the draft or the head alone; 0 where neither drafts, undefined: not measured. */
  readonly draftMemoryBytes: number | undefined;
  /** By the rule under which it was measured, at least one. */
  readonly acceptance: ReadonlyMap<string, AcceptanceData>;
  /** What the profile knows of its trees, or why it drafts chains. */
  readonly trees: KnownTrees | string;
  /** Undefined until it is decided on, and where it drafts chains. */
  readonly tree?: TreeChoice | undefined;
}

/** The trees that a drafter drafts. */
export interface TreeChoice {
  readonly shape: TreeShape;
  /** That verifies them. */
  readonly rule: string;
  readonly drafting: TreeDrafting;
  readonly evaluation: Evaluation;
  readonly prediction: TreePrediction;
}

/** A drafter that the plan has, with its schedule. */
export interface ScheduledDrafter {
  readonly candidate: Candidate;
  readonly table: LengthTable;
}

/** Where speculation does not pay, as far as the profile tells. */
interface NoSpeculation {
  /** For each drafter of the plan, in order: below this conditional acceptance; null: it never pays. */
  readonly belowAcceptance: readonly (number | null)[];
  /** Measured context lengths at which no drafter pays. */
  readonly contextTokens: readonly number[];
  /** The fewest sequences in one pass with which no drafter pays; null: none that was measured. */
  readonly fromSequences: number | null;
}

export type Combination = 'single' | 'estimate';

/** What a plan is compiled from: alternatives, which passes narrow down and complete. */
export interface Program {
  readonly pipeline: Pipeline;
  /** A power model that was asked for and estimates nothing, since a meter read the target. */
  readonly unusedPowerModel: string | undefined;
  /** The pipeline's models in the profile. */
  readonly models: { readonly target: BoundModel; readonly drafters: readonly (BoundModel | undefined)[] };
  /** Configurations of the target that are left, at least one; one after placement. */
  readonly targets: readonly TargetChoice[];
  /** What may draft for them. */
  readonly candidates: readonly Candidate[];
  /** Drafters of the pipeline that the profile tells too little of, with the reason. */
  readonly unmeasured: readonly { readonly label: string; readonly reason: string }[];
  /** True where the target's weights are not as in its file, or its cache is not as the engine chooses. */
  readonly isOtherTarget: boolean;
  /** True where the target's weights are not as in its file. */
  readonly isRequantised: boolean;
  /** Undefined until it is chosen. */
  readonly rule: string | undefined;
  /** Those that draft, in order; undefined until they are scheduled. */
  readonly drafters: readonly ScheduledDrafter[] | undefined;
  /** What was dropped, since it cannot pay or another one is surely better: reports show it too. */
  readonly dropped: readonly Candidate[];
  /** Scheduled drafters that are not taken, the best first. */
  readonly alternatives: readonly ScheduledDrafter[];
  readonly combination: Combination;
  readonly noSpeculation: NoSpeculation | undefined;
  /** What to do without where the drafters fail, in order; after the last of them plain decoding. */
  readonly fallback: readonly ScheduledDrafter[];
}

/** Pure: what it did, a line a decision, beside the program. */
export interface Pass {
  readonly name: string;
  /** @throws PlanningError where nothing is left that keeps the pipeline's limits. */
  run(
    program: Program,
    profile: Profile,
  ): { readonly program: Program; readonly decisions: readonly string[] };
}
