// What of a pod may change once it is there: by annotations, by resizes, while gated, and when its containers run again.
import { describe, expect, test } from "vitest";
import { createFindings, updateFindings } from "../../testing.ts";
import { pods } from "./pod.ts";
import { container } from "./testing/pod.ts";

describe("annotations", () => {
  const findings = (annotations: object, spec: object = {}): readonly string[] =>
    createFindings(pods, {
      metadata: { name: "x", namespace: "default", annotations },
      spec: { containers: [container], ...spec },
    });
  const cost = "controller.kubernetes.io/pod-deletion-cost";
  const apparmor = "container.apparmor.security.beta.kubernetes.io";

  test.each([
    [{ [cost]: "-5" }, []],
    [{ [cost]: "+5" }, [`metadata.annotations[${cost}]: Invalid value: "+5": must be a 32bit integer`]],
    [{ [cost]: "2147483648" }, [`metadata.annotations[${cost}]: Invalid value: "2147483648": must be a 32bit integer`]],
    [{ [`${apparmor}/app`]: "localhost/x" }, []],
    [
      { [`${apparmor}/other`]: "strict" },
      [
        `metadata.annotations[${apparmor}/other]: Invalid value: "other": container not found`,
        `metadata.annotations[${apparmor}/other]: Invalid value: "strict": invalid AppArmor profile name: "strict"`,
      ],
    ],
    [
      { "seccomp.security.alpha.kubernetes.io/pod": "none" },
      [
        'metadata.annotations.seccomp.security.alpha.kubernetes.io/pod: Invalid value: "none": must be a valid seccomp profile',
      ],
    ],
  ])("%j", (annotations, wanted) => {
    expect(findings(annotations)).toEqual(wanted);
  });

  test("what confines a container and what makes a mirror pod stays", () => {
    const of = (annotations: object): object => ({
      metadata: { name: "x", namespace: "default", annotations },
      spec: { containers: [container], nodeName: "n" },
    });
    const mirror = "kubernetes.io/config.mirror";
    expect(
      updateFindings(pods, { from: of({ [`${apparmor}/app`]: "unconfined" }), to: of({ [mirror]: "h" }) }),
    ).toEqual([
      `metadata.annotations[${apparmor}/app]: Forbidden: may not remove or update AppArmor annotations`,
      `metadata.annotations[${mirror}]: Forbidden: may not add mirror pod annotation`,
    ]);
    expect(updateFindings(pods, { from: of({ a: "1" }), to: of({ b: "2" }) })).toEqual([]);
  });
});

test("a token needs an account, and the claim made for a volume is no other volume's", () => {
  const volumes = [
    { name: "t", projected: { sources: [{ serviceAccountToken: { path: "token" } }] } },
    { name: "c", persistentVolumeClaim: { claimName: "x-e" } },
    {
      name: "e",
      ephemeral: {
        volumeClaimTemplate: { spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } } },
      },
    },
  ];
  expect(createFindings(pods, { spec: { containers: [container], volumes } })).toEqual([
    "spec.volumes[0].projected.sources[0].serviceAccountToken: Forbidden: must not be specified when serviceAccountName is not set",
    'spec.volumes[1].persistentVolumeClaim.claimName: Invalid value: "x-e": must not reference a PVC that gets created for an ephemeral volume',
  ]);
});

