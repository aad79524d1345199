import { rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { hasCode } from "@skates/component-base";
import {
  type BusyboxImageSpec,
  buildBusyboxImage,
  detectHost,
  findContainerd,
  importImage,
} from "@skates/kubelet/node";
import { CliError, EXIT, failure } from "../cli/errors.ts";
import type { Paths } from "./data-dir.ts";

/** Loads an image archive into the cluster's containerd and gives the names of the images in it. */
export async function loadImage(paths: Paths, file: string, signal: AbortSignal): Promise<readonly string[]> {
  if ((await findContainerd(paths.node)) === undefined) {
    throw new CliError(EXIT.notRunning, `the cluster in ${paths.dataDir} is not running: run 'skates up' to start it`);
  }
  const host = await detectHost({ dataDir: paths.dataDir }, signal);
  try {
    return await importImage({ socket: paths.node.containerd.socket, snapshotter: host.snapshotter }, file, signal);
  } catch (cause) {
    if (!hasCode(cause, "ImageArchiveInvalid")) throw cause;
    throw failure(`${file} is no image archive`, "name a tar made by 'docker save' or an OCI-layout tar", cause);
  }
}

/** Makes an image of busybox and a few files, and loads it. */
export async function loadBusyboxImage(paths: Paths, spec: BusyboxImageSpec, signal: AbortSignal): Promise<void> {
  const file = join(tmpdir(), `skates-image-${process.pid}.tar`);
  try {
    await writeFile(file, await buildBusyboxImage(spec, signal));
    await loadImage(paths, file, signal);
  } finally {
    await rm(file, { force: true });
  }
}
