// Jobs and cron jobs with real containers, driven by unmodified kubectl.
import { expect, test } from "vitest";
import { apply, cluster, eventually, jsonPath, kubectl, ok, useNamespace } from "./cluster.ts";

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