describe("resizes", () => {
  const sized = (cpu: string | undefined, more: object = {}): object => ({
    spec: {
      containers: [{ ...container, resources: { requests: { memory: "1Mi", ...(cpu === undefined ? {} : { cpu }) } } }],
      ...more,
    },
  });
  const resize = (from: object, to: object): readonly string[] =>
    updateFindings(pods, { from, to, subresource: "resize" });

  test("amounts change and do not go away", () => {
    expect(resize(sized("1"), sized("2"))).toEqual([]);
    expect(resize(sized("1"), sized(undefined))).toEqual([
      "spec.containers[0].resources.requests: Forbidden: resource requests cannot be removed",
    ]);
  });

  test("amounts of the pod as a whole neither", () => {
    const whole = { resources: { requests: { cpu: "4", memory: "8Mi" } } };
    expect(resize(sized("1", whole), sized("1", { resources: { requests: { cpu: "4" } } }))).toEqual([
      "spec.resources.requests: Forbidden: pod-level resource requests cannot be removed",
    ]);
  });

  test("pods for Windows, static ones and those whose kubelet reports no resources cannot", () => {
    const windows = { os: { name: "windows" } };
    expect(resize(sized("1", windows), sized("2", windows))).toEqual([": Forbidden: windows pods cannot be resized"]);
    const running = { name: "app", ready: true, restartCount: 0, image: "i", imageID: "i", state: { running: {} } };
    const status = { containerStatuses: [running] };
    expect(resize({ ...sized("1"), status }, sized("2"))).toEqual([
      "spec: Forbidden: Pod running on node without support for resize",
    ]);
  });
});

describe("while gates are closed", () => {
  const gated = (more: object): object => ({
    spec: { containers: [container], schedulingGates: [{ name: "g" }], ...more },
  });
  const affinity = (...terms: readonly (readonly string[])[]): object => ({
    affinity: {
      nodeAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: {
          nodeSelectorTerms: terms.map((keys) => ({
            matchExpressions: keys.map((key) => ({ key, operator: "Exists" })),
          })),
        },
      },
    },
  });
  const at = "spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms";

  test("a pod may be narrowed to fewer nodes", () => {
    expect(updateFindings(pods, { from: gated({}), to: gated(affinity(["a"])) })).toEqual([]);
    expect(updateFindings(pods, { from: gated(affinity(["a"])), to: gated(affinity(["a", "b"])) })).toEqual([]);
    expect(updateFindings(pods, { from: gated({}), to: gated({ nodeSelector: { a: "1" } }) })).toEqual([]);
  });

  test("and not be widened", () => {
    const widened = updateFindings(pods, { from: gated(affinity(["a"])), to: gated(affinity(["b"])) });
    expect(widened.map((line) => [line.startsWith(`${at}[0]: Invalid`), line.split(": ").at(-1)])).toEqual([
      [true, "only additions are allowed (no mutations or deletions)"],
    ]);
    const more = updateFindings(pods, { from: gated(affinity(["a"])), to: gated(affinity(["a"], ["b"])) });
    expect(more.map((line) => line.split(": ").at(-1))).toEqual([
      "no additions/deletions to non-empty NodeSelectorTerms list are allowed",
    ]);
    expect(updateFindings(pods, { from: gated({ nodeSelector: { a: "1" } }), to: gated({}) })).toEqual([
      "spec.nodeSelector: Invalid value: {}: only additions to spec.nodeSelector are allowed (no mutations or deletions)",
    ]);
  });
});

describe("containers that ended", () => {
  const running = { running: { startedAt: "2026-11-20T12:00:00Z" } };
  const withState = (state: object, own: object): object => ({
    spec: { containers: [{ ...container, ...own }], restartPolicy: "Never" },
    status: { containerStatuses: [{ name: "app", ready: false, restartCount: 0, image: "i", imageID: "i", state }] },
  });
  const revived = (exitCode: number, own: object): readonly string[] =>
    updateFindings(pods, {
      from: withState({ terminated: { exitCode } }, own),
      to: withState(running, own),
      subresource: "status",
    });
  const stays = "status.containerStatuses[0].state: Forbidden: may not be transitioned to non-terminated state";
  const rule = (action: string): object => ({
    restartPolicy: "Never",
    restartPolicyRules: [{ action, exitCodes: { operator: "In", values: [42] } }],
  });

  test.each([
    [1, {}, [stays]],
    [1, { restartPolicy: "OnFailure" }, []],
    [0, { restartPolicy: "OnFailure" }, [stays]],
    [42, rule("Restart"), []],
    [1, rule("Restart"), [stays]],
    [1, rule("RestartAllContainers"), []],
  ])("with code %i, of %j", (code, own, wanted) => {
    expect(revived(code, own)).toEqual(wanted);
  });
});
