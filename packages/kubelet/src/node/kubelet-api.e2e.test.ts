// The kubelet's API with pods on a real containerd: logs and their rotation, exec, attach, port-forward, stats. Needs root and the packages;
// lives in a temporary data directory.
import { readdirSync } from "node:fs";
import { dirname } from "node:path";
import { createMetrics, silentLogger } from "@skates/component-base";
import { dialPortForward, dialRemoteCommand, httpsHandler, serveHandler } from "@skates/transport/node";
import { describe, expect, test } from "vitest";
import { kubeletHandler } from "../server/kubelet-handler.ts";
import { statsPages } from "../server/stats.ts";
import { fileLogReader } from "./logs/log-reader.ts";
import { rotateIfLarge } from "./logs/log-rotator.ts";
import { nodeStats } from "./machine/node-stats.ts";
import { runtimeStreams } from "./streams/pod-streams.ts";
import {
  cgroups,
  clock,
  containerdPods,
  type ContainerdPods,
  eventually,
  hasContainers,
  IMAGE,
  signal,
} from "./testing/containerd-pods.ts";

describe.skipIf(!hasContainers)("the kubelet's API on containerd", () => {
  const world = containerdPods();
  const { create, isReady, remove, workerOf } = world;

  test("its API: logs, exec, attach, port-forward, stats", async () => {
    const pod = create({
      containers: [
        {
          name: "a",
          image: IMAGE,
          command: [
            "sh",
            "-c",
            "echo two >&2; sleep 0.2; echo one; echo three; mkdir /w; echo hi > /w/index.html; httpd -p 8080 -h /w; cat",
          ],
          stdin: true,
        },
      ],
    });
    await eventually(() => isReady(pod), Boolean);
    const api = await startApi(world);
    const { name } = pod.metadata;
    const logs = (query: string) => api.get(`/containerLogs/default/${name}/a?${query}`);
    await eventually(
      () => logs(""),
      (r) => r.text.includes("three"),
    );
    expect(await logs("tailLines=1")).toEqual({ status: 200, text: "three\n" });
    expect((await logs("stream=Stderr")).text).toBe("two\n");
    expect((await logs("timestamps=true&tailLines=1")).text).toMatch(/^\d{4}-\d\d-\d\dT\S+ three\n$/);
    expect(await logs("previous=true")).toEqual({
      status: 400,
      text: `previous terminated container "a" in pod "${name}" not found`,
    });
    expect((await api.get(`/containerLogs/default/nobody/a`)).status).toBe(404);
    expect(JSON.parse((await api.get("/pods")).text).items).toHaveLength(1);

    const query = new URLSearchParams(
      "input=1&output=1&error=1&command=sh&command=-c&command=read%20x%3B%20echo%20got%20%24x%3B%20echo%20err%20%3E%262%3B%20exit%203",
    );
    const command = await dialRemoteCommand(
      { handler: api.handler, path: `/exec/default/${name}/a`, query, signal, over: "websocket" },
      { stdin: true, stdout: true, stderr: true, tty: false },
    );
    await command.writeStdin(new TextEncoder().encode("hello\n"));
    const [out, err] = await Promise.all([textOf(command.stdout), textOf(command.stderr)]);
    expect([out, err]).toEqual(["got hello\n", "err\n"]);
    expect(await command.status).toMatchObject({
      status: "Failure",
      details: { causes: [{ reason: "ExitCode", message: "3" }] },
    });

    const followed = api.get(`/containerLogs/default/${name}/a?follow=true&tailLines=0`);
    const attached = await dialRemoteCommand(
      {
        handler: api.handler,
        path: `/attach/default/${name}/a`,
        query: new URLSearchParams("input=1&output=1"),
        signal,
      },
      { stdin: true, stdout: true, stderr: false, tty: false },
    );
    await attached.writeStdin(new TextEncoder().encode("typed\n"));
    const first = attached.stdout[Symbol.asyncIterator]();
    expect(new TextDecoder().decode((await first.next()).value)).toBe("typed\n");
    attached.close();

    const forwarder = await dialPortForward({
      handler: api.handler,
      path: `/portForward/default/${name}`,
      signal,
      over: "websocket",
    });
    const { stream, failure } = await forwarder.open(8080);
    await stream.write(new TextEncoder().encode("GET /index.html HTTP/1.0\r\n\r\n"));
    expect(await textOf(stream.readable)).toContain("hi\n");
    await stream.end();
    expect(await failure).toBeUndefined();
    const refused = await forwarder.open(9);
    expect(await refused.failure).toMatch(/connection refused/);
    forwarder.close();

    const summary = JSON.parse((await api.get("/stats/summary")).text);
    expect(summary.pods[0]).toMatchObject({ podRef: { name, namespace: "default" }, containers: [{ name: "a" }] });
    expect(summary.pods[0].memory.workingSetBytes).toBeGreaterThan(0);
    expect(summary.node.cpu.usageCoreNanoSeconds).toBeGreaterThan(0);
    const of = `container="a",namespace="default",pod="${name}"`;
    expect((await api.get("/metrics/resource")).text).toContain(`container_memory_working_set_bytes{${of}}`);
    await remove(pod);
    expect((await followed).text).toBe("typed\n");
    await api.close();
  });

  test("logs are rotated, and followers do not notice", async () => {
    const pod = create({
      containers: [
        {
          name: "a",
          image: IMAGE,
          command: ["sh", "-c", "i=0; while true; do i=$((i+1)); echo line $i; sleep 0.02; done"],
        },
      ],
    });
    await eventually(() => isReady(pod), Boolean);
    const container = workerOf(pod)?.state.observed.containers[0];
    if (container === undefined) throw new Error("no container");
    const log = await fileLogReader(clock).read(
      { container, options: { follow: true, previous: false, timestamps: false, stream: "All" }, running: () => true },
      signal,
    );
    const seen: string[] = [];
    const reading = (async () => {
      for await (const chunk of log) {
        seen.push(...new TextDecoder().decode(chunk).trim().split("\n"));
        if (seen.length > 100) return;
      }
    })();
    const rotator = {
      pods: world.life.set,
      runtime: world.runtime,
      clock,
      log: silentLogger,
      sizeBytesMax: 10,
      filesMax: 3,
    };
    for (let i = 0; i < 3; i++) {
      await clock.sleep(1100, signal);
      await rotateIfLarge(rotator, container, signal);
    }
    await reading;
    expect(seen.slice(0, 100)).toEqual(Array.from({ length: 100 }, (_, i) => `line ${i + 1}`));
    expect(
      readdirSync(dirname(container.logPath))
        .map((f) => f.replace(/\d{8}-\d{6}/, "T"))
        .toSorted(),
    ).toEqual(["0.log", "0.log.T", "0.log.T.gz"]);
    await remove(pod);
  });
});

