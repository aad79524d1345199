// The flag of the scheduler's configuration: the file's text, and what is refused.
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { parseFlags } from "../cli/flags.ts";
import { SCHEDULER_FLAGS, schedulerConfigurationFrom } from "./scheduler.ts";

const directory = mkdtempSync(join(tmpdir(), "skates-flags-"));
const HEAD = "apiVersion: kubescheduler.config.k8s.io/v1\nkind: KubeSchedulerConfiguration\n";
const read = (text?: string) => {
  const file = join(directory, "scheduler.yaml");
  if (text !== undefined) writeFileSync(file, text);
  const argv = text === undefined ? [] : [`--scheduler-config=${file}`];
  return schedulerConfigurationFrom(parseFlags("up", SCHEDULER_FLAGS, argv).flags);
};

it("reads the file", () => {
  expect([read(), read(`${HEAD}podMaxBackoffSeconds: 30\n`)]).toEqual([undefined, `${HEAD}podMaxBackoffSeconds: 30\n`]);
});

it("refuses a file that is not there, or says what cannot be", () => {
  const flags = parseFlags("up", SCHEDULER_FLAGS, ["--scheduler-config=/nowhere"]).flags;
  expect(() => schedulerConfigurationFrom(flags)).toThrow(/--scheduler-config \/nowhere: .*ENOENT/);
  expect(() => read(`${HEAD}parallelism: 0\n`)).toThrow(/parallelism: Invalid value: 0/);
});
