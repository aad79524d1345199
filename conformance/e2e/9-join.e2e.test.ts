// A second machine joins with real containers: pods of both reach each other, services and DNS; logs and exec; and it leaves cleanly.
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { buildBusyboxImage } from "@skates/kubelet/node";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { apply, cluster, deployment, jsonPath, ok, service, useNamespace, webServer } from "./cluster.ts";
import { eventually } from "./eventually.ts";
import { addressOfHost, type SecondMachine, secondMachine, secondMachineHindrance } from "./second-machine.ts";
import { joinCommand, type Ran, run, skates, troubles } from "./skates.ts";

const SKATES = fileURLToPath(new URL("../../skates", import.meta.url));
const NODE = "second";
const hindrance = await secondMachineHindrance();

describe.skipIf(hindrance !== undefined)(hindrance ?? "a second machine", () => {
  const ns = useNamespace("join");
  const root = mkdtempSync("/tmp/sk-join-");
  const dataDir = join(root, "data");
  let machine: SecondMachine;
  let first = "";

  const there = (...args: readonly string[]): Promise<Ran> => machine.run(SKATES, [...args, "--data-dir", dataDir]);
  const routes = async (): Promise<string> => (await run("ip", ["route", "show", "proto", "83"])).stdout;

  beforeAll(async () => {
    first = await jsonPath(["nodes"], "{.items[0].metadata.name}");
    machine = await secondMachine(await addressOfHost());
    const command = await joinCommand(cluster.dataDir, "--ttl", "10m");
    const joined = await there(...command, "--node-name", NODE, "--no-install");
    if (joined.code !== 0) throw new Error(`join failed: ${joined.stdout}${joined.stderr}`);
    await ok(["wait", "--for=condition=Ready", `node/${NODE}`, "--timeout=60s"]);
    const image = join(root, "image.tar");
    const signal = new AbortController().signal;
    writeFileSync(image, await buildBusyboxImage({ name: cluster.image, command: ["sleep", "1000000"] }, signal));
    const loaded = await there("image", "load", image);
    if (loaded.code !== 0) throw new Error(loaded.stderr);
  });
  afterAll(async () => {
    await there("delete", "--yes");
    await machine[Symbol.asyncDispose]();
    await ok(["delete", "node", NODE, "--ignore-not-found"]);
    rmSync(root, { recursive: true, force: true });
  });
  afterEach(({ task }) => {
    const log = join(dataDir, "logs", "agent.log");
    if (task.result?.state === "fail" && existsSync(log)) process.stdout.write(troubles(log));
  });

  test("is a node with a part of the pods' addresses of its own, and knows no more than a node may", async () => {
    expect(await jsonPath([`node/${NODE}`], "{.status.addresses[0].address}")).toBe(machine.address);
    expect(await jsonPath([`node/${NODE}`], "{.spec.podCIDR}")).toMatch(/^10\.\d+\.1\.0\/24$/);
    const known = await run("sh", ["-c", `cat ${dataDir}/pki/*.pem ${dataDir}/cluster.json`]);
    expect(known.stdout).not.toContain("system:masters");
    expect((await run("ls", [join(dataDir, "pki")])).stdout.trim().split("\n").sort()).toEqual([
      "ca.crt",
      "kubelet-client.pem",
      "kubelet-server.pem",
    ]);
    const status = await there("status");
    expect([status.code, status.stdout]).toEqual([
      0,
      expect.stringMatching(/agent +running, pid \d+\nnode +second of https:/),
    ]);
  });

  test("pods of both nodes reach pods of both, by address, by service and by name", async () => {
    const spread = {
      maxSkew: 1,
      topologyKey: "kubernetes.io/hostname",
      whenUnsatisfiable: "DoNotSchedule",
      labelSelector: { matchLabels: { app: "web" } },
    };
    const web = deployment(ns, "web", { replicas: 4, container: webServer("web") }) as {
      readonly spec: { readonly template: { readonly spec: object } };
    };
    const template = { ...web.spec.template, spec: { ...web.spec.template.spec, topologySpreadConstraints: [spread] } };
    await apply({ ...web, spec: { ...web.spec, template } }, service(ns, "web"));
    await ok(["-n", ns, "rollout", "status", "deployment/web", "--timeout=90s"]);
    const pods = (
      await jsonPath(
        ["-n", ns, "pods"],
        '{range .items[*]}{.metadata.name} {.spec.nodeName} {.status.podIP}{"\\n"}{end}',
      )
    )
      .trim()
      .split("\n")
      .map((line) => line.split(" "));
    const where = pods.map(([, node = ""]) => node);
    expect(where.filter((node) => node === first).length).toBe(2);
    expect(where.filter((node) => node === NODE).length).toBe(2);
    for (const node of [first, NODE]) {
      const [from = ""] = pods.find(([, on]) => on === node) ?? [];
      const wget = (url: string): Promise<string> => ok(["-n", ns, "exec", from, "--", "wget", "-q", "-O", "-", url]);
      for (const [name = "", , address = ""] of pods)
        expect(await wget(`http://${address}:8080/`)).toBe(`web ${name}\n`);
      const answered = new Set<string | undefined>();
      await eventually(`service answers from both nodes to a pod on ${node}`, async () => {
        const [, name] = (await wget(`http://web.${ns}.svc.cluster.local/`)).trim().split(" ");
        answered.add(pods.find(([pod]) => pod === name)?.[1]);
        return answered.size === 2 || undefined;
      });
      expect(await wget("http://web/")).toMatch(/^web web-/);
    }
  });

  test("kubectl shows logs of its pods and runs commands in them", async () => {
    await apply({
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "speaker", namespace: ns },
      spec: {
        nodeName: NODE,
        terminationGracePeriodSeconds: 1,
        containers: [{ name: "main", image: cluster.image, command: ["sh", "-c", "echo heard; exec sleep 1000"] }],
      },
    });
    await ok(["-n", ns, "wait", "--for=condition=Ready", "pod/speaker", "--timeout=60s"]);
    expect(await ok(["-n", ns, "logs", "speaker"])).toBe("heard\n");
    expect(await ok(["-n", ns, "exec", "-i", "speaker", "--", "cat"], { input: "typed" })).toBe("typed");
    expect(await ok(["-n", ns, "exec", "speaker", "--", "nslookup", "kubernetes.default.svc.cluster.local"])).toMatch(
      /Address.*: 10\.\d+\.0\.1\b/,
    );
  });

  test("another machine does not get its name", async () => {
    const command = await joinCommand(cluster.dataDir, "--ttl", "10m");
    const other = join(root, "other");
    const ran = await skates([...command, "--node-name", NODE, "--runtime", "simulated", "--data-dir", other]);
    expect([ran.code, ran.stderr]).toEqual([
      1,
      `skates: the cluster has a node ${NODE} already, which is Ready: name this one with --node-name, or run 'kubectl delete node ${NODE}' if it is gone for good\n`,
    ]);
    expect(existsSync(other)).toBe(false);
  });

  test("its agent comes back after kill -9, and its pods were never gone", async () => {
    const started = (): Promise<string> =>
      jsonPath(
        ["-n", ns, "pod/speaker"],
        "{.status.containerStatuses[0].containerID} {.status.containerStatuses[0].restartCount}",
      );
    const before = await started();
    const [, pid = ""] = /agent +running, pid (\d+)/.exec((await there("status")).stdout) ?? [];
    process.kill(Number(pid), "SIGKILL");
    await eventually("the agent to end", () => Promise.resolve(!existsSync(`/proc/${pid}`) || undefined));
    await eventually("another agent", async () => (await there("status")).code === 0 || undefined);
    // Its kubelet listens elsewhere now, which the cluster hears with the next status.
    await eventually("commands in its pod", () => ok(["-n", ns, "exec", "speaker", "--", "true"]));
    expect(await started()).toBe(before);
  });

  /** A pod that calls the API twice a second: one container looks at the CA each time, one once and for all. */
  function caller(node: string): object {
    const account = "/var/run/secrets/kubernetes.io/serviceaccount";
    const libraries = "/host/lib/x86_64-linux-gnu:/host/usr/lib/x86_64-linux-gnu";
    const curl = `/host/usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2 --library-path ${libraries} /host/usr/bin/curl -s -o /dev/null --max-time 5`;
    const calls = (ca: string): string =>
      `cp ${account}/ca.crt /tmp/once.crt; while true; do ${curl} -w '%{http_code} %{errormsg}\\n' --cacert ${ca} ` +
      `-H "Authorization: Bearer $(cat ${account}/token)" https://$KUBERNETES_SERVICE_HOST/api; sleep 0.5; done`;
    const container = (name: string, ca: string): object => ({
      name,
      image: cluster.image,
      command: ["sh", "-c", calls(ca)],
      volumeMounts: [{ name: "host", mountPath: "/host", readOnly: true }],
    });
    return {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: `caller-${node}`, namespace: ns },
      spec: {
        nodeName: node,
        terminationGracePeriodSeconds: 1,
        containers: [container("follows", `${account}/ca.crt`), container("stays", "/tmp/once.crt")],
        volumes: [{ name: "host", hostPath: { path: "/" } }],
      },
    };
  }

  test("pods of both nodes call the API through a rotation of the authorities, those that never look again too", async () => {
    const nodes = [first, NODE];
    await apply(...nodes.map(caller));
    for (const node of nodes)
      await ok(["-n", ns, "wait", "--for=condition=Ready", `pod/caller-${node}`, "--timeout=60s"]);
    const answers = async (node: string, container: string, ...more: readonly string[]): Promise<readonly string[]> =>
      (await ok(["-n", ns, "logs", `caller-${node}`, "-c", container, ...more])).trim().split("\n");
    const rotated = await skates(["certificate", "rotate", "--authorities", "--data-dir", cluster.dataDir]);
    expect([rotated.code, rotated.stderr]).toEqual([0, ""]);
    await eventually("the joined node to be certified anew", async () => {
      const [trusted, by] = (
        await jsonPath(
          [`node/${NODE}`],
          "{.metadata.annotations.skates\\.io/trusted-authorities} {.metadata.annotations.skates\\.io/certified-by}",
        )
      ).split(" ");
      return trusted?.split(",").length === 2 && trusted.startsWith(by ?? "-") ? true : undefined;
    });
    for (const node of nodes) {
      for (const container of ["follows", "stays"]) {
        const lines = await answers(node, container);
        expect([lines.length > 20, lines.filter((line) => line.trim() !== "200")]).toEqual([true, []]);
      }
    }
    const forgotten = await skates(["certificate", "rotate", "--forget-earlier", "--data-dir", cluster.dataDir]);
    expect([forgotten.code, forgotten.stderr]).toEqual([0, ""]);
    for (const node of nodes) {
      await eventually("the earlier authority to count no more", async () =>
        (await answers(node, "stays", "--tail=1"))[0]?.startsWith("000") === true ? true : undefined,
      );
      expect((await answers(node, "follows")).filter((line) => line.trim() !== "200")).toEqual([]);
    }
    await ok(["-n", ns, "delete", "pod", "--grace-period=1", ...nodes.map((node) => `caller-${node}`)]);
  });

  test("deleted by mistake and started again, as with upstream, it is a node anew and runs pods", async () => {
    const uid = (): Promise<string> => jsonPath([`node/${NODE}`], "{.metadata.uid}");
    const before = await uid();
    await ok(["delete", "node", NODE]);
    expect((await there("down")).code).toBe(0);
    const again = await there("join");
    expect([again.code, again.stderr]).toEqual([0, ""]);
    expect(await uid()).not.toBe(before);
    await ok(["wait", "--for=condition=Ready", `node/${NODE}`, "--timeout=60s"]);
    await ok(["-n", ns, "rollout", "status", "deployment/web", "--timeout=90s"]);
    await apply(service(ns, "late", { selector: { app: "web" } }), {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "again", namespace: ns },
      spec: {
        nodeName: NODE,
        terminationGracePeriodSeconds: 1,
        containers: [{ name: "main", image: cluster.image }],
      },
    });
    await ok(["-n", ns, "wait", "--for=condition=Ready", "pod/again", "--timeout=60s"]);
    // A service that came afterwards: kube-proxy and DNS of the node hear of it under a token for the new Node.
    await eventually("the later service", () =>
      ok(["-n", ns, "exec", "again", "--", "wget", "-q", "-O", "-", "http://late/"]),
    );
  });

  test("leaves: drained, taken down and deleted, with no route, process or pod left of it", async () => {
    expect(await routes()).toContain(machine.address);
    await ok(["drain", NODE, "--force", "--ignore-daemonsets", "--delete-emptydir-data", "--timeout=90s"]);
    expect(await jsonPath(["-n", ns, "pods", "--field-selector", `spec.nodeName=${NODE}`], "{.items}")).toBe("[]");
    const down = await there("delete", "--yes");
    expect([down.code, down.stderr, existsSync(dataDir)]).toEqual([0, "", false]);
    await ok(["delete", "node", NODE]);
    await eventually("the route to go", async () => ((await routes()).includes(machine.address) ? undefined : true));
    const left = await machine.run("sh", [
      "-c",
      "ip link; ip route show proto 83; nft list tables; grep -c . /proc/mounts",
    ]);
    expect(left.stdout).not.toMatch(/veth|proto 83|skates_/);
    expect(readFileSync("/proc/mounts", "utf8")).not.toContain(dataDir);
    expect((await run("pgrep", ["-f", dataDir])).stdout).toBe("");
    await ok(["-n", ns, "scale", "deployment/web", "--replicas=0"]);
  });
});
