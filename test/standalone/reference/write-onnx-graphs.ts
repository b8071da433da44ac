/** Writes the graphs that `npm run reference` checks and evaluates; parameter: the folder. */
import { writeOnnxGraphs } from './onnx-graphs.js';

const [, , folder] = process.argv;
if (folder === undefined) throw new Error('Usage: write-onnx-graphs FOLDER');
await writeOnnxGraphs(folder);
