import type { RecordedDraft, RecordedDrafter, RecordedText } from './acceptance-traces.js';

/** Tokens of a piece, and how many pieces a stream has. */
export const piece = 64;
export const pieces = 160;

type Drafts = RecordedText['drafts'];

/** The first tokens of a text: in a short one the first rounds count for more. */
export function beginningOf(text: RecordedText): RecordedText {
  return { ...text, drafts: between(text.drafts, 0) };
}

/**
 * Pieces of the given texts in which most, or fewest, of a drafter's tokens are accepted, taking turns; with the drafts of all
 * drafters, which end with the piece.
 */
export function switchingStream(drafter: RecordedDrafter, texts: readonly RecordedText[]): Drafts[] {
  const ordered = texts
    .flatMap(({ drafts }) =>
      [0, piece].map((from) => {
        const whole = drafts[drafter].slice(from, from + piece);
        return { accepted: whole.reduce((sum, draft) => sum + draft.accepted, 0), ...between(drafts, from) };
      }),
    )
    .filter((part) => part[drafter].length === piece)
    .toSorted((left, right) => right.accepted - left.accepted);
  return Array.from({ length: pieces }, (_, index) => {
    const rank = index >> 1;
    return (index % 2 === 0 ? ordered[rank] : ordered.at(-1 - rank)) as Drafts;
  });
}

/** A stream as one text that begins with nothing, taken to be drawn: some of its pieces are. */
export function joined(stream: readonly Drafts[], window: RecordedText['window']): RecordedText {
  const all = (drafter: RecordedDrafter): RecordedDraft[] => stream.flatMap((drafts) => drafts[drafter]);
  const drafts = { model: all('model'), 'prompt-lookup': all('prompt-lookup') };
  return { category: 'switching', isGreedy: false, promptLength: 0, window, drafts };
}

function between(drafts: Drafts, from: number): Drafts {
  const cut = (drafter: RecordedDrafter): RecordedDraft[] =>
    drafts[drafter].slice(from, from + piece).map((draft, at, { length }) => ({
      ...draft,
      accepted: Math.min(draft.accepted, length - at - 1),
    }));
  return { model: cut('model'), 'prompt-lookup': cut('prompt-lookup') };
}
