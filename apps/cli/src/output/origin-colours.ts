import type { TokenCommittedEvent } from '@foretoken/core';
import { colours } from './colours.js';

/** Text of a committed token in the colour of its origin: accepted green, corrected yellow, bonus cyan. */
export function colourByOrigin({ origin, text }: TokenCommittedEvent): string {
  switch (origin) {
    case 'draft':
      return colours.green(text);
    case 'correction':
      return colours.yellow(text);
    case 'bonus':
      return colours.cyan(text);
    case 'plain':
      return text;
  }
}

export const colourLegend: string = [
  colours.green('accepted draft token'),
  colours.yellow('correction'),
  colours.cyan('bonus'),
  'plain',
].join(', ');
