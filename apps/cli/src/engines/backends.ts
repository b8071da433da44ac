import { InvalidArgumentError, type LanguageModel, type LoadModelOptions } from '@foretoken/core';
import type { KvType, LlamacppOptions, QuantizationFormat } from '@foretoken/llamacpp-backend';
import type { LayerSelection } from '@foretoken/models';
import type { Access, OnnxOptions } from '@foretoken/onnx-backend';

/** What the command line can ask of an engine. */
export interface EngineSelection extends LoadModelOptions, LayerSelection {
  /** Layers on the GPU, of llama.cpp. */
  readonly gpuLayers?: number | undefined;
  /** Format of the key-value cache; undefined: the engine's own choice. */
  readonly kvType?: KvType | undefined;
  /** Format to bring the weights into, by the engine's own name; undefined: as the file has them. */
  readonly weightFormat?: string | undefined;
  /** Where ONNX Runtime computes. */
  readonly device?: OnnxOptions['device'];
  /** How ONNX Runtime is reached. */
  readonly access?: Access | undefined;
}

type LoadModel = (source: string, selection: EngineSelection) => Promise<LanguageModel>;

/** The engines by name, imported when asked for, so that `--help` does not wait for native libraries. */
const backends: ReadonlyMap<string, LoadModel> = new Map<string, LoadModel>([
  ['llamacpp', loadWithLlamacpp],
  ['onnx', loadWithOnnx],
]);

export const backendNames: readonly string[] = [...backends.keys()];

/** Options that one engine has alone. */
const ownOptions: ReadonlyMap<string, readonly (keyof EngineSelection)[]> = new Map([
  ['llamacpp', ['gpuLayers']],
  ['onnx', ['device', 'access']],
]);

/**
 * What is asked of one of the engines that a command uses together: what only another of them has is that one's. An option
 * that none of them has stays, and is refused.
 */
export function selectionFor<Selection extends EngineSelection>(
  backend: string,
  used: readonly string[],
  selection: Selection,
): Selection {
  const others = used.filter((name) => name !== backend).flatMap((name) => ownOptions.get(name) ?? []);
  const kept = Object.entries(selection).filter(
    ([option]) => !(others as readonly string[]).includes(option),
  );
  return Object.fromEntries(kept) as Selection;
}

/** Loads a model on an engine. @throws InvalidArgumentError for options that the engine does not have. */
export function loadModel(
  backend: string,
  source: string,
  selection: EngineSelection,
): Promise<LanguageModel> {
  const load = backends.get(backend);
  if (load === undefined) {
    throw new InvalidArgumentError(
      `There is no backend "${backend}". The backends are ${backendNames.join(', ')}.`,
    );
  }
  return load(source, selection);
}

async function loadWithLlamacpp(source: string, selection: EngineSelection): Promise<LanguageModel> {
  const options = llamacppOptions(selection);
  const { llamacppBackend } = await import('@foretoken/llamacpp-backend');
  return llamacppBackend.loadModel(source, options);
}

/** @throws InvalidArgumentError for what llama.cpp does not have; it names unknown formats itself. */
export function llamacppOptions({ device, access, ...options }: EngineSelection): LlamacppOptions {
  refuse('llamacpp', { '--device': device, '--access': access });
  return { ...options, weightFormat: options.weightFormat as QuantizationFormat | undefined };
}

async function loadWithOnnx(source: string, selection: EngineSelection): Promise<LanguageModel> {
  const options = onnxOptions(selection);
  const { onnxBackend } = await import('@foretoken/onnx-backend');
  return onnxBackend.loadModel(source, options);
}

const cacheTypes: Readonly<Partial<Record<KvType, OnnxOptions['cacheType']>>> = {
  f32: 'float32',
  f16: 'float16',
};

/** @throws InvalidArgumentError for what ONNX Runtime does not have; it names unknown formats itself. */
export function onnxOptions({ gpuLayers, kvType, ...options }: EngineSelection): OnnxOptions {
  refuse('onnx', { '--gpu-layers': gpuLayers });
  const cacheType = kvType === undefined ? undefined : cacheTypes[kvType];
  if (kvType !== undefined && cacheType === undefined) {
    throw new InvalidArgumentError(
      `The backend onnx has the key-value formats ${Object.keys(cacheTypes).join(' and ')}, not ${kvType}.`,
    );
  }
  return { ...options, cacheType, weightFormat: options.weightFormat as OnnxOptions['weightFormat'] };
}

function refuse(backend: string, options: Readonly<Record<string, unknown>>): void {
  for (const [option, value] of Object.entries(options)) {
    if (value !== undefined) {
      throw new InvalidArgumentError(`${option} means nothing to the backend ${backend}: leave it out.`);
    }
  }
}
