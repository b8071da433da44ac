import type { TokenCommittedEvent } from '@foretoken/core';
import pc from 'picocolors';

/** Text of a committed token in the colour of its origin: accepted green, corrected yellow, bonus cyan. */
export function colourByOrigin({ origin, text }: TokenCommittedEvent): string {
  switch (origin) {
    case 'draft':
      return pc.green(text);
    case 'correction':
      return pc.yellow(text);
    case 'bonus':
      return pc.cyan(text);
    case 'plain':
      return text;
  }
}

export const colourLegend: string = [
  pc.green('accepted draft token'),
  pc.yellow('correction'),
  pc.cyan('bonus'),
  'plain',
].join(', ');
