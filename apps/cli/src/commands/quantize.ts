import { Command, Option } from '@commander-js/extra-typings';
import { InvalidArgumentError } from '@foretoken/core';
import { quantizationFormats, type QuantizationFormat, quantizeModel } from '@foretoken/llamacpp-backend';
import { requantizeModel, type WeightFormat, weightFormats } from '@foretoken/models';
import { modelFile } from '../options/model-file.js';
import { wholeNumber } from '../options/numbers.js';
import { interruptSignal } from '../output/interrupt.js';
import { noteTensor, printWrittenModel } from '../output/written-model.js';

export function quantizeCommand() {
  return new Command('quantize')
    .description('Write a GGUF model in another weight format.')
    .argument('<model>', 'a GGUF file, or a pulled model as owner/model:Q8_0', (name) => modelFile(name))
    .argument('<output>', 'the GGUF file to write')
    .addOption(
      new Option('--format <format>', 'format of the matrices')
        .choices(Object.keys(quantizationFormats) as QuantizationFormat[])
        .makeOptionMandatory(),
    )
    .option('--pure', 'every matrix in that format; default: llama.cpp keeps some in finer ones')
    .addOption(
      new Option(
        '--writer <name>',
        `llama.cpp, or our own, which needs no engine and writes ${Object.keys(weightFormats).join(', ')}, always pure`,
      )
        .choices(['llama.cpp', 'own'] as const)
        .default('llama.cpp' as const),
    )
    .addOption(
      new Option('--threads <n>', 'CPU threads of llama.cpp; default: all').argParser(
        wholeNumber('--threads', 1),
      ),
    )
    .option('--json', 'print one JSON document')
    .addHelpText(
      'after',
      `
A quantised source keeps the errors it has: quantise from F16 or Q8_0 where there is such a file. Another format of a target
is another target: foretoken compare says how far it is. A draft's format changes its speed and acceptance only.

Examples:
  foretoken quantize small-q8_0.gguf small-q4_0.gguf --format Q4_0
  foretoken quantize small-q8_0.gguf small-q4_0.gguf --format Q4_0 --writer own`,
    )
    .action(async (model, output, { format, pure, writer, threads, json }) => {
      const signal = interruptSignal();
      if (writer === 'own') {
        if (threads !== undefined)
          throw new InvalidArgumentError('--threads are of llama.cpp: our own writer takes one.');
        if (!isOwnFormat(format)) {
          throw new InvalidArgumentError(
            `Our own writer has ${Object.keys(weightFormats).join(', ')}, not ${format}: leave out --writer own.`,
          );
        }
        await requantizeModel(model, output, { format, signal, onProgress: noteTensor });
      } else {
        await quantizeModel(model, output, { format, pure, threads, signal }).catch((error: unknown) => {
          // The engine would hold the process up until it is done, at its end too: the signal itself ends it.
          if (signal.aborted) {
            process.removeAllListeners('SIGINT');
            process.kill(process.pid, 'SIGINT');
          }
          throw error;
        });
      }
      await printWrittenModel(output, format, json);
    });
}

function isOwnFormat(format: QuantizationFormat): format is WeightFormat {
  return Object.hasOwn(weightFormats, format);
}
