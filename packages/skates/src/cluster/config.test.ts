// What commands say where there is no cluster, and where there is only a node of another one.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { existingConfig, existingServerConfig, saveConfig } from "./config.ts";
import { pathsOf } from "./data-dir.ts";

const paths = pathsOf(mkdtempSync(join(tmpdir(), "skates-config-")));
afterAll(() => rmSync(paths.dataDir, { recursive: true }));
const settings = {
  id: paths.id,
  index: 0,
  runtime: "simulated",
  simulatedNodes: 1,
  nodeName: "n",
  apiPort: 6443,
  clusterDomain: "cluster.local",
  dnsAddress: "10.96.0.10",
  podCidr: "10.244.0.0/16",
  serviceCidr: "10.96.0.0/16",
} as const;

test("settings are given where there are some, and those of a server only where one is", () => {
  const none = { exitCode: 3, message: `there is no cluster in ${paths.dataDir}: run 'skates up' to make one` };
  expect(() => existingConfig(paths)).toThrow(expect.objectContaining(none));
  const joined = saveConfig(paths, { ...settings, joined: { server: "https://192.0.2.1:6443" } });
  expect(existingConfig(paths)).toEqual(joined);
  const elsewhere = `${paths.dataDir} is a node of https://192.0.2.1:6443: run this where its server runs`;
  expect(() => existingServerConfig(paths)).toThrow(expect.objectContaining({ exitCode: 3, message: elsewhere }));
  const own = saveConfig(paths, settings);
  expect(existingServerConfig(paths)).toEqual(own);
});
