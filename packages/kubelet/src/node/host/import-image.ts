import { setTimeout as sleep } from "node:timers/promises";
import { OperatingError } from "@skates/component-base";
import { extract, pack } from "tar-stream";
import type { RunningContainerd } from "./containerd.ts";
import { imagePresent } from "./cri-call.ts";
import { PAUSE_IMAGE, pauseImageArchive } from "./pause-image.ts";
import { type ArchiveContents, entryPath, readImageArchive, tarBytes } from "./read-image-archive.ts";
import { type CommandOptions, runCommand } from "./run-command.ts";

/** The containerd that images go to. */
export type ImageTarget = Pick<RunningContainerd, "socket" | "snapshotter">;

/** How long the CRI plugin may take to notice an image that was put into containerd beside it. */
const NOTICE_MS_MAX = 10_000;

/**
 * Loads a docker-archive or OCI-layout tar (gzip allowed) and returns the full names of its images, which pods can use
 * at once. Throws `ImageArchiveInvalid` before anything was changed when the file is broken.
 */
export async function importImage(target: ImageTarget, file: string, signal: AbortSignal): Promise<readonly string[]> {
  const contents = await readImageArchive(file);
  await importTar(target, { input: namedTar(contents) }, signal);
  for (const name of contents.names) await untilPresent(target.socket, name, signal);
  return contents.names;
}

/** Makes sure that the sandbox image is there and marked as not to be collected; returns its name. */
export async function ensurePauseImage(target: ImageTarget, signal: AbortSignal): Promise<string> {
  if (await imagePresent(target.socket, PAUSE_IMAGE)) return PAUSE_IMAGE;
  await importTar(target, { input: await pauseImageArchive() }, signal);
  await ctr(target, ["images", "label", PAUSE_IMAGE, "io.cri-containerd.pinned=pinned"], {}, signal);
  await untilPresent(target.socket, PAUSE_IMAGE, signal);
  return PAUSE_IMAGE;
}

async function importTar(target: ImageTarget, options: CommandOptions, signal: AbortSignal): Promise<void> {
  await ctr(target, ["images", "import", "--snapshotter", target.snapshotter, "-"], options, signal);
}

/** `ctr` comes with containerd and has the client side of importing: content, unpacking, leases. */
async function ctr(
  target: ImageTarget,
  args: readonly string[],
  options: CommandOptions,
  signal: AbortSignal,
): Promise<void> {
  await runCommand(["ctr", "--address", target.socket, "--namespace", "k8s.io", ...args], options, signal);
}

/** The archive as it is, but an OCI layout's index has the names in the annotation that containerd reads. */
async function* namedTar(contents: ArchiveContents): AsyncIterable<Uint8Array> {
  const bytes = tarBytes(contents.file, contents.compressed);
  if (contents.index === undefined) {
    for await (const chunk of bytes) if (chunk instanceof Uint8Array) yield chunk;
    return;
  }
  const from = extract();
  const to = pack();
  bytes.on("error", (error) => to.destroy(error));
  from.on("error", (error) => to.destroy(error));
  const index = contents.index;
  from.on("entry", (header, content, next) => {
    if (entryPath(header) === "index.json") {
      content.resume();
      to.entry({ ...header, size: Buffer.byteLength(index) }, index, next);
    } else {
      content.pipe(to.entry(header, next));
    }
  });
  from.on("finish", () => to.finalize());
  bytes.pipe(from);
  for await (const chunk of to) if (chunk instanceof Uint8Array) yield chunk;
}

async function untilPresent(socket: string, name: string, signal: AbortSignal): Promise<void> {
  const until = performance.now() + NOTICE_MS_MAX;
  while (!(await imagePresent(socket, name))) {
    if (performance.now() > until) {
      throw new OperatingError("ImageImportFailed", `${name} was imported, but the runtime does not list it`);
    }
    await sleep(20, undefined, { signal });
  }
}
