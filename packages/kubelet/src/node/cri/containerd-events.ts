import { bytes, decodeProtobuf, type Infer, int64, list, opt, ref, string, struct } from "@skates/apimachinery";
import type { RuntimeEvent } from "../../runtime.ts";
import { methodsOf } from "../grpc-methods.ts";

// containerd's own event service, which tells of the ends of processes at once; CRI's came with containerd 1.7.

const SubscribeRequest = struct("containerd/v1.SubscribeRequest", { filters: opt(1, list(string), "") });

const Any = struct("containerd/v1.Any", { typeUrl: opt(1, string, ""), value: opt(2, bytes, "") });
interface Any extends Infer<typeof Any> {}

const Envelope = struct("containerd/v1.Envelope", {
  namespace: opt(2, string, ""),
  topic: opt(3, string, ""),
  event: opt(
    4,
    ref<Any>(() => Any),
    "",
  ),
});
interface Envelope extends Infer<typeof Envelope> {}

const TaskExit = struct("containerd/v1.TaskExit", {
  containerId: opt(1, string, ""),
  id: opt(2, string, ""),
  pid: opt(3, int64, ""),
  exitStatus: opt(4, int64, ""),
});

/** Subscribes to what happens to the processes of containers in the namespace that the CRI plugin uses. */
export const subscribe = methodsOf("containerd.services.events.v1.Events")("Subscribe", SubscribeRequest, Envelope);

export const EXIT_FILTERS = ['namespace==k8s.io,topic=="/tasks/exit"', 'namespace==k8s.io,topic=="/tasks/oom"'];

/** The event in an envelope; undefined for those that are of no interest, such as ends of commands run in a container. */
export function eventOf(envelope: Envelope): RuntimeEvent | undefined {
  const value = envelope.event?.value;
  if (value === undefined) return undefined;
  const { containerId, id } = decodeProtobuf(TaskExit, Buffer.from(value, "base64"));
  if (typeof containerId !== "string" || containerId === "") return undefined;
  if (envelope.topic === "/tasks/oom") return { type: "oom", id: containerId };
  return id === containerId ? { type: "exited", id: containerId } : undefined;
}
