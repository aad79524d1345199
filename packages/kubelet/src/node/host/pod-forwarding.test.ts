// Rules for hosts that drop forwarded packets, on texts of iptables-save as Docker leaves them.
import { describe, expect, it } from "vitest";
import { forwardingDropped, forwardingRemoval, forwardingRules } from "./pod-forwarding.ts";

const DOCKER = "*filter\n:INPUT ACCEPT [0:0]\n:FORWARD DROP [0:0]\n-A FORWARD -j DOCKER-USER\nCOMMIT\n";
const OURS = ["-s", "-d"].map((side) => `${side} 10.244.0.0/16 -m comment --comment skates-aaaaaaaa -j ACCEPT`);
const WITH = DOCKER.replace("COMMIT", `${OURS.map((rule) => `-A FORWARD ${rule}`).join("\n")}\nCOMMIT`);

describe("forwarding", () => {
  it("is seen to be dropped", () => {
    expect(forwardingDropped(DOCKER)).toBe(true);
    expect(forwardingDropped(DOCKER.replace("DROP", "ACCEPT"))).toBe(false);
  });

  it("is allowed once", () => {
    expect(forwardingRules(DOCKER, "aaaaaaaa", "10.244.0.0/16")?.split("\n")).toEqual([
      "*filter",
      ...OURS.map((rule) => `-I FORWARD 1 ${rule}`),
      "COMMIT",
      "",
    ]);
    expect(forwardingRules(WITH, "aaaaaaaa", "10.244.0.0/16")).toBeUndefined();
  });

  it("is taken back, ours only", () => {
    expect(forwardingRemoval(WITH, "aaaaaaaa")?.split("\n")).toEqual([
      "*filter",
      ...OURS.map((rule) => `-D FORWARD ${rule}`),
      "COMMIT",
      "",
    ]);
    expect(forwardingRemoval(WITH, "bbbbbbbb")).toBeUndefined();
  });
});
