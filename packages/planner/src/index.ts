export { EnergyMeterError } from './errors/energy-meter-error.js';
// Energy.
export type { EstimatedEnergy, MeasuredEnergy } from './energy/energy.js';
export {
  type EnergyMeter,
  type EnergyMeters,
  metersOf,
  type UnreadableMeter,
} from './energy/energy-meter.js';
export { estimateEnergy } from './energy/estimate-energy.js';
export type { PowerModel } from './energy/estimate-energy.js';
export { measureEnergy } from './energy/measure-energy.js';
export { openNvmlMeter } from './energy/nvml-meter.js';
export type { NvmlOptions } from './energy/nvml-meter.js';
export { openEnergyMeters } from './energy/open-energy-meters.js';
export { openRaplMeter } from './energy/rapl-meter.js';
// The profile.
export { ProfileFileError } from './errors/profile-file-error.js';
export { ProfileMismatchError } from './errors/profile-mismatch-error.js';
export { describeMachine } from './profile/describe-machine.js';
export { findDifferences } from './profile/find-differences.js';
export type { ProfileContext } from './profile/find-differences.js';
export { hashModelFile } from './profile/hash-model-file.js';
export { parseProfile } from './profile/parse-profile.js';
export { profileJsonSchema, profileSchema, profileVersion } from './profile/profile-schema.js';
export type {
  AcceptanceEntry,
  MemoryEntry,
  ModelConfiguration,
  PassCostsEntry,
  Profile,
  ProfileEnergy,
  ProfileMachine,
  RoundCostsEntry,
  TreeAcceptanceEntry,
  TreePassesEntry,
} from './profile/profile-schema.js';
export { readProfile } from './profile/read-profile.js';
export type { ReadProfileOptions } from './profile/read-profile.js';
export { writeProfile } from './profile/write-profile.js';
// Measuring.
export { acceptanceByHistory, acceptanceByPosition } from './measuring/acceptance-counts.js';
export { costSteps } from './measuring/cost-steps.js';
export type { ProfiledHead } from './measuring/profiled-head.js';
export type { ProfiledModel } from './measuring/profiled-model.js';
export { profileSetup } from './measuring/profile-setup.js';
export { steadyClock } from './measuring/steady-clock.js';
export type {
  ProfileProgress,
  ProfileSetupOptions,
  ProfileSetupResult,
} from './measuring/profile-setup.js';
// The plan.
export { PipelineFileError } from './errors/pipeline-file-error.js';
export { PlanFileError } from './errors/plan-file-error.js';
export { PlanMismatchError } from './errors/plan-mismatch-error.js';
export { PlanningError } from './errors/planning-error.js';
export type { PipelineModel, PipelineModels } from './passes/bind-models.js';
export { formatText } from './passes/texts.js';
export { drafterLabel } from './pipeline/drafter-label.js';
export { parseObjective } from './pipeline/parse-objective.js';
export { parsePipeline, readPipeline } from './pipeline/parse-pipeline.js';
export { pipelineJsonSchema, pipelineSchema, pipelineVersion } from './pipeline/pipeline-schema.js';
export type { Objective, Pipeline, PipelineDrafter } from './pipeline/pipeline-schema.js';
export { compilePlan } from './plan/compile-plan.js';
export type { CompilePlanOptions } from './plan/compile-plan.js';
export { parsePlan } from './plan/parse-plan.js';
export { planJsonSchema, planSchema, planVersion } from './plan/plan-schema.js';
export type { Plan, PlannedDrafter } from './plan/plan-schema.js';
export { predictFixed } from './plan/predict-fixed.js';
export type { FixedPrediction } from './plan/predict-fixed.js';
export { readPlan } from './plan/read-plan.js';
export type { ReadPlanOptions } from './plan/read-plan.js';
export { writePlan } from './plan/write-plan.js';
export { emitLlamaServer, llamaServerVersion } from './emit/emit-llama-server.js';
export { emitVllm, vllmVersion } from './emit/emit-vllm.js';
export type { Emitted } from './emit/emitted.js';
export { afterReading } from './prediction/after-reading.js';
export type { PromptReadingCost } from './prediction/after-reading.js';
export { breakEvenAcceptance } from './prediction/break-even.js';
export { answers } from './report/answers.js';
export { bestPrediction } from './report/best-prediction.js';
export { frontierOf } from './report/frontier.js';
export type { FrontierPoint, Quality } from './report/frontier.js';
