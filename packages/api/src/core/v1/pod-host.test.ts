// Rules of pods that depend on their users, their operating system and how their containers are started again.
import { describe, expect, test } from "vitest";
import { createFindings, updateFindings } from "../../testing.ts";
import { pods } from "./pod.ts";
import { container } from "./testing/pod.ts";

const findings = (spec: object, own: object = {}): readonly string[] =>
  createFindings(pods, { spec: { containers: [{ ...container, ...own }], ...spec } });

describe("operating systems", () => {
  test("a pod for Windows has nothing of Linux, and the other way round", () => {
    const text = "Forbidden: cannot be set for a windows pod";
    const securityContext = { runAsUser: 1 };
    expect(
      findings({ os: { name: "windows" }, hostPID: true, securityContext }, { securityContext: { privileged: true } }),
    ).toEqual([
      `spec.securityContext.runAsUser: ${text}`,
      `spec.hostPID: ${text}`,
      `spec.containers[0].securityContext.privileged: ${text}`,
    ]);
    const windowsOptions = { runAsUserName: "user" };
    expect(findings({ os: { name: "linux" } }, { securityContext: { windowsOptions } })).toEqual([
      "spec.containers[0].securityContext.windowsOptions: Forbidden: windows options cannot be set for a linux pod",
    ]);
    expect(findings({ os: { name: "windows" } }, { securityContext: { windowsOptions } })).toEqual([]);
  });

  test.each([
    ["", "runAsUserName cannot be an empty string"],
    ["a\\b\\c", "runAsUserName cannot contain more than one backslash"],
    ["domain\\", "runAsUserName's User cannot be empty"],
    ["a?b\\user", "runAsUserName's Domain doesn't match the NetBios nor the DNS format"],
    ["...", "runAsUserName's User cannot contain only periods or spaces"],
    ["a@b", `runAsUserName's User cannot contain the following characters: "/\\:;|=,+*?<>@[]`],
    ["domain\\user", undefined],
  ])("the user name %j", (runAsUserName, detail) => {
    const at = "spec.securityContext.windowsOptions.runAsUserName";
    const wanted = detail === undefined ? [] : [`${at}: Invalid value: ${JSON.stringify(runAsUserName)}: ${detail}`];
    expect(findings({ securityContext: { windowsOptions: { runAsUserName } } })).toEqual(wanted);
  });

  test("containers that are processes of the host come all together, on its network", () => {
    const process = { securityContext: { windowsOptions: { hostProcess: true } } };
    const both = {
      containers: [
        { ...container, ...process },
        { ...container, name: "b" },
      ],
    };
    expect(createFindings(pods, { spec: both })).toEqual([
      'spec: Invalid value: "": If pod contains any hostProcess containers then all containers must be HostProcess containers',
      "spec.hostNetwork: Invalid value: false: hostNetwork must be true if pod contains any hostProcess containers",
    ]);
    expect(findings({ hostNetwork: true, ...process })).toEqual([]);
  });

  test("the signal to stop by is one of the operating system", () => {
    const lifecycle = { stopSignal: "SIGUSR1" };
    const at = "spec.containers[0].lifecycle.stopSignal";
    expect(findings({}, { lifecycle })).toEqual([
      `${at}: Forbidden: may not be set for containers with empty \`spec.os.name\``,
    ]);
    expect(findings({ os: { name: "windows" } }, { lifecycle })).toEqual([
      `${at}: Unsupported value: "SIGUSR1": supported values: "SIGKILL", "SIGTERM"`,
    ]);
    expect(findings({ os: { name: "linux" } }, { lifecycle })).toEqual([]);
  });
});

