import { Option } from '@commander-js/extra-typings';

export const chatTemplateOption = new Option(
  '--chat-template <file>',
  'how messages are written, in place of the model\'s own template: a file of Jinja, or "chatml"',
);
