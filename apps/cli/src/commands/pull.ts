import { Command } from '@commander-js/extra-typings';
import { bytesText, pullModel } from '@foretoken/hub';
import { withDownloadProgress } from '../output/download-progress.js';
import { interruptSignal } from '../output/interrupt.js';
import { note, printJson, printLine } from '../output/lines.js';

export function pullCommand() {
  return new Command('pull')
    .description(
      'Bring a model from the Hugging Face Hub to the cache that its tools share. An interrupted pull goes on.',
    )
    .argument(
      '<model>',
      'owner/model, then a quantisation, "safetensors" or a file where there are several: owner/model:Q4_K_M',
    )
    .option('--json', 'print one JSON document instead of the path')
    .addHelpText(
      'after',
      `
Environment, as for the hub's other tools:
  HF_HUB_CACHE, HF_HOME  where models are kept; default: ~/.cache/huggingface/hub
  HF_TOKEN               for private and gated models; default: what "hf auth login" keeps
  HF_ENDPOINT            a mirror of the hub
  HF_HUB_OFFLINE=1       take nothing but what the cache holds

Examples:
  foretoken pull Qwen/Qwen2.5-Coder-1.5B-Instruct-GGUF:Q4_K_M
  foretoken generate --model Qwen/Qwen2.5-Coder-1.5B-Instruct-GGUF:Q4_K_M 'export function '
  foretoken pull Qwen/Qwen2.5-0.5B-Instruct
  foretoken generate --backend onnx --model Qwen/Qwen2.5-0.5B-Instruct 'export function '`,
    )
    .action(async (name, options) => {
      const signal = interruptSignal();
      try {
        const model = await withDownloadProgress(`Pull ${name}`, (onProgress) =>
          pullModel(name, { signal, onProgress }),
        );
        if (options.json === true) printJson(model);
        else printLine(model.path);
        note(`${bytesText(model.byteLength)}, to be named as ${model.name}`);
      } finally {
        if (signal.aborted) note('What is there is kept: the same command goes on from it.');
      }
    });
}