describe("users and host names", () => {
  test("users of its own go with no namespace of the node and no device", () => {
    const volumes = [{ name: "v", persistentVolumeClaim: { claimName: "c" } }];
    const spec = { hostUsers: false, hostNetwork: true, hostPID: true, hostIPC: true, volumes };
    const text = "Forbidden: when `hostUsers` is false";
    expect(findings(spec, { volumeDevices: [{ name: "v", devicePath: "/d" }] })).toEqual([
      `spec.hostNetwork: ${text}`,
      `spec.HostPID: ${text}`,
      `spec.HostIPC: ${text}`,
      `spec.containers[0].volumeDevices: ${text}`,
    ]);
  });

  test("an unmasked /proc needs users of its own", () => {
    const securityContext = { procMount: "Unmasked" };
    expect(findings({}, { securityContext })).toEqual([
      'spec.containers[0].securityContext.procMount: Invalid value: "Unmasked": `hostUsers` must be false to use `Unmasked`',
    ]);
    expect(findings({ hostUsers: false }, { securityContext })).toEqual([]);
  });

  test("a host name that wins over all else stands alone", () => {
    const at = "spec.hostnameOverride";
    expect(findings({ hostnameOverride: "a", hostNetwork: true, setHostnameAsFQDN: true })).toEqual([
      `${at}: Forbidden: may not be specified when setHostnameAsFQDN is true`,
      `${at}: Forbidden: may not be specified when hostNetwork is true`,
    ]);
    expect(findings({ hostnameOverride: "a".repeat(65) })[0]).toBe(`${at}: Too long: may not be more than 64 bytes`);
    expect(findings({ hostnameOverride: "a.b" })).toEqual([]);
  });

  test("a variable from a file names an emptyDir", () => {
    const env = [{ name: "A", valueFrom: { fileKeyRef: { volumeName: "v", path: "f", key: "k" } } }];
    const at = "spec.containers[0].env[0].valueFrom.fileKeyRef.volumeName";
    expect(findings({}, { env })).toEqual([`${at}: Not found: "v"`]);
    expect(findings({ volumes: [{ name: "v", hostPath: { path: "/x" } }] }, { env })).toEqual([
      `${at}: Invalid value: "v": referenced volume must be of type emptyDir`,
    ]);
    expect(findings({ volumes: [{ name: "v", emptyDir: {} }] }, { env })).toEqual([]);
  });
});

describe("starting again", () => {
  const rules = (more: object): object => ({ restartPolicy: "Never", restartPolicyRules: [more] });
  const at = "spec.containers[0].restartPolicyRules[0]";
  test.each([
    [
      { action: "Stop", exitCodes: { operator: "In", values: [1] } },
      `${at}.action: Unsupported value: "Stop": supported values: "Restart", "RestartAllContainers"`,
    ],
    [
      { action: "Restart", exitCodes: { operator: "Is", values: [1] } },
      `${at}.exitCodes.operator: Unsupported value: "Is": supported values: "In", "NotIn"`,
    ],
    [{ action: "Restart" }, `${at}.exitCodes: Required value: must be specified`],
    [{ action: "RestartAllContainers", exitCodes: { operator: "NotIn", values: [1] } }, undefined],
  ])("the rule %j", (rule, wanted) => {
    expect(findings({}, rules(rule))).toEqual(wanted === undefined ? [] : [wanted]);
  });

  test("a resize restarts nothing in pods that are never restarted", () => {
    const resizePolicy = [{ resourceName: "cpu", restartPolicy: "RestartContainer" }];
    expect(findings({ restartPolicy: "Never" }, { resizePolicy })).toEqual([
      `spec.containers[0].resizePolicy: Invalid value: "RestartContainer": must be 'NotRequired' when pod \`restartPolicy\` is 'Never'`,
    ]);
    expect(findings({}, { resizePolicy })).toEqual([]);
    expect(findings({ initContainers: [{ ...container, name: "i", resizePolicy }] })).toEqual([
      "spec.initContainers[0].resizePolicy[0].restartPolicy: Invalid value: \"RestartContainer\": must not be set to 'RestartContainer' for non-sidecar initContainers",
    ]);
  });

  test("a container for a look inside may carry empty resources, as kubectl debug sends them, and no policy", () => {
    const before = { spec: { containers: [container] } };
    const looked = (more: object): readonly string[] => {
      const to = { spec: { ...before.spec, ephemeralContainers: [{ name: "d", image: "busybox", ...more }] } };
      return updateFindings(pods, { from: before, to, subresource: "ephemeralcontainers" });
    };
    expect(looked({ resources: {} })).toEqual([]);
    expect(looked({ restartPolicy: "Always" })).toEqual([
      "spec.ephemeralContainers[0].restartPolicy: Forbidden: cannot be set for an Ephemeral Container",
    ]);
  });
});
