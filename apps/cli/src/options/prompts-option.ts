import { Option } from '@commander-js/extra-typings';

export const promptsOption = new Option(
  '--prompts <file>',
  'one prompt a line, or JSON Lines with prompt, text, turns or messages, which the chat template writes; default: 16 built in',
);
