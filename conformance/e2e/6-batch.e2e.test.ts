// Jobs and cron jobs with real containers, driven by unmodified kubectl.
import { expect, test } from "vitest";
import { apply, cluster, jsonPath, kubectl, ok, useNamespace } from "./cluster.ts";
import { eventually } from "./eventually.ts";

const ns = useNamespace("batch");

function podTemplate(script: string): object {
  const container = { name: "main", image: cluster.image, command: ["sh", "-c", script] };
  return { spec: { restartPolicy: "Never", terminationGracePeriodSeconds: 1, containers: [container] } };
}
function job(name: string, script: string, spec: object = {}): object {
  const metadata = { namespace: ns, name };
  return { apiVersion: "batch/v1", kind: "Job", metadata, spec: { template: podTemplate(script), ...spec } };
}

test("a job runs to completion", async () => {
  await apply(job("sum", "echo $((2 + 3))", { completions: 3, parallelism: 2 }));
  await ok(["-n", ns, "wait", "--for=condition=Complete", "job/sum", "--timeout=60s"]);
  expect(await ok(["-n", ns, "get", "job", "sum", "--no-headers"])).toMatch(/^sum\s+Complete\s+3\/3\s/);
  expect(await ok(["-n", ns, "logs", "job/sum"])).toContain("5");
  expect(await jsonPath(["-n", ns, "pods", "-l", "job-name=sum"], "{.items[*].metadata.finalizers}")).toBe("");
  await ok(["-n", ns, "delete", "job", "sum"]);
  expect(await jsonPath(["-n", ns, "pods", "-l", "job-name=sum"], "{.items[*].metadata.name}")).toBe("");
});

test("an index that fails ends an indexed job, and the others have done their work", async () => {
  const spec = { completions: 3, parallelism: 3, completionMode: "Indexed", backoffLimitPerIndex: 0 };
  await apply(job("shards", 'echo "shard $JOB_COMPLETION_INDEX"; test "$JOB_COMPLETION_INDEX" != 1', spec));
  await ok(["-n", ns, "wait", "--for=condition=Failed", "job/shards", "--timeout=60s"]);
  expect(await jsonPath(["-n", ns, "job/shards"], "{.status.completedIndexes}|{.status.failedIndexes}")).toBe("0,2|1");
  const selector = "job-name=shards,batch.kubernetes.io/job-completion-index=2";
  expect(await ok(["-n", ns, "logs", "-l", selector])).toBe("shard 2\n");
  expect(await ok(["-n", ns, "describe", "job", "shards"])).toContain("FailedIndexes");
});

test("kubectl describe tells how a job went, in the words that people are used to", async () => {
  await apply(job("told", "exit 0", { completions: 2, parallelism: 1 }));
  await ok(["-n", ns, "wait", "--for=condition=Complete", "job/told", "--timeout=60s"]);
  const text = await eventually("the last event", async () => {
    const described = await ok(["-n", ns, "describe", "job", "told"]);
    return described.includes("Job completed") ? described : undefined;
  });
  expect(text).toMatch(/^Pods Statuses:\s+0 Active \(0 Ready\) \/ 2 Succeeded \/ 0 Failed$/m);
  expect(text.match(/^\s+Normal\s+SuccessfulCreate\s+\S+\s+job-controller\s+Created pod: told-\w+$/gm)).toHaveLength(2);
  expect(text).toMatch(/^\s+Normal\s+Completed\s+\S+\s+job-controller\s+Job completed$/m);
  expect(await ok(["describe", "nodes"])).toMatch(
    /^\s+Normal\s+RegisteredNode\s+\S+\s+node-controller\s+Node (\S+) event: Registered Node \1 in Controller$/m,
  );
});

