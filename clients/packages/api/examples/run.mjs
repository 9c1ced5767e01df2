/** Run an example of this folder in Node: `node run.mjs NAME ARGUMENTS`. */
import { fileURLToPath } from "node:url";
import { runnerImport } from "vite";

const [, , name] = process.argv;
await runnerImport(fileURLToPath(new URL(`${name}.ts`, import.meta.url)));
