/**
 * Energy that a meter counted. Differs from `EstimatedEnergy` in its kind, so that neither passes for the other:
 * not in TypeScript, and not in a profile, whose schema keeps them in lists of their own.
 */
export interface MeasuredEnergy {
  readonly kind: 'measured';
  /** The meter's name. */
  readonly meter: string;
  readonly joules: number;
  readonly milliseconds: number;
}

/** Energy that a power model says the work took; nothing measured it. */
export interface EstimatedEnergy {
  readonly kind: 'estimated';
  /** The power model's name. */
  readonly powerModel: string;
  readonly joules: number;
  readonly milliseconds: number;
}
