import type { FlagSpecs, FlagValues } from "./flags.ts";

/** What a command is given. */
export interface Invocation {
  readonly flags: FlagValues;
  readonly args: readonly string[];
  /** Absolute. */
  readonly dataDir: string;
  /** Aborts on SIGINT and SIGTERM. */
  readonly signal: AbortSignal;
  /** To standard output, with a newline. */
  print(line: string): void;
}

/** A verb of the command line. */
export interface Command {
  readonly name: string;
  /** One line for the list of commands. */
  readonly summary: string;
  /** `skates image load FILE [flags]`. */
  readonly usage: string;
  readonly flags: FlagSpecs;
  /** It takes arguments besides flags; to others they are refused: `delete DIR` must not delete the usual cluster. */
  readonly takesArgs?: true;
  /** Flags are not parsed but handed on as arguments (`skates kubectl …`); `--data-dir` before the verb still counts. */
  readonly passThrough?: true;
  /** Resolves to the exit code. */
  run(invocation: Invocation): Promise<number>;
}
