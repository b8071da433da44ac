import { InvalidArgumentError } from '@foretoken/core';
import type { Objective } from './pipeline-schema.js';

const names = ['latency', 'throughput', 'energy'] as const;

/**
 * An objective as the command line writes it: one of `latency`, `throughput` and `energy`, or several with weights above
 * 0, as in `latency:0.7,energy:0.3`.
 *
 * @throws InvalidArgumentError.
 */
export function parseObjective(text: string): Objective {
  const objective: { -readonly [Name in keyof Objective]: Objective[Name] } = {};
  for (const part of text.split(',')) {
    const [name = '', weight = '1', ...others] = part.trim().split(':');
    const known = names.find((candidate) => candidate === name);
    const value = weight.trim() === '' ? Number.NaN : Number(weight);
    if (
      known === undefined ||
      others.length > 0 ||
      !(value > 0 && Number.isFinite(value)) ||
      objective[known] !== undefined
    ) {
      throw new InvalidArgumentError(
        `An objective is ${names.join(', ')}, or several of them with weights above 0 such as latency:0.7,energy:0.3; not "${text}".`,
      );
    }
    objective[known] = value;
  }
  return objective;
}
