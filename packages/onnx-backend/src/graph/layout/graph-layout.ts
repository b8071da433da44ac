import type { Attention } from '../decoder/attention-layer.js';
import type { DecoderContext } from '../decoder/decoder-context.js';
import type { OnnxValue } from '../file/onnx-model.js';
import type { GraphManifest } from '../graph-manifest.js';

/** How a graph is fed: its inputs and outputs, how its cache is kept, and which rows become logits. */
export interface GraphLayout {
  readonly values: (manifest: GraphManifest) => {
    readonly inputs: readonly OnnxValue[];
    readonly outputs: readonly OnnxValue[];
  };
  /** Adds what all layers' attention shares. */
  readonly attention: (context: DecoderContext) => Attention;
  /** Of a value [batch, n, width] the rows that become logits: [rows, width], or [batch, rows, width]. */
  readonly wantedRows: (context: DecoderContext, value: string) => string;
  /** Axes of the wanted rows: 2 without the batch, 3 with it. */
  readonly rowAxes: 2 | 3;
  /** The name of the wanted rows after the final norm. */
  readonly normedRows: string;
}
