// What goes wrong around the processes is named with its remedy and a fitting exit code, and what was acknowledged is still there.
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { eventually } from "../e2e/eventually.ts";
import { skates } from "../e2e/skates.ts";
import { type SimulatedCluster, simulatedCluster } from "./simulated-cluster.ts";

let cluster: SimulatedCluster;
beforeAll(async () => {
  cluster = await simulatedCluster();
});
afterAll(() => cluster.remove());

/** Listens on a port of loopback while `work` runs. */
async function whileTaken(port: number, work: () => Promise<void>): Promise<void> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => server.once("error", reject).listen(port, "127.0.0.1", resolve));
  try {
    await work();
  } finally {
    await new Promise((resolve) => server.close(resolve));
  }
}

async function pidOf(role: "server" | "agent"): Promise<number> {
  const status = await cluster.skates("status");
  return Number(new RegExp(`^${role}\\s+running, pid (\\d+)$`, "m").exec(status.stdout)?.[1]);
}

/** The process that keeps another one running. */
function keeperOf(pid: number): number {
  return Number(/^PPid:\s+(\d+)$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]);
}

test("a port in use is named with its remedy, and nothing is left of the attempt", async () => {
  await whileTaken(cluster.port, async () => {
    const up = await cluster.up();
    expect([up.code, up.stderr]).toEqual([
      1,
      expect.stringContaining(
        `skates: port ${cluster.port} for the API is in use or not allowed: name a free one with --api-port N`,
      ),
    ]);
    expect(existsSync(join(cluster.dataDir, "cluster.json"))).toBe(false);
  });
});

test("a second up says what is running, changes nothing and exits with 0", async () => {
  expect((await cluster.up()).code).toBe(0);
  expect(await cluster.put("kept")).toBe(201);
  const before = [await pidOf("server"), await pidOf("agent")];
  const again = await cluster.up();
  expect([again.code, again.stderr]).toEqual([0, ""]);
  expect(again.stdout).toContain(`already running: server (pid ${before[0]}) and agent (pid ${before[1]})`);
  expect([await pidOf("server"), await pidOf("agent")]).toEqual(before);
});

test("a second up with other settings than the cluster's is refused", async () => {
  const up = await cluster.skates("up", "--no-merge", "--simulate-nodes", "7");
  expect([up.code, up.stderr]).toEqual([
    1,
    "skates: this cluster was made with --simulate-nodes 1: leave the flag out, or run 'skates delete' first\n",
  ]);
});

test("a directory that is no flag's is refused, and no other cluster is deleted in its place", async () => {
  const gone = await cluster.skates("delete", "/elsewhere", "--yes");
  expect([gone.code, gone.stderr]).toEqual([2, 'skates: delete takes no arguments, got "/elsewhere"\n']);
  const status = await cluster.skates("status");
  expect([status.code, status.stderr]).toEqual([0, ""]);
});

test("two ups at once make one cluster", async () => {
  const two = await simulatedCluster();
  try {
    const ran = await Promise.all([two.up(), two.up()]);
    expect(ran.some((one) => one.code === 0)).toBe(true);
    const status = await two.skates("status");
    expect([status.code, status.stderr]).toEqual([0, ""]);
    expect(await two.put("a")).toBe(201);
  } finally {
    await two.remove();
  }
});

test("a second server on the same store is refused, and the first goes on", async () => {
  const second = await cluster.skates("server");
  expect([second.code, second.stderr]).toEqual([
    1,
    expect.stringMatching(/^skates: .*store.* (?:is|in) .*process \d+/m),
  ]);
  expect(await cluster.names()).toEqual(["kept"]);
});

test("after kill -9 of the server in the middle of writes, up brings back all that was acknowledged", async () => {
  const acknowledged: string[] = [];
  const pid = await pidOf("server");
  let writing = true;
  const write = async (worker: number): Promise<void> => {
    for (let i = 0; writing; i++) {
      const name = `w${worker}-${i}`;
      if ((await cluster.put(name)) === 201) acknowledged.push(name);
    }
  };
  const writers = [0, 1, 2, 3].map((worker) => write(worker).catch(() => undefined)); // the connection breaks
  while (acknowledged.length < 100) await new Promise((resolve) => setTimeout(resolve, 5));
  process.kill(pid, "SIGKILL");
  await Promise.all(writers);
  writing = false;
  const up = await cluster.up();
  expect([up.code, up.stderr]).toEqual([0, ""]);
  const names = new Set(await cluster.names());
  expect(acknowledged.filter((name) => !names.has(name))).toEqual([]);
  expect(names.has("kept")).toBe(true);
});

