import type { OnnxAttribute, OnnxGraph, OnnxNode, OnnxTensor, OnnxValue } from './onnx-model.js';

export const int = (value: number): OnnxAttribute => ({ type: 'int', value });
export const float = (value: number): OnnxAttribute => ({ type: 'float', value });
export const text = (value: string): OnnxAttribute => ({ type: 'string', value });
export const ints = (value: readonly number[]): OnnxAttribute => ({ type: 'ints', value });

/**
 * Collects the nodes of a graph in the order in which they run. Values are known by name, inputs and outputs
 * too; a node is named like its first output.
 */
export class GraphBuilder {
  readonly #nodes: OnnxNode[] = [];
  readonly #initializers = new Map<string, OnnxTensor>();

  /** A constant; the same name again is the same constant. */
  tensor(tensor: OnnxTensor): string {
    if (!this.#initializers.has(tensor.name)) this.#initializers.set(tensor.name, tensor);
    return tensor.name;
  }

  /** Whole numbers as a constant, [length]; or one number, []. */
  integers(name: string, values: readonly number[] | number): string {
    const list = typeof values === 'number' ? [values] : values;
    return this.tensor({
      name,
      elementType: 'int64',
      shape: typeof values === 'number' ? [] : [list.length],
      data: () => new Uint8Array(BigInt64Array.from(list, BigInt).buffer),
    });
  }

  /** One real number as a constant, []. */
  real(name: string, value: number): string {
    return this.tensor({
      name,
      elementType: 'float32',
      shape: [],
      data: () => new Uint8Array(Float32Array.of(value).buffer),
    });
  }

  /** An operator of ONNX's own. Returns its output's name. */
  node(
    operator: string,
    output: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, OnnxAttribute>> = {},
  ): string {
    return this.nodes(operator, [output], inputs, attributes)[0] as string;
  }

  /** An operator of ONNX's own with several outputs. */
  nodes(
    operator: string,
    outputs: readonly string[],
    inputs: readonly string[],
    attributes: Readonly<Record<string, OnnxAttribute>> = {},
  ): readonly string[] {
    return this.#add(operator, '', outputs, inputs, attributes);
  }

  /** An operator that only ONNX Runtime has (its "contrib" operators). */
  contrib(
    operator: string,
    outputs: readonly string[],
    inputs: readonly string[],
    attributes: Readonly<Record<string, OnnxAttribute>> = {},
  ): readonly string[] {
    return this.#add(operator, 'com.microsoft', outputs, inputs, attributes);
  }

  finish(
    name: string,
    values: { readonly inputs: readonly OnnxValue[]; readonly outputs: readonly OnnxValue[] },
  ): OnnxGraph {
    return { name, nodes: this.#nodes, initializers: [...this.#initializers.values()], ...values };
  }

  #add(
    operator: string,
    domain: OnnxNode['domain'],
    outputs: readonly string[],
    inputs: readonly string[],
    attributes: Readonly<Record<string, OnnxAttribute>>,
  ): readonly string[] {
    const name = outputs.find((output) => output !== '') ?? operator;
    this.#nodes.push({ name, operator, domain, inputs, outputs, attributes });
    return outputs;
  }
}
