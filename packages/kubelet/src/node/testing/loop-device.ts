/** Loop devices for tests: block devices whose contents are files. They need root and a kernel that has them. */
import { existsSync } from "node:fs";
import { runCommand } from "../host/run-command.ts";

const never = new AbortController().signal;

/** Why there are none here; undefined: there are. */
export function loopProblem(): string | undefined {
  if (process.getuid?.() !== 0) return "not root";
  return existsSync("/dev/loop-control") ? undefined : "the kernel has no loop devices";
}

/** The device of a file, which is made one unless it is. */
export async function attachLoop(file: string): Promise<string> {
  const known = await loopsOf(file);
  return known[0] ?? (await losetup(["--find", "--show", file]));
}

/** Makes what the devices of a file show as large as the file is now. */
export async function growLoops(file: string): Promise<void> {
  for (const device of await loopsOf(file)) await losetup(["--set-capacity", device]);
}

export async function detachLoops(file: string): Promise<void> {
  for (const device of await loopsOf(file)) await losetup(["--detach", device]);
}

export async function loopsOf(file: string): Promise<readonly string[]> {
  const text = await losetup(["--associated", file, "--noheadings", "--output", "NAME"]);
  return text.split("\n").filter((line) => line !== "");
}

async function losetup(args: readonly string[]): Promise<string> {
  return (await runCommand(["losetup", ...args], {}, never)).trim();
}
