export { EnergyMeterError } from './errors/energy-meter-error.js';
// Energy.
export type { EstimatedEnergy, MeasuredEnergy } from './energy/energy.js';
export type { EnergyMeter, EnergyMeters, UnreadableMeter } from './energy/energy-meter.js';
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
export type { ProfiledModel } from './measuring/profiled-model.js';
export { profileSetup } from './measuring/profile-setup.js';
export type {
  ProfileProgress,
  ProfileSetupOptions,
  ProfileSetupResult,
} from './measuring/profile-setup.js';
