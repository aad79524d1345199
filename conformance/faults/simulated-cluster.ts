/** A cluster of its own for a file of faults: the real server process, with simulated nodes, started as a user would. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { Agent, request } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "../e2e/global-setup.ts";
import { type Ran, skates } from "../e2e/skates.ts";

/** What the server answered. */
export interface Answer {
  readonly code: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly text: string;
  /** The body as JSON; undefined if it is none. */
  readonly json: unknown;
}

/** A request as a test writes it. */
export interface Call {
  readonly method?: string | undefined;
  readonly path: string;
  readonly type?: string | undefined;
  readonly body?: string | Uint8Array | undefined;
  /** Name of the certificate under `pki/`, or none at all; default the administrator's. */
  readonly identity?: string | undefined | "nobody";
}

export interface SimulatedCluster {
  readonly dataDir: string;
  readonly port: number;
  /** A `skates` command on this cluster. */
  skates(...args: readonly string[]): Promise<Ran>;
  up(...args: readonly string[]): Promise<Ran>;
  call(call: Call): Promise<Answer>;
  /** Creates a ConfigMap in `default`; the HTTP code. */
  put(name: string, data?: Readonly<Record<string, string>>): Promise<number>;
  /** Names of the ConfigMaps in `default`, but for the CA's. */
  names(): Promise<readonly string[]>;
  remove(): Promise<void>;
}

const MAPS = "/api/v1/namespaces/default/configmaps";

/** A cluster in a fresh directory, or in the one given; nothing runs before `up`. */
export async function simulatedCluster(directory?: string): Promise<SimulatedCluster> {
  const root = directory ?? mkdtempSync(join(tmpdir(), "sk-faults-"));
  const dataDir = join(root, "data");
  const port = await freePort();
  const agent = new Agent({ keepAlive: true, maxSockets: 16 });
  const run = (...args: readonly string[]): Promise<Ran> => skates([...args, "--data-dir", dataDir]);
  const call = (one: Call): Promise<Answer> => send({ dataDir, port, agent }, one);
  return {
    dataDir,
    port,
    skates: run,
    up: (...args) => run("up", "--no-merge", "--runtime", "simulated", "--api-port", String(port), ...args),
    call,
    put: async (name, data = {}) => {
      const body = JSON.stringify({ apiVersion: "v1", kind: "ConfigMap", metadata: { name }, data });
      return (await call({ method: "POST", path: MAPS, body })).code;
    },
    names: async () => {
      const list = (await call({ path: MAPS })).json as { items: readonly { metadata: { name: string } }[] };
      return list.items.map((item) => item.metadata.name).filter((name) => name !== "kube-root-ca.crt");
    },
    remove: async () => {
      agent.destroy();
      await run("delete", "--yes");
      if (directory === undefined) rmSync(root, { recursive: true, force: true });
    },
  };
}

function send(
  server: { readonly dataDir: string; readonly port: number; readonly agent: Agent },
  { method = "GET", path, type = "application/json", body, identity = "admin" }: Call,
): Promise<Answer> {
  const pem = (name: string): string => readFileSync(join(server.dataDir, "pki", name), "utf8");
  const credentials =
    identity === "nobody" ? {} : { cert: pem(`${identity}.crt`), key: pem(`${identity}.key`), agent: server.agent };
  const headers = body === undefined ? {} : { "content-type": type, "content-length": Buffer.byteLength(body) };
  return new Promise((resolve, reject) => {
    const options = { host: "127.0.0.1", port: server.port, ca: pem("ca.crt"), ...credentials, method, path, headers };
    const sent = request(options, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("error", reject);
      response.on("end", () => {
        const text = Buffer.concat(chunks).toString();
        resolve({ code: response.statusCode ?? 0, headers: response.headers, text, json: parsed(text) });
      });
    });
    sent.on("error", reject);
    sent.end(body);
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // plain text, as some paths answer
  }
}
