import { parseWeightFormats } from '../engines/weight-formats.js';

/** What `foretoken profile` was asked to vary. */
export interface Variations {
  readonly backend: string;
  readonly draftBackend?: string | undefined;
  readonly threads?: readonly number[] | undefined;
  readonly weightFormats?: string | undefined;
  readonly targetWeightFormats?: string | undefined;
}

/** Models as they are loaded together. */
export interface Configuration {
  readonly threads: number | undefined;
  /** Of the target. */
  readonly weightFormat: string | undefined;
  readonly draftWeightFormat: string | undefined;
  /** What it differs in from the others; empty where there is one. */
  readonly title: string;
}

/**
 * Every combination of what is varied. The target's first format comes with all of the draft's before its second comes,
 * since another format of the target is another target.
 *
 * @param hasDraftModel false where no model drafts: then only the target has formats.
 */
export function configurations(variations: Variations, hasDraftModel: boolean): readonly Configuration[] {
  const { backend, draftBackend = backend, weightFormats, threads = [undefined] } = variations;
  const own = [undefined];
  const { targetWeightFormats = weightFormats } = variations;
  const option =
    variations.targetWeightFormats === undefined ? '--weight-formats' : '--target-weight-formats';
  const targetFormats =
    targetWeightFormats === undefined ? own : parseWeightFormats(option, targetWeightFormats, backend);
  const draftFormats =
    weightFormats === undefined || !hasDraftModel
      ? own
      : parseWeightFormats('--weight-formats', weightFormats, draftBackend);
  const all = targetFormats.flatMap((weightFormat) =>
    threads.flatMap((count) =>
      draftFormats.map((draftWeightFormat) => ({ threads: count, weightFormat, draftWeightFormat })),
    ),
  );
  return all.map((one) => {
    const parts = [
      targetFormats.length > 1 ? `target ${one.weightFormat ?? 'as it is'}` : '',
      draftFormats.length > 1 ? `draft ${one.draftWeightFormat ?? 'as it is'}` : '',
      threads.length > 1 ? `threads ${one.threads}` : '',
    ];
    return { ...one, title: parts.filter((part) => part !== '').join(', ') };
  });
}
