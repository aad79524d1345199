import {
  closeSync,
  createReadStream,
  createWriteStream,
  existsSync,
  fstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from "node:fs";
import { basename, dirname, extname, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import { jsonText } from "@skates/apimachinery";
import { isAbort, type Clock, type Logger, messageOf } from "@skates/component-base";
import { type AuditEvent, type AuditSink, legacyLine } from "../audit/audit-event.ts";

export interface AuditLogOptions {
  /** `-`: standard output, which is not rotated. */
  readonly path: string;
  readonly format: "json" | "legacy";
  /**
   * `blocking`: written with the other events of the same turn of the event loop. `blocking-strict`: written one by one, and a request
   * whose arrival cannot be written is refused.
   */
  readonly mode: "blocking" | "blocking-strict";
  /** MiB after which a new file begins; 0: upstream's 100. */
  readonly maxSizeMb: number;
  /** Days that old files are kept; 0: for ever. */
  readonly maxAgeDays: number;
  /** Old files that are kept; 0: all. */
  readonly maxBackups: number;
  readonly compress: boolean;
  readonly clock: Clock;
  readonly log: Logger;
  lost(count: number): void;
}

const DAY_MS = 86_400_000;
const CLEAN_MS = 3_600_000;
const STANDARD_OUTPUT = 1;

/** The audit log as a file, one event a line, readable by its owner only. Throws when the file cannot be opened. */
export function auditLog(options: AuditLogOptions): AuditSink {
  const { path, format, mode, clock, log, lost } = options;
  const file = path === "-" ? undefined : new RotatingFile(options);
  const lineOf = (event: AuditEvent): string => `${format === "json" ? jsonText(event) : legacyLine(event)}\n`;
  const write = (text: string, count: number): boolean => {
    try {
      if (file === undefined) writeSync(STANDARD_OUTPUT, text);
      else file.write(Buffer.from(text));
      return true;
    } catch (error) {
      lost(count);
      log.error("audit events could not be written", { path, count, cause: messageOf(error) });
      return false;
    }
  };
  let waiting: string[] = [];
  const flush = (): void => {
    const lines = waiting;
    waiting = [];
    if (lines.length > 0) write(lines.join(""), lines.length);
  };
  return {
    name: "log",
    take(event) {
      if (mode === "blocking-strict") return write(lineOf(event), 1) || event.stage !== "RequestReceived";
      if (waiting.length === 0) setImmediate(flush);
      waiting.push(lineOf(event));
      return true;
    },
    async run(signal) {
      try {
        for (;;) {
          file?.clean();
          await clock.sleep(CLEAN_MS, signal);
        }
      } catch (error) {
        if (!isAbort(error, signal)) throw error;
      } finally {
        flush();
        await file?.close();
      }
    },
  };
}

/** A file that is put aside under a name with the time when it is full: `audit-2026-11-26T20-30-00.000.log`. */
class RotatingFile {
  readonly #options: AuditLogOptions;
  #handle: number;
  #bytes: number;
  #cleaning: Promise<void> = Promise.resolve();

  constructor(options: AuditLogOptions) {
    this.#options = options;
    mkdirSync(dirname(options.path), { recursive: true, mode: 0o700 });
    this.#handle = openSync(options.path, "a", 0o600);
    this.#bytes = fstatSync(this.#handle).size;
  }

  write(bytes: Uint8Array): void {
    const limit = (this.#options.maxSizeMb === 0 ? 100 : this.#options.maxSizeMb) << 20;
    if (this.#bytes > 0 && this.#bytes + bytes.length > limit) this.#rotate();
    for (let at = 0; at < bytes.length; ) at += writeSync(this.#handle, bytes, at);
    this.#bytes += bytes.length;
  }

  async close(): Promise<void> {
    await this.#cleaning;
    closeSync(this.#handle);
  }

  /** The file before is let go only when the next one is open: a number that was closed may soon be that of another file. */
  #rotate(): void {
    const { path, clock } = this.#options;
    const aside = backupName(path, clock.nowMs());
    renameSync(path, aside);
    let next: number;
    try {
      next = openSync(path, "a", 0o600);
    } catch (error) {
      renameSync(aside, path);
      throw error;
    }
    closeSync(this.#handle);
    this.#handle = next;
    this.#bytes = fstatSync(next).size;
    this.clean();
  }

  /** One after the other: two at once would compress one file into the same other. */
  clean(): void {
    this.#cleaning = this.#cleaning
      .then(() => this.#clean())
      .catch((error: unknown) =>
        this.#options.log.warn("old audit logs could not be tidied", { cause: messageOf(error) }),
      );
  }

  /** Removes what is too old or too many, and compresses the rest where that is wanted. */
  async #clean(): Promise<void> {
    const { path, maxAgeDays, maxBackups, compress, clock } = this.#options;
    const backups = backupsOf(path);
    const oldest = maxAgeDays === 0 ? 0 : clock.nowMs() - maxAgeDays * DAY_MS;
    const kept: string[] = [];
    for (const [i, file] of backups.entries()) {
      const tooMany = maxBackups > 0 && i >= maxBackups;
      if (tooMany || statSync(file).mtimeMs < oldest) rmSync(file, { force: true });
      else kept.push(file);
    }
    if (!compress) return;
    for (const file of kept.filter((name) => !name.endsWith(".gz"))) {
      await pipeline(createReadStream(file), createGzip(), createWriteStream(`${file}.gz.part`, { mode: 0o600 }));
      renameSync(`${file}.gz.part`, `${file}.gz`);
      rmSync(file);
    }
  }
}

function backupName(path: string, nowMs: number): string {
  const ending = extname(path);
  const stem = join(dirname(path), basename(path, ending));
  for (let ms = nowMs; ; ms++) {
    const name = `${stem}-${new Date(ms).toISOString().slice(0, -1).replaceAll(":", "-")}${ending}`;
    if (!existsSync(name) && !existsSync(`${name}.gz`)) return name;
  }
}

/** Files put aside, newest first. */
function backupsOf(path: string): readonly string[] {
  const ending = extname(path);
  const stem = `${basename(path, ending)}-`;
  return readdirSync(dirname(path))
    .filter((name) => name.startsWith(stem) && (name.endsWith(ending) || name.endsWith(`${ending}.gz`)))
    .sort()
    .reverse()
    .map((name) => join(dirname(path), name));
}
