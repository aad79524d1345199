// What the runtime is told in CRI's words about users of a pod.
import type { Pod } from "@skates/api/core/v1";
import { expect, test } from "vitest";
import { containerSpec } from "../../spec/container-spec.ts";
import { sandboxSpec } from "../../spec/sandbox-spec.ts";
import { toContainerConfig, toSandboxConfig } from "./to-cri.ts";

const container = { name: "c", image: "i" };
const pod: Pod = {
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: "p", uid: "u" },
  spec: { containers: [container] },
};

function told(users: { readonly first: number; readonly length: number } | undefined) {
  const dns = { servers: [], searches: [], options: [] };
  const sandbox = toSandboxConfig(
    sandboxSpec({ pod, attempt: 0, hostname: "p", logDirectory: "", cgroupParent: "", dns, users, runtimeHandler: "" }),
  );
  const made = toContainerConfig(
    containerSpec({
      pod,
      container,
      restartCount: 0,
      imageId: "i",
      cdiDevices: [],
      imageUser: { username: "" },
      seccomp: { byDefault: false, root: "/" },
      env: [],
      files: {
        mounts: [{ containerPath: "/v", hostPath: "/h", readOnly: false, propagation: "private" }],
        devices: [],
      },
      users,
      memoryCapacityBytes: 1,
    }),
  );
  const [mount] = made.mounts ?? [];
  return {
    sandbox: sandbox.linux?.securityContext?.namespaceOptions?.usernsOptions,
    container: made.linux?.securityContext?.namespaceOptions?.usernsOptions,
    mount: [mount?.uidMappings, mount?.gidMappings],
  };
}

test("sandbox, container and each mount have the pod's ids", () => {
  const ids = [{ hostId: 131_072, containerId: 0, length: 65_536 }];
  const options = { mode: 0, uids: ids, gids: ids };
  expect(told({ first: 131_072, length: 65_536 })).toEqual({ sandbox: options, container: options, mount: [ids, ids] });
});

test("a pod with the node's users says nothing of them, as older runtimes expect", () => {
  expect(told(undefined)).toEqual({ sandbox: undefined, container: undefined, mount: [undefined, undefined] });
});
