import { Command, Option } from '@commander-js/extra-typings';
import {
  bytesText,
  cachedModels,
  hubFolder,
  removeCachedModel,
  removeUnfinishedPulls,
  unfinishedPulls,
} from '@foretoken/hub';
import { note, printJson, printLine } from '../output/lines.js';
import { cachedModelsTable } from '../output/cached-models-table.js';

export function modelsCommand() {
  return new Command('models')
    .description(
      'List the models in the cache of the Hugging Face Hub, GGUF files and safetensors, or remove one.',
    )
    .option('--remove <model>', 'remove a model, owner/model:CHOICE; other files of its repository stay')
    .addOption(
      new Option('--remove-unfinished', 'remove what interrupted pulls have left').conflicts('remove'),
    )
    .option('--json', 'print one JSON document')
    .addHelpText('after', '\nExamples:\n  foretoken models\n  foretoken models --remove owner/model:Q4_K_M')
    .action(async (options) => {
      if (options.remove !== undefined || options.removeUnfinished === true) {
        const removed =
          options.remove === undefined
            ? await removeUnfinishedPulls()
            : await removeCachedModel(options.remove);
        if (options.json === true) printJson(removed);
        else for (const path of removed.paths) printLine(path);
        note(
          `Removed ${removed.paths.length} of the cache's files: ${bytesText(removed.byteLength)} are free again.`,
        );
        return;
      }
      const models = cachedModels();
      if (options.json === true) printJson(models);
      else if (models.length > 0) printLine(cachedModelsTable(models));
      for (const { repository, byteLength } of unfinishedPulls()) {
        note(
          `${repository}: ${bytesText(byteLength)} of an unfinished pull. The same pull goes on from it; --remove-unfinished frees it.`,
        );
      }
      if (models.length === 0) {
        note(`${hubFolder()} holds no model: "foretoken pull owner/model:Q4_K_M" brings one.`);
      }
    });
}