async function textOf(chunks: AsyncIterable<Uint8Array>): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const chunk of chunks) text += decoder.decode(chunk, { stream: true });
  return text;
}

/** The kubelet's API on loopback, called as the API server would. */
async function startApi({ life, runtime, base }: ContainerdPods) {
  const { set: pods, deps } = life;
  const kubelet = kubeletHandler({
    pods,
    clock,
    access: () => Promise.resolve(),
    logs: fileLogReader(clock),
    streams: runtimeStreams(runtime, clock),
    stats: statsPages({
      nodeName: "n",
      pods,
      runtime,
      clock,
      metrics: createMetrics(),
      nodeStats: nodeStats(cgroups, base),
      volumes: () => [],
    }),
  });
  const certificate = {
    commonName: "kube-apiserver-kubelet-client",
    organizations: [],
    serialNumber: "1",
    fingerprint: "f1",
    notAfterMs: 0,
  };
  const peer = { tls: { remoteAddress: "127.0.0.1", certificate } };
  const serving = await serveHandler({
    handler: (request) => kubelet({ ...request, peer }),
    address: "127.0.0.1",
    port: 0,
    log: deps.log,
    clock,
  });
  const { handler, close } = httpsHandler({ server: `http://127.0.0.1:${serving.port}` });
  return {
    handler,
    get: async (target: string) => {
      const { pathname, searchParams } = new URL(target, "http://kubelet");
      const response = await handler({
        method: "GET",
        path: pathname,
        query: searchParams,
        headers: {},
        body: { kind: "none" },
        peer,
        signal,
      });
      return {
        status: response.status,
        text: response.body.kind === "bytes" ? await textOf(chunksOf(response.body.chunks)) : "",
      };
    },
    close: async () => {
      await close();
      await serving.close();
    },
  };
}

async function* chunksOf(chunks: AsyncIterable<Uint8Array> | readonly Uint8Array[]): AsyncIterable<Uint8Array> {
  yield* chunks;
}
