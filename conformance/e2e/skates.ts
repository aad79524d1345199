import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly input?: string | undefined;
  readonly env?: Readonly<Record<string, string>> | undefined;
  readonly timeoutMs?: number | undefined;
}

const ROOT = join(fileURLToPath(import.meta.url), "..", "..", "..");

/** Runs `./skates` from the repository, as a user would. */
export function skates(args: readonly string[], options: RunOptions = {}): Promise<Ran> {
  return run(join(ROOT, "skates"), args, options);
}

/** A new token of the cluster in `dataDir`: the words of the command that a node joins with, `join https://… --token … --ca-cert-hash …`. */
export async function joinCommand(dataDir: string, ...args: readonly string[]): Promise<readonly string[]> {
  const made = await skates(["token", "create", ...args, "--data-dir", dataDir]);
  const [, command] = /^to join: skates (join .*)$/m.exec(made.stdout) ?? [];
  if (command === undefined) throw new Error(`no token: ${made.stdout}${made.stderr}`);
  return command.split(" ");
}

/** Runs a program to its end; what it prints and how it ended. Ended by force after `timeoutMs` (default 120 s). */
export function run(program: string, args: readonly string[], options: RunOptions = {}): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { env: { ...process.env, ...options.env }, stdio: ["pipe", "pipe", "pipe"] });
    let stdout = "";
    let stderr = "";
    const timer = setTimeout(() => child.kill("SIGKILL"), options.timeoutMs ?? 120_000);
    child.stdout.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
    child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
    child.on("error", reject);
    child.on("close", (code) => {
      clearTimeout(timer);
      resolve({ code: code ?? -1, stdout, stderr });
    });
    child.stdin.on("error", () => undefined); // it may end before it has read all
    child.stdin.end(options.input ?? "");
  });
}

const TROUBLES_MAX = 40;

/** What a process' log tells beside the usual: warnings, errors, and whatever a crash printed. For runs whose machine nobody can look at afterwards. */
export function troubles(file: string): string {
  const lines = readFileSync(file, "utf8")
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("I"));
  return [
    `--- troubles in ${file}, the last ${TROUBLES_MAX} of ${lines.length}:`,
    ...lines.slice(-TROUBLES_MAX),
    "",
  ].join("\n");
}