test("a job is held, gets other resources, and goes on", async () => {
  await apply(job("held", "sleep 600", { completions: 1 }));
  const active = (count: string) =>
    eventually(`${count} active`, async () => {
      const now = await jsonPath(["-n", ns, "job/held"], "{.status.active}");
      return (now === "" ? "0" : now) === count ? now : undefined;
    });
  await active("1");
  await ok(["-n", ns, "patch", "job", "held", "--type=strategic", "-p", '{"spec":{"suspend":true}}']);
  await active("0");
  await ok(["-n", ns, "wait", "--for=condition=Suspended", "job/held", "--timeout=60s"]);
  expect(await jsonPath(["-n", ns, "job/held"], "{.status.startTime}")).toBe("");
  const container = { name: "main", command: ["sh", "-c", "true"], resources: { requests: { cpu: "10m" } } };
  const change = (containers: readonly object[]) =>
    kubectl(["-n", ns, "patch", "job", "held", "-p", JSON.stringify({ spec: { template: { spec: { containers } } } })]);
  expect((await change([container])).stderr).toContain("field is immutable");
  const { command: _command, ...resources } = container;
  expect((await change([resources])).code).toBe(0);
  await ok(["-n", ns, "patch", "job", "held", "-p", '{"spec":{"suspend":false}}']);
  await active("1");
  const pod = ["-n", ns, "pods", "-l", "job-name=held"];
  expect(await jsonPath(pod, "{.items[*].spec.containers[0].resources.requests.cpu}")).toBe("10m");
  await ok(["-n", ns, "delete", "job", "held"]);
});

test("a job is made by hand from a cron job", async () => {
  const spec = { schedule: "0 0 1 1 *", jobTemplate: { spec: { template: podTemplate("echo tick") } } };
  await apply({ apiVersion: "batch/v1", kind: "CronJob", metadata: { namespace: ns, name: "yearly" }, spec });
  expect(await ok(["-n", ns, "create", "job", "by-hand", "--from=cronjob/yearly"])).toBe("job.batch/by-hand created\n");
  await ok(["-n", ns, "wait", "--for=condition=Complete", "job/by-hand", "--timeout=60s"]);
  expect(await ok(["-n", ns, "logs", "job/by-hand"])).toBe("tick\n");
  expect(await jsonPath(["-n", ns, "job/by-hand"], "{.metadata.ownerReferences[0].name}")).toBe("yearly");
});

test("a cron job makes jobs at its times", async () => {
  const spec = { schedule: "@every 2s", jobTemplate: { spec: { template: podTemplate("echo tick") } } };
  await apply({ apiVersion: "batch/v1", kind: "CronJob", metadata: { namespace: ns, name: "often" }, spec });
  const last = await eventually(
    "a success",
    async () => {
      const text = await jsonPath(["-n", ns, "cronjob/often"], "{.status.lastSuccessfulTime}");
      return text === "" ? undefined : text;
    },
    90_000,
  );
  expect(Date.parse(last)).not.toBeNaN();
  const told = await ok(["-n", ns, "describe", "cronjob", "often"]);
  expect(told).toMatch(
    /^\s+Normal\s+SuccessfulCreate\s+.*\s+cronjob-controller\s+(\(combined from similar events\): )?Created job often-\d+$/m,
  );
  expect(told).toMatch(/^\s+Normal\s+SawCompletedJob\s+.*Saw completed job: often-\d+, condition: Complete$/m);
  await ok(["-n", ns, "delete", "cronjob", "often"]);
});

test("a quota refuses what is too much", async () => {
  await ok(["-n", ns, "create", "quota", "few", "--hard=configmaps=3,count/secrets=1"]);
  await eventually("the use to be counted", async () => {
    const used = await jsonPath(["-n", ns, "quota/few"], "{.status.used.configmaps}");
    return used === "1" ? used : undefined; // kube-root-ca.crt
  });
  const made = await Promise.all(
    ["a", "b", "c", "d", "e"].map((name) => kubectl(["-n", ns, "create", "configmap", name])),
  );
  expect(made.filter(({ code }) => code === 0)).toHaveLength(2);
  const refused = made.find(({ code }) => code !== 0);
  expect(refused?.stderr).toMatch(
    /^error: failed to create configmap: configmaps "[a-e]" is forbidden: exceeded quota: few, requested: configmaps=1, used: configmaps=3, limited: configmaps=3/,
  );
  await ok(["-n", ns, "delete", "quota", "few"]);
});
