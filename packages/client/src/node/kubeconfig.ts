import { readFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { OperatingError } from "@skates/component-base";
import { parseKubeconfig, type TextSource } from "../kubeconfig.ts";

/** What `httpsHandler` of @skates/transport takes, and the namespace for commands that name none. */
export interface Connection {
  readonly server: string;
  readonly serverName: string | undefined;
  readonly insecure: boolean;
  readonly namespace: string | undefined;
  /** PEM. */
  readonly ca: string | undefined;
  readonly cert: string | undefined;
  readonly key: string | undefined;
  /** Read anew at each call where it stands in a file: such tokens are replaced before they expire. */
  readonly token: (() => Promise<string>) | undefined;
}

/**
 * Reads a kubeconfig and the files it names, which are relative to it. Throws OperatingError `BadKubeconfig`, or `FileMissing` with
 * the path.
 */
export async function readKubeconfig(path: string, context?: string): Promise<Connection> {
  const entry = parseKubeconfig(await readText(path), context);
  const read = async (source: TextSource | undefined): Promise<string | undefined> => {
    if (source === undefined) return undefined;
    return "text" in source ? source.text : await readText(resolve(dirname(path), source.file));
  };
  const { server, serverName, insecure, namespace, token } = entry;
  return {
    server,
    serverName,
    insecure,
    namespace,
    ca: await read(entry.ca),
    cert: await read(entry.cert),
    key: await read(entry.key),
    token: token === undefined ? undefined : async () => ((await read(token)) ?? "").trim(),
  };
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (cause) {
    throw new OperatingError("FileMissing", `cannot read ${path}`, { cause });
  }
}
