import { statSync } from "node:fs";
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

/**
 * Looks at files every five seconds and reloads those whose text has changed. One that is gone for a while has not changed. Texts are
 * read only of files that were written since: to read a dozen files each time was most of what an idle server did.
 */
async function reloadFiles(
  { clock, log }: Pick<Env, "clock" | "log">,
  files: readonly ReloadableFile[],
  signal: AbortSignal,
): Promise<void> {
  const known = new Map<string, Seen>();
  for (const { path } of files) known.set(path, await seenOf(path));
  for (;;) {
    await clock.sleep(LOOK_EVERY_MS, signal);
    /** Files that are read together are read once. */
    const changed = new Map<ReloadableFile["reload"], string[]>();
    for (const { path, reload } of files) {
      const before = known.get(path);
      if (before?.state === stateOf(path)) continue;
      const now = await seenOf(path);
      if (now.text === undefined) continue;
      known.set(path, now);
      if (now.text === before?.text) continue;
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

/** A file as it was read. */
interface Seen {
  /** Taken before the text: a write in between is seen at the next look. */
  readonly state: string | undefined;
  readonly text: string | undefined;
}

async function seenOf(path: string): Promise<Seen> {
  return { state: stateOf(path), text: await textOf(path) };
}

/** Changes whenever the file is written or replaced; undefined: it is not there. */
function stateOf(path: string): string | undefined {
  try {
    const { ino, size, mtimeNs, ctimeNs } = statSync(path, { bigint: true });
    return `${ino} ${size} ${mtimeNs} ${ctimeNs}`;
  } catch {
    return undefined; // being replaced, or gone
  }
}

async function textOf(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "latin1");
  } catch {
    return undefined; // being replaced, or gone
  }
}
