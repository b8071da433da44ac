import type { DecoderShape } from '../weights/decoder-shape.js';
import type { DecoderWeights } from '../weights/decoder-weights.js';
import type { GraphBuilder } from '../file/graph-builder.js';
import type { GraphManifest } from '../graph-manifest.js';
import { MatrixWriter } from './matrix-writer.js';
import { storedVector } from './stored-vector.js';

/** What the parts of a decoder's graph share. */
export class DecoderContext {
  readonly builder: GraphBuilder;
  readonly weights: DecoderWeights;
  readonly manifest: GraphManifest;
  readonly matrices: MatrixWriter;

  constructor(builder: GraphBuilder, weights: DecoderWeights, manifest: GraphManifest) {
    this.builder = builder;
    this.weights = weights;
    this.manifest = manifest;
    this.matrices = new MatrixWriter(builder, weights, manifest.weightFormat, manifest.accuracyLevel);
  }

  get shape(): DecoderShape {
    return this.weights.shape;
  }

  /** Stored vectors, one after the other, as one float32 constant. */
  vector(name: string, parts: readonly { readonly name: string; readonly length: number }[]): string {
    return storedVector(this.builder, this.weights, name, parts);
  }

  /** Like `vector`, or undefined where none of the parts is stored. */
  optionalVector(
    name: string,
    parts: readonly { readonly name: string; readonly length: number }[],
  ): string | undefined {
    return parts.some((part) => this.weights.find(part.name) !== undefined)
      ? this.vector(name, parts)
      : undefined;
  }
}
