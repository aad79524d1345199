/** What end-to-end tests do with the shared cluster: real kubectl, waiting, namespaces of their own. */
import { afterAll, beforeAll, inject } from "vitest";
import { type Ran, run, type RunOptions } from "./skates.ts";

export const cluster = inject("cluster");

const KUBECTL = process.env["KUBECTL"] ?? "kubectl";

/** Runs kubectl against the shared cluster. */
export function kubectl(args: readonly string[], options: RunOptions = {}): Promise<Ran> {
  return run(KUBECTL, ["--kubeconfig", cluster.kubeconfig, ...args], options);
}

/** The same; fails the test with all output unless it exits with 0. Gives its standard output. */
export async function ok(args: readonly string[], options: RunOptions = {}): Promise<string> {
  const ran = await kubectl(args, options);
  if (ran.code !== 0)
    throw new Error(`kubectl ${args.join(" ")} exited with ${ran.code}\n${ran.stdout}\n${ran.stderr}`);
  return ran.stdout;
}

/** Applies objects given as JSON values. */
export function apply(...objects: readonly object[]): Promise<string> {
  // The leading line makes kubectl read YAML, of which JSON is a part; a stream of JSON would end at the separator.
  return ok(["apply", "-f", "-"], { input: objects.map((o) => `---\n${JSON.stringify(o)}\n`).join("") });
}

/** A namespace for one file, deleted at its end. */
export function useNamespace(name: string): string {
  beforeAll(async () => {
    await ok(["create", "namespace", name]);
  });
  afterAll(async () => {
    await ok(["delete", "namespace", name, "--timeout=120s"]);
  });
  return name;
}

/** A value out of an object by kubectl's own JSONPath. */
export async function jsonPath(args: readonly string[], path: string): Promise<string> {
  return ok(["get", ...args, "-o", `jsonpath=${path}`]);
}

/** A Deployment of the test image. */
export function deployment(namespace: string, name: string, options: DeploymentOptions = {}): object {
  const labels = { app: name };
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name, namespace, labels },
    spec: {
      replicas: options.replicas ?? 1,
      selector: { matchLabels: labels },
      ...(options.strategy === undefined ? {} : { strategy: options.strategy }),
      template: {
        metadata: { labels },
        spec: {
          terminationGracePeriodSeconds: options.graceSeconds ?? 1,
          containers: [{ name: "main", image: cluster.image, ...options.container }],
        },
      },
    },
  };
}

export interface DeploymentOptions {
  readonly replicas?: number;
  readonly graceSeconds?: number;
  readonly strategy?: object;
  readonly container?: object;
}

/** A single pod of the test image. */
export function pod(namespace: string, name: string, container: object = {}, spec: object = {}): object {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, namespace, labels: { app: name } },
    spec: {
      terminationGracePeriodSeconds: 1,
      containers: [{ name: "main", image: cluster.image, ...container }],
      ...spec,
    },
  };
}

/** A web server that answers with its pod's name and `text`. */
export function webServer(text: string): object {
  const script = `mkdir -p /www && echo "${text} $(hostname)" > /www/index.html && exec httpd -f -p 8080 -h /www`;
  return {
    command: ["sh", "-c", script],
    ports: [{ name: "http", containerPort: 8080 }],
    readinessProbe: { httpGet: { path: "/", port: "http" }, periodSeconds: 1 },
  };
}

/** A Service for the pods labelled `app: name`. */
export function service(namespace: string, name: string, spec: object = {}): object {
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name, namespace },
    spec: { selector: { app: name }, ports: [{ name: "http", port: 80, targetPort: "http" }], ...spec },
  };
}
