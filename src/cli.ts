#!/usr/bin/env node
/** `lockstep …`: the API from a shell, and `lockstep check`, which says what is wrong with any stream. */
import { run } from './cli/program.js';
import { shellOfThisProcess } from './cli/shell.js';

process.exitCode = await run(process.argv.slice(2), shellOfThisProcess());
