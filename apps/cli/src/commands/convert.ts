import { Command, Option } from '@commander-js/extra-typings';
import { convertHuggingFaceFolder, type WeightFormat, weightFormats } from '@foretoken/models';
import { interruptSignal } from '../output/interrupt.js';
import { noteTensor, printWrittenModel } from '../output/written-model.js';

export function convertCommand() {
  return new Command('convert')
    .description('Convert a Hugging Face folder of the llama architecture to a GGUF file.')
    .argument('<folder>', 'holds config.json, tokenizer.json and safetensors')
    .argument('<output>', 'the GGUF file to write')
    .addOption(
      new Option('--format <format>', 'format of the matrices')
        .choices(Object.keys(weightFormats) as WeightFormat[])
        .default('Q8_0' as WeightFormat),
    )
    .option('--name <name>', "the model's name; default: the folder's")
    .option('--config <file>', 'another config.json inside the folder')
    .option('--tokenizer <file>', 'another tokenizer.json inside the folder')
    .option('--weights <file>', 'another safetensors file inside the folder')
    .option('--json', 'print one JSON document')
    .addHelpText('after', '\nExample:\n  foretoken convert ./my-model my-model-q8_0.gguf --format Q8_0')
    .action(async (folder, output, options) => {
      const { json, ...convertOptions } = options;
      await convertHuggingFaceFolder(folder, output, {
        ...convertOptions,
        signal: interruptSignal(),
        onProgress: noteTensor,
      });
      await printWrittenModel(output, options.format, json);
    });
}
