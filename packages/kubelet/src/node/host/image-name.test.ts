// Short image names become the full ones that containerd keeps; what is no name is refused with a reason.
import { describe, expect, it } from "vitest";
import { fullImageName } from "./image-name.ts";

const DIGEST = `sha256:${"a".repeat(64)}`;

describe("fullImageName", () => {
  it.each([
    ["busybox", "docker.io/library/busybox:latest"],
    ["busybox:1.36", "docker.io/library/busybox:1.36"],
    ["me/app", "docker.io/me/app:latest"],
    ["index.docker.io/busybox", "docker.io/library/busybox:latest"],
    ["localhost/app", "localhost/app:latest"],
    ["localhost:5000/app:v1", "localhost:5000/app:v1"],
    ["registry.k8s.io/pause:3.10", "registry.k8s.io/pause:3.10"],
    [`quay.io/a/b@${DIGEST}`, `quay.io/a/b@${DIGEST}`],
    [`quay.io/a/b:c@${DIGEST}`, `quay.io/a/b:c@${DIGEST}`],
  ])("%s is %s", (name, full) => expect(fullImageName(name)).toBe(full));

  it.each(["", "Busybox", "a:b:c", "a//b", "a:", "a@sha256:12", "-a", "a@b@c", "host:port/a"])("refuses %j", (name) => {
    expect(() => fullImageName(name)).toThrow(expect.objectContaining({ code: "InvalidImageName" }));
  });
});
