import type { KvType } from '@foretoken/llamacpp-backend';
import { backendNames } from '../engines/backends.js';
import { parseKvTypes } from '../engines/kv-types.js';
import { parseWeightFormats } from '../engines/weight-formats.js';
import { isModelPart } from '../options/draft-parts.js';

/** What `foretoken profile` was asked to vary. */
export interface Variations {
  /** "all": every one, in turn. */
  readonly backend: string;
  /** Each in turn, by itself, as a plan asks for it; none: the target alone. */
  readonly drafters: readonly string[];
  readonly draftBackend?: string | undefined;
  readonly threads?: readonly number[] | undefined;
  readonly weightFormats?: string | undefined;
  readonly targetWeightFormats?: string | undefined;
  readonly kvTypes?: string | undefined;
  readonly targetKvTypes?: string | undefined;
}

/** Models as they are loaded together. */
export interface Configuration {
  /** Of the target. */
  readonly backend: string;
  /** What drafts, as `--draft` names it, or "none". */
  readonly draft: string;
  readonly threads: number | undefined;
  /** Of the target. */
  readonly weightFormat: string | undefined;
  readonly draftWeightFormat: string | undefined;
  /** Formats of the key-value caches; undefined: as the engine chooses. */
  readonly kvType: KvType | undefined;
  readonly draftKvType: KvType | undefined;
  /** What it differs in from the others; empty where there is one. */
  readonly title: string;
}

/**
 * Every combination of what is varied, engine by engine and drafter by drafter. The target's first formats come with all of the
 * draft's before its second ones come, since other formats of the target are another target. Where no model drafts, only the
 * target's formats are varied.
 */
export function configurations(variations: Variations): readonly Configuration[] {
  const backends = variations.backend === 'all' ? backendNames : [variations.backend];
  const drafts = variations.drafters.length === 0 ? ['none'] : variations.drafters;
  return backends.flatMap((backend) =>
    drafts.flatMap((draft) => {
      const place = [...(backends.length > 1 ? [backend] : []), ...(drafts.length > 1 ? [draft] : [])];
      return ofDrafter({ ...variations, backend }, draft).map((one) => ({
        ...one,
        title: [...place, one.title].filter((part) => part !== '').join(', '),
      }));
    }),
  );
}

function ofDrafter(variations: Variations, draft: string): readonly Configuration[] {
  const { backend, draftBackend = backend, weightFormats, threads = [undefined] } = variations;
  const hasDraftModel = isModelPart(draft);
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
  const { kvTypes, targetKvTypes = kvTypes } = variations;
  const targetOption = variations.targetKvTypes === undefined ? '--kv-types' : '--target-kv-types';
  const targetCaches = targetKvTypes === undefined ? own : parseKvTypes(targetOption, targetKvTypes, backend);
  const draftCaches =
    kvTypes === undefined || !hasDraftModel ? own : parseKvTypes('--kv-types', kvTypes, draftBackend);
  const all = targetFormats.flatMap((weightFormat) =>
    targetCaches.flatMap((kvType) =>
      threads.flatMap((count) =>
        draftFormats.flatMap((draftWeightFormat) =>
          draftCaches.map((draftKvType) => ({
            backend,
            draft,
            threads: count,
            weightFormat,
            draftWeightFormat,
            kvType,
            draftKvType,
          })),
        ),
      ),
    ),
  );
  return all.map((one) => {
    const parts = [
      targetFormats.length > 1 ? `target ${one.weightFormat ?? 'as it is'}` : '',
      targetCaches.length > 1 ? `target cache ${one.kvType ?? "as the engine's"}` : '',
      draftFormats.length > 1 ? `draft ${one.draftWeightFormat ?? 'as it is'}` : '',
      draftCaches.length > 1 ? `draft cache ${one.draftKvType ?? "as the engine's"}` : '',
      threads.length > 1 ? `threads ${one.threads}` : '',
    ];
    return { ...one, title: parts.filter((part) => part !== '').join(', ') };
  });
}
