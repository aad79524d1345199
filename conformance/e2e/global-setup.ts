/** One cluster for all end-to-end files: started here with `./skates up`, as a user would, and deleted at the end. */
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { busyboxImageSpec, startImageRegistry } from "@skates/kubelet/node";
import { skates, troubles } from "./skates.ts";

declare module "vitest" {
  export interface ProvidedContext {
    readonly cluster: SharedCluster;
  }
}

/** What the files need to know of the cluster. */
export interface SharedCluster {
  readonly dataDir: string;
  readonly kubeconfig: string;
  readonly apiPort: number;
  /** Name of the image that tests run, in a registry of our own on this machine. */
  readonly image: string;
}

const signal = new AbortController().signal;

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  // Short: unix sockets inside must stay below 108 bytes.
  const root = mkdtempSync("/tmp/sk-e2e-");
  const dataDir = join(root, "data");
  const registry = await startImageRegistry();
  const image = `${registry.host}/skates/test:1`;
  await registry.put(await busyboxImageSpec({ name: image, command: ["sleep", "1000000"] }, signal));
  const apiPort = await freePort();
  const ran = await skates(["up", "--data-dir", dataDir, "--no-merge", "--api-port", String(apiPort)]);
  process.stdout.write(ran.stdout);
  if (ran.code !== 0) {
    await skates(["delete", "--yes", "--data-dir", dataDir]);
    throw new Error(`skates up failed:\n${ran.stderr}`);
  }
  project.provide("cluster", { dataDir, kubeconfig: join(dataDir, "kubeconfig"), apiPort, image });
  return async () => {
    if (project.vitest.state.getFailedFilepaths().length > 0) {
      for (const role of ["server", "agent"]) process.stdout.write(troubles(join(dataDir, "logs", `${role}.log`)));
    }
    const gone = await skates(["delete", "--yes", "--data-dir", dataDir]);
    await registry[Symbol.asyncDispose]();
    rmSync(root, { recursive: true, force: true });
    if (gone.code !== 0) throw new Error(`skates delete failed:\n${gone.stderr}`);
  };
}

/** A port of loopback that nobody uses now. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
    });
  });
}
