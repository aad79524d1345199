// The flags of the kubelet: what they give.
import { expect, it } from "vitest";
import { parseFlags } from "../cli/flags.ts";
import { KUBELET_FLAGS, podLimitsFrom, seccompDefaultFrom } from "./kubelet.ts";

it.each<[readonly string[], boolean]>([
  [[], false],
  [["--seccomp-default"], true],
  [["--seccomp-default=false"], false],
])("%j", (argv, expected) => {
  expect(seccompDefaultFrom(parseFlags("up", KUBELET_FLAGS, argv).flags)).toBe(expected);
});

const limits = (...argv: readonly string[]) => podLimitsFrom(parseFlags("up", KUBELET_FLAGS, argv).flags);

it("allows pods what is named", () => {
  expect(limits()).toEqual({ unsafeSysctls: [] });
  expect(limits("--allowed-unsafe-sysctls=kernel.msg*,net.core.somaxconn", "--pod-max-pids=100")).toEqual({
    unsafeSysctls: ["kernel.msg*", "net.core.somaxconn"],
    podMaxPids: 100,
  });
});

it.each([
  ["--allowed-unsafe-sysctls=kernel.panic", 'the sysctls "kernel.panic" are not known to be namespaced'],
  ["--allowed-unsafe-sysctls=a..b", "must have at most 253 characters and match regex"],
  ["--pod-max-pids=0", "a whole number, or -1"],
])("refuses %s", (argument, message) => {
  expect(() => limits(argument)).toThrow(message);
});
