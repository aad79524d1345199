// How simulated processes end: the commands that are understood, alone and in chains.
import { expect, test } from "vitest";
import { scriptOf } from "./script.ts";

test.each<[readonly string[], object | undefined]>([
  [["true"], { afterMs: 0, exitCode: 0 }],
  [["/bin/false"], { afterMs: 0, exitCode: 1 }],
  [["sleep", "5"], { afterMs: 5000, exitCode: 0 }],
  [["sleep", "0.5"], { afterMs: 500, exitCode: 0 }],
  [["sleep", "2m"], { afterMs: 120_000, exitCode: 0 }],
  [["sleep", "infinity"], undefined],
  [["sleep", "soon"], { afterMs: 0, exitCode: 1 }],
  [["sh", "-c", "exit 3"], { afterMs: 0, exitCode: 3 }],
  [["/bin/bash", "-ec", "sleep 1; sleep 2; exit 300"], { afterMs: 3000, exitCode: 44 }],
  [["sh", "-c", "true && sleep 1 && false"], { afterMs: 1000, exitCode: 1 }],
  [["sh", "-c", "false && sleep 9; exit"], { afterMs: 0, exitCode: 1 }],
  [["sh", "-c", "echo hi"], { afterMs: 0, exitCode: 0 }],
  [["nginx", "-g", "daemon off;"], undefined],
  [["sh", "-c", "sleep 1; nginx"], undefined],
  [[], undefined],
])("%j", (command, expected) => expect(scriptOf(command, [])).toEqual(expected));
