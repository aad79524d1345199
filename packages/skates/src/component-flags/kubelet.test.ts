// The flags of the kubelet: what they give.
import { expect, it } from "vitest";
import { parseFlags } from "../cli/flags.ts";
import { KUBELET_FLAGS, seccompDefaultFrom } from "./kubelet.ts";

it.each<[readonly string[], boolean]>([
  [[], false],
  [["--seccomp-default"], true],
  [["--seccomp-default=false"], false],
])("%j", (argv, expected) => {
  expect(seccompDefaultFrom(parseFlags("up", KUBELET_FLAGS, argv).flags)).toBe(expected);
});
