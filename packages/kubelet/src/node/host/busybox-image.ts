import { access, readFile, realpath } from "node:fs/promises";
import { delimiter, dirname, join } from "node:path";
import { OperatingError } from "@skates/component-base";
import { type ImageFile, type ImageSpec, imageArchive } from "./image-archive.ts";
import { runCommand, SYSTEM_PATH, tryCommand } from "./run-command.ts";

/** An image with the host's busybox in it, for demonstrations and tests. */
export interface BusyboxImageSpec {
  readonly name: string;
  /** Without one, containers say what they run. */
  readonly entrypoint?: readonly string[] | undefined;
  readonly command?: readonly string[] | undefined;
  readonly env?: readonly string[] | undefined;
  readonly workingDir?: string | undefined;
  readonly exposedPorts?: readonly string[] | undefined;
  /** Further files; folders that they need are made. */
  readonly files?: readonly ImageFile[] | undefined;
}

/** Loaded by the C library at run time, so not among the dependencies: name look-ups of glibc before 2.34. */
const LOADED_LATER = ["libnss_dns.so.2", "libnss_files.so.2"];

/** The archive of an image with busybox, as `busyboxImageSpec` describes it. */
export async function buildBusyboxImage(spec: BusyboxImageSpec, signal: AbortSignal): Promise<Uint8Array> {
  return imageArchive(await busyboxImageSpec(spec, signal));
}

/**
 * An image with busybox, a link for each of its applets in /bin, the libraries it needs, and the few files that make
 * names and users work. Throws `CommandMissing` when the host has no busybox.
 */
export async function busyboxImageSpec(spec: BusyboxImageSpec, signal: AbortSignal): Promise<ImageSpec> {
  const busybox = await findProgram("busybox");
  if (busybox === undefined) throw new OperatingError("CommandMissing", "the program busybox is not installed");
  const applets = (await runCommand([busybox, "--list"], {}, signal)).trim().split("\n");
  const program: ImageFile = { path: "bin/busybox", content: await readFile(busybox), mode: 0o755 };
  const links = applets
    .filter((name) => name !== "busybox")
    .map((name) => ({ path: `bin/${name}`, linkTo: "busybox" }));
  return {
    name: spec.name,
    entrypoint: spec.entrypoint,
    command: spec.command,
    env: ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", ...(spec.env ?? [])],
    workingDir: spec.workingDir ?? "/",
    exposedPorts: spec.exposedPorts,
    files: withFolders([program, ...links, ...(await libraries(busybox, signal)), ...SETTINGS, ...(spec.files ?? [])]),
  };
}

/** The program's full path in the system's own folders. */
export async function findProgram(name: string): Promise<string | undefined> {
  for (const dir of SYSTEM_PATH.split(delimiter)) {
    const path = join(dir, name);
    if (await exists(path)) return path;
  }
  return undefined;
}

/** Paths of the shared libraries, from the output of `ldd`. */
export function parseLdd(text: string): readonly string[] {
  const lines = text.split("\n").map((line) => line.trim());
  return lines.map((line) => /(?:^|=> )(\/\S+) \(0x/.exec(line)?.[1]).filter((path) => path !== undefined);
}

const text = (path: string, content: string, mode = 0o644): ImageFile => ({
  path,
  content: Buffer.from(content),
  mode,
});

const SETTINGS: readonly ImageFile[] = [
  text("etc/passwd", "root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n"),
  text("etc/group", "root:x:0:\nnogroup:x:65534:\n"),
  text("etc/nsswitch.conf", "passwd: files\ngroup: files\nhosts: files dns\n"),
  { path: "root", directory: true, mode: 0o700 },
  { path: "tmp", directory: true, mode: 0o1777 },
  { path: "var/tmp", directory: true, mode: 0o1777 },
];

/** Libraries stand under the paths by which they are found; links are resolved. A static program has none. */
async function libraries(program: string, signal: AbortSignal): Promise<readonly ImageFile[]> {
  const listed = await tryCommand(["ldd", program], {}, signal);
  const needed = listed.code === 0 ? parseLdd(listed.stdout) : [];
  const dirs = [...new Set(needed.map((path) => dirname(path)))];
  const later = needed.length === 0 ? [] : dirs.flatMap((dir) => LOADED_LATER.map((name) => join(dir, name)));
  const files: ImageFile[] = [];
  for (const path of [...needed, ...later]) {
    if (!(await exists(path))) continue;
    files.push({ path: path.slice(1), content: await readFile(await realpath(path)), mode: 0o755 });
  }
  return files;
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false, // not there or not to be read: not for us either way
  );
}

/** Sorted by path, with the folders that the files lie in; a later file of the same path replaces an earlier one. */
function withFolders(files: readonly ImageFile[]): readonly ImageFile[] {
  const all = new Map<string, ImageFile>();
  for (const file of files) {
    for (let dir = dirname(file.path); dir !== "."; dir = dirname(dir)) {
      if (!all.has(dir)) all.set(dir, { path: dir, directory: true, mode: 0o755 });
    }
    all.set(file.path, file);
  }
  return [...all.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
}
