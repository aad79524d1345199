// logs, exec, attach, cp and port-forward by unmodified kubectl, through API server and kubelet to real containers.
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { apply, cluster, kubectl, ok, pod, useNamespace, webServer } from "./cluster.ts";
import { eventually } from "./eventually.ts";
import { run } from "./skates.ts";

const ns = useNamespace("streams");
let scratch: string;

beforeAll(async () => {
  scratch = mkdtempSync(join(tmpdir(), "skates-streams-"));
  const talk = 'i=0; while true; do i=$((i+1)); echo "line $i"; echo "warn $i" >&2; sleep 0.2; done';
  await apply(
    pod(ns, "talker", { command: ["sh", "-c", talk] }),
    pod(ns, "echo", { command: ["cat"], stdin: true }),
    pod(ns, "web", webServer("forwarded")),
  );
  await ok(["-n", ns, "wait", "--for=condition=Ready", "pod/talker", "pod/echo", "pod/web", "--timeout=60s"]);
});
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

test("logs: all, the last lines, since, with timestamps", async () => {
  await eventually("ten lines", async () =>
    (await ok(["-n", ns, "logs", "talker"])).includes("line 10") ? true : undefined,
  );
  expect((await ok(["-n", ns, "logs", "talker"])).split("\n")[0]).toMatch(/^(line|warn) 1$/);
  expect((await ok(["-n", ns, "logs", "talker", "--tail=3"])).trimEnd().split("\n")).toHaveLength(3);
  const recent = (await ok(["-n", ns, "logs", "talker", "--since=1s"])).trimEnd().split("\n");
  expect(recent.length).toBeGreaterThan(2);
  expect(recent.length).toBeLessThan(20);
  expect(await ok(["-n", ns, "logs", "talker", "--tail=1", "--timestamps"])).toMatch(
    /^\d{4}-\d\d-\d\dT[\d:.]+Z (line|warn) \d+\n$/,
  );
});

test("logs -f follows until it is ended", async () => {
  const ran = await kubectl(["-n", ns, "logs", "-f", "--tail=1", "talker"], { timeoutMs: 2_500 });
  expect(ran.stdout.trimEnd().split("\n").length).toBeGreaterThan(5);
});

test("exec: output, input, exit code, errors", async () => {
  expect(await ok(["-n", ns, "exec", "talker", "--", "echo", "a b"])).toBe("a b\n");
  expect(await ok(["-n", ns, "exec", "-i", "talker", "--", "cat"], { input: "through\n" })).toBe("through\n");
  const failed = await kubectl(["-n", ns, "exec", "talker", "--", "sh", "-c", "echo out; echo err >&2; exit 7"]);
  expect([failed.code, failed.stdout, failed.stderr]).toEqual([
    7,
    "out\n",
    "err\ncommand terminated with exit code 7\n",
  ]);
  const missing = await kubectl(["-n", ns, "exec", "talker", "--", "no-such-program"]);
  expect(missing.code).not.toBe(0);
  expect(missing.stderr).toContain("no-such-program");
});

test("exec carries a large stream whole, both ways", async () => {
  const big = "0123456789abcdef".repeat(200_000);
  expect((await ok(["-n", ns, "exec", "-i", "talker", "--", "cat"], { input: big })) === big).toBe(true);
});

test("exec -it has a terminal of the right size", async () => {
  const script = `stty cols 132 rows 43; ${process.env["KUBECTL"] ?? "kubectl"} --kubeconfig ${cluster.kubeconfig} -n ${ns} exec -it talker -- sh -c 'sleep 0.5; stty size; tty'`;
  const ran = await run("script", ["-qec", script, "/dev/null"]);
  expect(ran.stdout).toContain("43 132");
  expect(ran.stdout).toContain("/dev/pts/0");
});

test("attach reaches the running process", async () => {
  const kubectl = `${process.env["KUBECTL"] ?? "kubectl"} --kubeconfig ${cluster.kubeconfig}`;
  // The runtime detaches as soon as the input ends.
  const ran = await run("sh", ["-c", `(echo are you there; sleep 1) | timeout 10 ${kubectl} -n ${ns} attach -i echo`]);
  expect(ran.stdout).toBe("are you there\n");
});

test("cp copies files there and back", async () => {
  const there = join(scratch, "there");
  const back = join(scratch, "back");
  writeFileSync(there, Buffer.from(Array.from({ length: 100_000 }, (_, i) => i % 251)));
  await ok(["-n", ns, "cp", there, "talker:/tmp/copied"]);
  await ok(["-n", ns, "cp", "talker:/tmp/copied", back]);
  expect(readFileSync(back).equals(readFileSync(there))).toBe(true);
});

test("port-forward carries many connections", async () => {
  const child = spawn(process.env["KUBECTL"] ?? "kubectl", [
    "--kubeconfig",
    cluster.kubeconfig,
    "-n",
    ns,
    "port-forward",
    "pod/web",
    ":8080",
  ]);
  try {
    let said = "";
    child.stdout.on("data", (chunk: Buffer) => (said += chunk.toString()));
    const port = await eventually("the forwarded port", async () => /127\.0\.0\.1:(\d+)/.exec(said)?.[1]);
    const pages = await Promise.all(
      Array.from({ length: 10 }, () => run("curl", ["-s", "--max-time", "5", `http://127.0.0.1:${port}/`])),
    );
    expect(pages.map((p) => p.stdout)).toEqual(Array.from({ length: 10 }, () => "forwarded web\n"));
  } finally {
    child.kill("SIGTERM");
  }
});
