import { readFile } from "node:fs/promises";
import { type Component, type Env, type Logger, messageOf } from "@skates/component-base";

/** A file that is used again when its text changes. */
export interface ReloadableFile {
  readonly path: string;
  /** Throws when the new text cannot be used: what was read before then stays. */
  reload(): Promise<void>;
}

const LOOK_EVERY_MS = 5_000;

/** `reloadFiles` as a part of a process. */
export function reloading(env: Pick<Env, "clock" | "log">, files: readonly ReloadableFile[]): Component {
  return { name: "reload", ready: () => true, run: (signal) => reloadFiles(env, files, signal) };
}

/** Looks at files every five seconds, by their text, and reloads those that have changed. One that is gone for a while has not changed. */
async function reloadFiles(
  { clock, log }: Pick<Env, "clock" | "log">,
  files: readonly ReloadableFile[],
  signal: AbortSignal,
): Promise<void> {
  const known = new Map<string, string | undefined>();
  for (const { path } of files) known.set(path, await textOf(path));
  for (;;) {
    await clock.sleep(LOOK_EVERY_MS, signal);
    /** Files that are read together are read once. */
    const changed = new Map<ReloadableFile["reload"], string[]>();
    for (const { path, reload } of files) {
      const text = await textOf(path);
      if (text === undefined || text === known.get(path)) continue;
      known.set(path, text);
      changed.set(reload, [...(changed.get(reload) ?? []), path]);
    }
    for (const [reload, paths] of changed) await reloadOnce(log, reload, paths);
  }
}

async function reloadOnce(log: Logger, reload: ReloadableFile["reload"], paths: readonly string[]): Promise<void> {
  try {
    await reload();
    log.info("Files have changed and are in use", { paths: paths.join(" ") });
  } catch (error) {
    const why = { paths: paths.join(" "), error: messageOf(error) };
    log.error("Files have changed and cannot be used; what was read before stays", why);
  }
}

async function textOf(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "latin1");
  } catch {
    return undefined; // being replaced, or gone
  }
}
