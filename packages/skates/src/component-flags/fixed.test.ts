// Flags that hardening guides name and that have one value here: that is taken, another refused with the reason.
import { expect, it } from "vitest";
import { describeFlags, parseFlags } from "../cli/flags.ts";
import { checkFixedFlags, FIXED_FLAGS } from "./fixed.ts";

const check = (...argv: readonly string[]) => checkFixedFlags(parseFlags("up", FIXED_FLAGS, argv).flags);

it("takes what is so in any case", () => {
  expect(() => check("--profiling=false", "--rotate-certificates", "--read-only-port=0")).not.toThrow();
});

it.each([
  ["--profiling", "--profiling can only be false: there are no profiling pages"],
  ["--profiling=true", "--profiling can only be false: there are no profiling pages"],
  ["--read-only-port=10255", "--read-only-port can only be 0: the kubelet has no port without authentication"],
  ["--tls-cert-file=/x.crt", "--tls-cert-file cannot be given: the cluster's own is <data-dir>/pki/apiserver.crt"],
])("refuses %s", (argument, message) => {
  expect(() => check(argument)).toThrow(message);
});

it("is no part of the help", () => {
  expect(describeFlags({ ...FIXED_FLAGS, shown: { type: "bool", doc: "Yes." } })).toBe("  --shown  Yes.");
});
