// SPDX-License-Identifier: Apache-2.0
// Runs a program that was compiled to an ES module: node run_wasm.mjs MODULE.mjs ARGUMENT…
// Its exit status becomes ours.
import { pathToFileURL } from 'node:url';

const [path, ...programArguments] = process.argv.slice(2);
if (!path) {
  console.error('usage: node run_wasm.mjs MODULE.mjs ARGUMENT…');
  process.exit(2);
}
const { default: instantiate } = await import(pathToFileURL(path));
const program = await instantiate();
try {
  process.exitCode = program.callMain(programArguments);
} catch (error) {
  if (error?.name !== 'ExitStatus') throw error;
  process.exitCode = error.status;
}
