import type { KnownChange } from './known-changes.js';

/**
 * A run of the output that differs from the source: source tokens [sourceStart, sourceEnd) became output tokens
 * [outputStart, outputEnd). The runs of one alignment are a list, the last first; alignments share what they agree on.
 */
export interface ChangeRun {
  readonly previous: ChangeRun | undefined;
  readonly sourceStart: number;
  readonly sourceEnd: number;
  readonly outputStart: number;
  readonly outputEnd: number;
  /** The change seen before that this one repeats. */
  readonly known: KnownChange | undefined;
  /** True for copying that goes on elsewhere in the source: nothing was replaced. */
  readonly jump: boolean;
}

/** The run that `deleted` source tokens and `inserted` output tokens make: a new one, or the longer `last`. */
export function changeAt(
  last: ChangeRun | undefined,
  source: number,
  output: number,
  deleted: number,
  inserted: number,
): ChangeRun {
  const extended = last !== undefined && goesOn(last, source, output);
  return {
    previous: extended ? last.previous : last,
    sourceStart: extended ? last.sourceStart : source,
    sourceEnd: source + deleted,
    outputStart: extended ? last.outputStart : output,
    outputEnd: output + inserted,
    known: undefined,
    jump: false,
  };
}

/** True where a change of the next source token, or before the next output token, belongs to the run. */
export function goesOn(run: ChangeRun, source: number, output: number): boolean {
  return !run.jump && run.known === undefined && run.sourceEnd === source && run.outputEnd === output;
}
