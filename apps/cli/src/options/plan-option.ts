import { Option } from '@commander-js/extra-typings';

/** What a plan decides. */
const planned = [
  'model',
  'draft',
  'combine',
  'stage',
  'source',
  'backend',
  'draftBackend',
  'foreignDraft',
  'threads',
  'context',
  'gpuLayers',
  'kvType',
  'device',
  'access',
  'corpus',
  'nGramStore',
  'tree',
  'route',
  'drafters',
];

export const planOption = new Option(
  '--plan <file>',
  'run by a plan of foretoken plan: its models, drafter, rule, draft lengths and sampling; --draft-length, --rule and sampling options go before it',
).conflicts(planned);

export const allowStaleOption = new Option(
  '--allow-stale',
  'use what was made on another machine or with other versions too',
);
