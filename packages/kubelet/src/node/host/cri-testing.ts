import { unaryCall } from "./cri-call.ts";

/** A protobuf message by field number; only for tests, which need a handful of CRI calls and no codec. */
export interface Fields {
  readonly [field: number]: FieldValue;
}
type FieldValue = string | number | boolean | Uint8Array | Fields | readonly FieldValue[];

/** What a test wants to run in a pod. */
export interface TestPod {
  readonly name: string;
  readonly cgroupParent: string;
  readonly logDir: string;
  /** 0: one PID namespace for the pod; 1: one per container; 2: the node's. */
  readonly pidMode?: number;
  readonly hostNetwork?: boolean;
  /** A TCP port of the node that leads to `port` of the pod. */
  readonly hostPort?: number;
  readonly port?: number;
}

/** The few CRI calls that the host's tests need. */
export function testCri(socket: string): {
  runSandbox(pod: TestPod): Promise<string>;
  run(pod: TestPod, sandbox: string, image: string, command: readonly string[]): Promise<string>;
  exec(container: string, command: readonly string[]): Promise<{ readonly stdout: string; readonly code: number }>;
  sandboxIp(sandbox: string): Promise<string>;
  containerState(
    container: string,
  ): Promise<{ readonly state: number; readonly exitCode: number; readonly pid: number }>;
  containers(): Promise<number>;
  stopSandbox(sandbox: string): Promise<void>;
  removeSandbox(sandbox: string): Promise<void>;
  pull(image: string): Promise<string>;
} {
  const call = async (service: string, name: string, request: Fields): Promise<Message> => {
    const method = `/runtime.v1.${service}Service/${name}`;
    return decode(await unaryCall({ socket, method, request: encode(request), timeoutMs: 60_000 }));
  };
  const runtime = (name: string, request: Fields): Promise<Message> => call("Runtime", name, request);
  return {
    runSandbox: async (pod) => text(await runtime("RunPodSandbox", { 1: sandboxConfig(pod) }), 1),
    run: async (pod, sandbox, image, command) => {
      const container = {
        1: { 1: "main" },
        2: { 1: image },
        3: command,
        11: "main.log",
        15: { 2: { 3: namespaces(pod) } },
      };
      const created = await runtime("CreateContainer", { 1: sandbox, 2: container, 3: sandboxConfig(pod) });
      const id = text(created, 1);
      await runtime("StartContainer", { 1: id });
      return id;
    },
    exec: async (container, command) => {
      const answer = await runtime("ExecSync", { 1: container, 2: command, 3: 20 });
      return { stdout: text(answer, 1), code: number(answer, 3) };
    },
    sandboxIp: async (sandbox) => text(sub(sub(await runtime("PodSandboxStatus", { 1: sandbox }), 1), 5), 1),
    containerState: async (container) => {
      const answer = await runtime("ContainerStatus", { 1: container, 2: true });
      const status = sub(answer, 1);
      const info = (answer.get(2) ?? []).map((entry) => decode(bytesOf(entry)));
      const found = info.find((entry) => text(entry, 1) === "info");
      const { pid = 0 } = JSON.parse(found === undefined ? "{}" : text(found, 2));
      return { state: number(status, 3), exitCode: number(status, 7), pid };
    },
    containers: async () => (await runtime("ListContainers", {})).get(1)?.length ?? 0,
    stopSandbox: async (sandbox) => void (await runtime("StopPodSandbox", { 1: sandbox })),
    removeSandbox: async (sandbox) => void (await runtime("RemovePodSandbox", { 1: sandbox })),
    pull: async (image) => text(await call("Image", "PullImage", { 1: { 1: image } }), 1),
  };
}

function sandboxConfig(pod: TestPod): Fields {
  return {
    1: { 1: pod.name, 2: `uid-${pod.name}`, 3: "default", 4: 0 },
    2: pod.name,
    3: pod.logDir,
    ...(pod.hostPort === undefined ? {} : { 5: { 1: 0, 2: pod.port ?? pod.hostPort, 3: pod.hostPort } }),
    8: { 1: pod.cgroupParent, 2: { 1: namespaces(pod) } },
  };
}

function namespaces(pod: TestPod): Fields {
  return { 1: pod.hostNetwork === true ? 2 : 0, 2: pod.pidMode ?? 1, 3: 0 };
}

function encode(fields: Fields): Uint8Array {
  return Buffer.concat(Object.entries(fields).map(([key, value]) => encodeField(Number(key), value)));
}

function encodeField(key: number, value: FieldValue): Uint8Array {
  if (Array.isArray(value)) return Buffer.concat(value.map((each) => encodeField(key, each)));
  if (typeof value === "number" || typeof value === "boolean") {
    return Buffer.concat([varint(key << 3), varint(Number(value))]);
  }
  const bytes =
    typeof value === "string" ? Buffer.from(value) : value instanceof Uint8Array ? value : encode(value as Fields);
  return Buffer.concat([varint((key << 3) | 2), varint(bytes.length), bytes]);
}

function varint(value: number): Uint8Array {
  const out: number[] = [];
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 128)) out.push((rest % 128) | 0x80);
  return Uint8Array.from([...out, rest]);
}

type Message = ReadonlyMap<number, readonly (number | Uint8Array)[]>;

function decode(bytes: Uint8Array): Message {
  const out = new Map<number, (number | Uint8Array)[]>();
  let at = 0;
  const next = (): number => {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = bytes[at++] ?? 0;
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
    }
  };
  while (at < bytes.length) {
    const tag = next();
    const length = next();
    const wire = tag & 7;
    const value = wire === 2 ? bytes.subarray(at, (at += length)) : length;
    out.set(tag >> 3, [...(out.get(tag >> 3) ?? []), value]);
  }
  return out;
}

function bytesOf(value: number | Uint8Array | undefined): Uint8Array {
  return value instanceof Uint8Array ? value : new Uint8Array();
}

function text(message: Message, key: number): string {
  return Buffer.from(bytesOf(message.get(key)?.[0])).toString("utf8");
}

function sub(message: Message, key: number): Message {
  return decode(bytesOf(message.get(key)?.[0]));
}

function number(message: Message, key: number): number {
  const value = message.get(key)?.[0];
  return typeof value === "number" ? value : 0;
}