test("a process that is killed is started again, and ended for good by down", async () => {
  const before = await pidOf("agent");
  const keeper = keeperOf(before);
  process.kill(keeper, "SIGSTOP");
  process.kill(before, "SIGKILL");
  const status = await cluster.skates("status");
  process.kill(keeper, "SIGCONT");
  expect([status.code, status.stdout]).toEqual([
    1,
    expect.stringMatching(/^agent\s+ended by a fault, is started again$/m),
  ]);
  await eventually("all to run again", async () => ((await cluster.skates("status")).code === 0 ? true : undefined));
  expect(await pidOf("agent")).not.toBe(before);
  const log = readFileSync(join(cluster.dataDir, "logs", "agent.log"), "utf8");
  expect(log).toContain("the process ended with exit code 137: it is started again");
});

test("status tells of a dead agent, and up starts it again", async () => {
  const pid = await pidOf("agent");
  for (const each of [keeperOf(pid), pid]) process.kill(each, "SIGKILL");
  const status = await cluster.skates("status");
  expect([status.code, status.stdout]).toEqual([1, expect.stringMatching(/^agent\s+not running$/m)]);
  expect((await cluster.up()).code).toBe(0);
  expect((await cluster.skates("status")).code).toBe(0);
});

test("down of what does not run is 3", async () => {
  expect((await cluster.skates("down")).code).toBe(0);
  const again = await cluster.skates("down");
  expect([again.code, again.stderr]).toEqual([
    3,
    expect.stringContaining("is not running: run 'skates up' to start it"),
  ]);
});

describe("damage", () => {
  test("a settings file that cannot be read is named", async () => {
    const file = join(cluster.dataDir, "cluster.json");
    const text = readFileSync(file, "utf8");
    writeFileSync(file, text.slice(0, 40));
    const up = await cluster.up();
    writeFileSync(file, text);
    expect([up.code, up.stderr]).toEqual([1, expect.stringContaining(`skates: ${file} cannot be read: restore it`)]);
  });

  test("a cluster whose settings cannot be read can be deleted", async () => {
    const broken = await simulatedCluster();
    expect((await broken.up()).code).toBe(0);
    writeFileSync(join(broken.dataDir, "cluster.json"), "{");
    const gone = await broken.skates("delete", "--yes");
    expect([gone.code, gone.stderr, existsSync(broken.dataDir)]).toEqual([0, "", false]);
    await broken.remove();
  });

  test("a certificate that is none is named", async () => {
    const file = join(cluster.dataDir, "pki", "ca.crt");
    const text = readFileSync(file, "utf8");
    writeFileSync(file, "-----BEGIN CERTIFICATE-----\nnonsense\n-----END CERTIFICATE-----\n");
    const up = await cluster.up();
    writeFileSync(file, text);
    expect([up.code, up.stderr]).toEqual([1, expect.stringMatching(/^skates: .*ca\.crt/m)]);
  });

  test("a store that lacks its second half is refused and left as it is", async () => {
    const folder = join(cluster.dataDir, "store");
    const name = readdirSync(folder).find((entry) => entry.endsWith(".mdb") && !entry.includes("lock")) ?? "";
    const file = join(folder, name);
    const bytes = readFileSync(file);
    truncateSync(file, Math.floor(bytes.length / 2));
    const up = await cluster.up();
    expect([up.code, up.stderr]).toEqual([
      1,
      expect.stringMatching(/^skates: the server ended: .*the store in \S+ (cannot be opened|is damaged)/m),
    ]);
    await cluster.skates("down");
    writeFileSync(file, bytes);
    expect((await cluster.up()).code).toBe(0);
    expect(await cluster.names()).toContain("kept");
  });
});

test("a data directory that cannot be made is named", async () => {
  const root = mkdtempSync(join(tmpdir(), "sk-faults-"));
  try {
    writeFileSync(join(root, "file"), "");
    const ran = await skates(["up", "--runtime", "simulated", "--no-merge", "--data-dir", join(root, "file", "data")]);
    expect([ran.code, ran.stderr]).toEqual([1, expect.stringMatching(/^skates: .*\/file\/data/)]);
    expect(ran.stderr).not.toContain("bug in Skates");
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
});

test("an image file that is not there, or is no image, is named", async () => {
  const folder = join(cluster.dataDir, "images");
  mkdirSync(folder, { recursive: true });
  const missing = await cluster.skates("image", "load", join(folder, "none.tar"));
  expect([missing.code, missing.stderr]).toEqual([1, expect.stringMatching(/^skates: .*(none\.tar|simulated)/)]);
});

test("a kubectl that is not there is named", async () => {
  const ran = await skates(["--data-dir", cluster.dataDir, "kubectl", "version"], { env: { KUBECTL: "/nonexistent" } });
  expect([ran.code, ran.stderr]).toEqual([1, expect.stringMatching(/^skates: .*\/nonexistent/)]);
});
