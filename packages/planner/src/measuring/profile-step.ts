import type { Profile } from '../profile/profile-schema.js';

/** One measurement of a profile. */
export interface ProfileStep {
  /** What is measured, for progress and reports. */
  readonly name: string;
  /** Share of the time, beside the other steps'; 0: takes none. */
  readonly weight: number;
  isDone(profile: Profile): boolean;
  /**
   * Measures for about `milliseconds`, and puts what it found into the profile. A step that may be interrupted half-way
   * leaves in the profile what is whole.
   */
  measure(profile: Profile, milliseconds: number, signal: AbortSignal | undefined): Promise<void>;
}
