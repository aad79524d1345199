import { spawn } from "node:child_process";
import { OperatingError } from "@skates/component-base";

/** Where programs of the system are looked for, whatever the caller's own PATH is. */
export const SYSTEM_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/** Output beyond this is dropped from the front: what matters of a failure stands at its end. */
const OUTPUT_BYTES_MAX = 4 * 1024 * 1024;

export interface CommandResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CommandOptions {
  /** Written to the program's standard input, chunk by chunk. */
  readonly input?: Uint8Array | AsyncIterable<Uint8Array> | undefined;
}

/**
 * Runs a program of the system to its end and returns what it wrote, whatever its exit code.
 * Throws `CommandMissing` when there is no such program; aborting kills it.
 */
export async function tryCommand(
  command: readonly [string, ...string[]],
  options: CommandOptions,
  signal: AbortSignal,
): Promise<CommandResult> {
  const [program, ...args] = command;
  const child = spawn(program, args, {
    stdio: [options.input === undefined ? "ignore" : "pipe", "pipe", "pipe"],
    env: { PATH: SYSTEM_PATH, LC_ALL: "C" },
    signal,
    killSignal: "SIGKILL",
  });
  const stdout = collect(child.stdout);
  const stderr = collect(child.stderr);
  const ended = new Promise<number>((done, fail) => {
    child.on("error", fail); // an abort after a failure makes a second one
    child.once("close", (code) => done(code ?? 128));
  });
  const fed = child.stdin === null ? undefined : feed(child.stdin, options.input ?? new Uint8Array());
  try {
    const [code] = await Promise.all([ended, fed]);
    return { code, stdout: stdout(), stderr: stderr() };
  } catch (cause) {
    child.kill("SIGKILL");
    await ended.catch(() => undefined); // reported below
    if (signal.aborted) throw signal.reason;
    const missing = typeof cause === "object" && cause !== null && "code" in cause && cause.code === "ENOENT";
    if (missing) throw new OperatingError("CommandMissing", `the program ${program} is not installed`, { cause });
    throw cause;
  }
}

/** Like `tryCommand`, but an exit code other than 0 throws `CommandFailed` with the program's own words. */
export async function runCommand(
  command: readonly [string, ...string[]],
  options: CommandOptions,
  signal: AbortSignal,
): Promise<string> {
  const result = await tryCommand(command, options, signal);
  if (result.code === 0) return result.stdout;
  const words = (result.stderr.trim() || result.stdout.trim()).slice(-2000);
  throw new OperatingError(
    "CommandFailed",
    `${command.slice(0, 3).join(" ")} failed with exit code ${result.code}: ${words}`,
  );
}

function collect(stream: NodeJS.ReadableStream | null): () => string {
  let chunks: Buffer[] = [];
  let size = 0;
  stream?.on("data", (chunk: Buffer) => {
    chunks.push(chunk);
    size += chunk.length;
    if (size <= OUTPUT_BYTES_MAX * 2) return;
    chunks = [Buffer.concat(chunks).subarray(-OUTPUT_BYTES_MAX)];
    size = OUTPUT_BYTES_MAX;
  });
  return () => Buffer.concat(chunks).toString("utf8");
}

/** A program that ends without reading everything shows by its exit code whether that was a failure. */
async function feed(stdin: NodeJS.WritableStream, input: Uint8Array | AsyncIterable<Uint8Array>): Promise<void> {
  let closed = false;
  const wake: (() => void)[] = [];
  const onClose = (): void => {
    closed = true;
    for (const each of wake.splice(0)) each();
  };
  stdin.on("error", onClose);
  stdin.on("close", onClose);
  const chunks = input instanceof Uint8Array ? [input] : input;
  for await (const chunk of chunks) {
    if (closed) break;
    if (!stdin.write(chunk)) {
      await new Promise<void>((next) => {
        wake.push(next);
        stdin.once("drain", next);
      });
    }
  }
  stdin.end();
}
