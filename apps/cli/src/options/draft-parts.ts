import { isHeadName } from '../engines/heads.js';
import { withoutModel } from './draft-names.js';

/** What `--draft` names, or what it stands at: the embedded draft for the embedded target, else none. */
export function draftOf({
  model,
  draft,
}: {
  readonly model: string;
  readonly draft?: string | undefined;
}): string {
  return draft ?? (model === 'embedded' ? 'embedded' : 'none');
}

/**
 * The drafters that `--draft` names, joined by "+". What is no name of a drafter is a file's, whose name may have a
 * "+" in it.
 */
export function draftParts(draft: string): readonly string[] {
  const parts: string[] = [];
  let file: string[] = [];
  const endFile = (): void => {
    if (file.length > 0) parts.push(file.join('+'));
    file = [];
  };
  for (const piece of draft.split('+')) {
    if (draftsWithoutFile(piece)) {
      endFile();
      parts.push(piece);
    } else file.push(piece);
  }
  endFile();
  return parts;
}

/** True where a model drafts, and no head, text or nothing. */
export function isModelPart(part: string): boolean {
  return part !== 'none' && !isHeadName(part) && !isTextPart(part);
}

export type TextPart = (typeof withoutModel)[number];

/** True where it drafts from text alone. */
export function isTextPart(part: string): part is TextPart {
  return (withoutModel as readonly string[]).includes(part);
}

function draftsWithoutFile(piece: string): boolean {
  return !isModelPart(piece) || piece === 'embedded' || /^(early-exit|skip-layers):/.test(piece);
}
