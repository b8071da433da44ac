import path from 'node:path';
import { Command, Option } from '@commander-js/extra-typings';
import { InvalidArgumentError } from '@foretoken/core';
import { readGguf } from '@foretoken/models';
import { describeMachine, hashModelFile, readProfile } from '@foretoken/planner';
import { modelOptions } from '../options/model-options.js';
import { allowStaleOption } from '../options/plan-option.js';
import { samplingOptions } from '../options/sampling-options.js';
import { colours } from '../output/colours.js';
import { interruptSignal } from '../output/interrupt.js';
import { libraries } from '../output/libraries.js';
import { note, printJson, printLine } from '../output/lines.js';
import { suggestionsTable } from '../output/suggestions-table.js';
import { namedTarget } from '../planning/model-names.js';
import { modelsOnDisk } from '../suggestion/models-on-disk.js';
import { ownCandidates } from '../suggestion/own-candidates.js';
import { profileCommandFor } from '../suggestion/profile-command.js';
import { profiledSpeeds } from '../suggestion/profiled-speeds.js';
import { targetPassCosts } from '../suggestion/round-costs.js';
import { suggest } from '../suggestion/suggest.js';

export function suggestCommand() {
  return new Command('suggest')
    .description('What could draft for a target, and is it likely to pay on this machine?')
    .addOption(modelOptions.model)
    .addOption(modelOptions.backend)
    .option('--profile <file>', 'of foretoken profile: what it measured goes before estimates')
    .addOption(allowStaleOption)
    .addOption(samplingOptions.temperature)
    .addOption(
      new Option(
        '--folder <folder>',
        "with GGUF models, may be repeated; default: the target's own. The hub's cache is always looked through",
      ).argParser((folder, before: readonly string[] | undefined) => [...(before ?? []), folder]),
    )
    .option('--json', 'print one JSON document')
    .addHelpText(
      'after',
      `
Without a profile the target's passes are measured for half a second, and a draft's token is taken to cost the share of a pass
that its weights are of the target's. From that follows the acceptance from which a draft pays: "likely" up to 0.6, which most
drafts of the target's family reach on text that both know, "perhaps" up to 0.8, "no" where even certain tokens cost too much.

Examples:
  foretoken suggest --model big.gguf
  foretoken suggest --model big.gguf --folder ~/models --profile profile.json`,
    )
    .action(async ({ model, backend, temperature, ...options }) => {
      const signal = interruptSignal();
      const target = namedTarget(model);
      if (!target.file.endsWith('.gguf'))
        throw new InvalidArgumentError(`suggest reads GGUF targets; ${target.file} is none.`);
      const file = await readGguf(target.file);
      const isEmbedded = model === 'embedded';
      const folders = options.folder ?? (isEmbedded ? [] : [path.dirname(target.file)]);
      const own = await ownCandidates(file, isEmbedded);
      const isOwn = (draft: string): boolean =>
        own.some((candidate) => path.resolve(candidate.draft) === path.resolve(draft));
      const onDisk = (await modelsOnDisk(file, folders)).filter(({ draft }) => !isOwn(draft));
      const candidates = [...own, ...onDisk];
      const context = {
        machine: describeMachine(),
        libraries: libraries(),
        models:
          options.profile === undefined ? {} : { [target.name]: await hashModelFile(target.file, signal) },
      };
      const read =
        options.profile === undefined
          ? undefined
          : await readProfile(options.profile, { context, allowStale: options.allowStale });
      for (const line of read?.differences ?? []) note(colours.yellow(`stale profile: ${line}`));
      const drafts = candidates.filter(({ kind }) => kind === 'model');
      const profiled =
        read === undefined
          ? new Map()
          : await profiledSpeeds({ model, backend, temperature }, read.profile, drafts, signal);
      const suggestions = suggest(candidates, {
        costs: await targetPassCosts(target, read?.profile, backend, signal),
        targetBytes: file.byteLength,
        profiled,
      });
      if (options.json === true) printJson({ target: target.name, suggestions });
      else {
        printLine(suggestionsTable(suggestions));
        const command = profileCommandFor(model, backend, suggestions);
        if (command !== undefined) note(`Measure what may pay: ${command}`);
      }
    });
}
