import type { Node, NodeSpec, NodeStatus, Pod, PodSpec } from "@skates/api/core/v1";

type Texts = Readonly<Record<string, string>>;

export interface TestNode {
  readonly allocatable?: Texts;
  readonly spec?: NodeSpec;
  readonly labels?: Texts;
  readonly images?: NodeStatus["images"];
}

/** A node that offers 4 cpu, 8Gi and 110 pods, or what `change` says. */
export function testNode(name: string, change: TestNode = {}): Node {
  const allocatable = { cpu: "4", memory: "8Gi", pods: "110", ...change.allocatable };
  return {
    apiVersion: "v1",
    kind: "Node",
    metadata: { name, uid: `node-${name}`, labels: { "kubernetes.io/hostname": name, ...change.labels } },
    spec: change.spec ?? {},
    status: { allocatable, capacity: allocatable, ...(change.images === undefined ? {} : { images: change.images }) },
  };
}

export interface TestPod {
  readonly requests?: Texts;
  readonly spec?: Partial<PodSpec>;
  readonly labels?: Texts;
  readonly namespace?: string;
  readonly nodeName?: string;
  readonly priority?: number;
}

/** A pod of one container. */
export function testPod(name: string, change: TestPod = {}): Pod {
  const { namespace = "default", labels, requests, nodeName, priority } = change;
  const resources = requests === undefined ? {} : { resources: { requests } };
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name,
      namespace,
      uid: `pod-${namespace}-${name}`,
      generation: 1,
      ...(labels === undefined ? {} : { labels }),
    },
    spec: {
      schedulerName: "default-scheduler",
      containers: [{ name: "main", image: "busybox", ...resources }],
      ...(nodeName === undefined ? {} : { nodeName }),
      ...(priority === undefined ? {} : { priority }),
      ...change.spec,
    },
  };
}
