import type { Answer, Caller, TestServer } from "../node/testing.ts";
import { ADMIN, startTestServer } from "../node/testing.ts";
import type { AdmissionSettings } from "./plugins.ts";

/** A server for tests of plugins, with a namespace `work` in which pods can be made. */
export interface PluginServer {
  readonly at: TestServer;
  /** As an administrator. Paths of core leave out `/api/v1/`. */
  post(path: string, body: object, as?: Caller): Promise<Answer>;
  patch(path: string, body: object, as?: Caller): Promise<Answer>;
  get(path: string): Promise<Answer>;
}

/** Starts it with these plugins besides the usual ones. Only for tests. */
export async function startPluginServer(settings: Partial<AdmissionSettings> = {}): Promise<PluginServer> {
  const admission = { enable: [], disable: [], configurations: new Map<string, string>(), ...settings };
  const at = await startTestServer({ admission });
  const admin: Caller = { user: ADMIN };
  const whole = (path: string): string => (path.startsWith("/") ? path : `/api/v1/${path}`);
  const server: PluginServer = {
    at,
    post: (path, body, as = admin) => at.call(as, "POST", whole(path), body),
    patch: (path, body, as = admin) => at.call(as, "PATCH", whole(path), body),
    get: (path) => at.call(admin, "GET", whole(path)),
  };
  await addNamespace(server, "work");
  return server;
}

/** A namespace with its default account. */
export async function addNamespace({ post }: PluginServer, name: string, annotations: object = {}): Promise<void> {
  await post("namespaces", { apiVersion: "v1", kind: "Namespace", metadata: { name, annotations } });
  const account = { apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "default" } };
  await post(`namespaces/${name}/serviceaccounts`, account);
}

/** A pod of one container. */
export function podNamed(name: string, spec: object = {}): object {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name },
    spec: { containers: [{ name: "main", image: "busybox" }], ...spec },
  };
}

/** Code and message of a refusal. */
export function refusal({ status, body }: Answer): readonly [number, string] {
  return [status, body.message];
}
