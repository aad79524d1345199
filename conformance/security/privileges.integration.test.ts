// What the kernel says of a started server's rights: docs/decisions/privileges-of-processes.md.
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type SimulatedCluster, simulatedCluster } from "../faults/simulated-cluster.ts";

const possible = process.platform === "linux" && spawnSync("setpriv", ["--no-new-privs", "true"]).status === 0;
let cluster: SimulatedCluster;
beforeAll(async () => {
  cluster = await simulatedCluster();
  expect((await cluster.up()).code).toBe(0);
}, 60_000);
afterAll(async () => await cluster.remove());

test.skipIf(!possible)(
  "the server has no capabilities but for files, gets no new ones, and leaves nothing for others",
  async () => {
    const [, pid = ""] = /^server\s+running, pid (\d+)$/m.exec((await cluster.skates("status")).stdout) ?? [];
    const status = readFileSync(`/proc/${pid}/status`, "utf8");
    const told = (name: string): string => new RegExp(`^${name}:\\s*(.*)$`, "m").exec(status)?.[1] ?? "";
    const files = process.getuid?.() === 0 ? "0000000000000006" : "0000000000000000";
    expect({
      capabilities: told("CapEff"),
      inherited: told("CapInh"),
      noNewPrivileges: told("NoNewPrivs"),
      umask: told("Umask"),
      dumped: readFileSync(`/proc/${pid}/coredump_filter`, "utf8").trim(),
    }).toEqual({
      capabilities: files,
      inherited: "0000000000000000",
      noNewPrivileges: "1",
      umask: "0077",
      dumped: "00000000",
    });
  },
);
