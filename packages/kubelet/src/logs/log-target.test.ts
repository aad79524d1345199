// Which run of a container a log request means, and upstream's texts where there is none.
import type { ContainerStatus, Pod } from "@skates/api/core/v1";
import { expect, test } from "vitest";
import { logTarget } from "./log-target.ts";

function pod(status: Partial<ContainerStatus>): Pod {
  const full: ContainerStatus = { name: "a", ready: false, restartCount: 0, image: "", imageID: "", ...status };
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "p" },
    spec: { containers: [{ name: "a" }, { name: "b" }] },
    status: { containerStatuses: [full] },
  };
}
const ended = (id: string) => ({ terminated: { exitCode: 1, containerID: id } });

test.each([
  ["running", { state: { running: {} }, containerID: "containerd://1" }, false, "1"],
  ["ended", { state: ended("containerd://2") }, false, "2"],
  [
    "waiting after a crash",
    { state: { waiting: { reason: "CrashLoopBackOff" } }, lastState: ended("containerd://3") },
    false,
    "3",
  ],
  [
    "the run before",
    { state: { running: {} }, containerID: "containerd://5", lastState: ended("containerd://4") },
    true,
    "4",
  ],
])("%s", (_, status, previous, id) => expect(logTarget(pod(status), "a", previous)).toBe(id));

test.each([
  ['previous terminated container "a" in pod "p" not found', { state: { running: {} } }, true],
  [
    'container "a" in pod "p" is waiting to start: ContainerCreating',
    { state: { waiting: { reason: "ContainerCreating" } } },
    false,
  ],
  [
    'container "a" in pod "p" is waiting to start: trying and failing to pull image',
    { state: { waiting: { reason: "ImagePullBackOff" } } },
    false,
  ],
  [
    'container "a" in pod "p" is waiting to start: image can\'t be pulled',
    { state: { waiting: { reason: "ErrImagePull" } } },
    false,
  ],
  ['container "a" in pod "p" is waiting to start - no logs yet', {}, false],
  ['container "a" in pod "p" is terminated', { state: ended("") }, false],
])("%s", (message, status, previous) => expect(() => logTarget(pod(status), "a", previous)).toThrow(message));

test("a container without status, and one that is none", () => {
  expect(() => logTarget(pod({}), "b", false)).toThrow('container "b" in pod "p" is not available');
  expect(() => logTarget(pod({}), "c", false)).toThrow('container "c" not found in pod "p"');
});
