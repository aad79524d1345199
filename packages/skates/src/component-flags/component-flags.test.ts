// Values that no process could start with are refused before a cluster keeps them, whichever subject they are of.
import { expect, it } from "vitest";
import { parseFlags } from "../cli/flags.ts";
import { checkComponentFlags, checkNodeFlags, COMPONENT_FLAGS, NODE_FLAGS } from "./component-flags.ts";

it.each([
  ["--admission-control-config-file=/nowhere"],
  ["--audit-log-mode=sometimes"],
  ["--cluster-signing-duration=0s"],
  ["--controllers=nobody"],
  ["--enable-admission-plugins=Nothing"],
  ["--node-eviction-rate=fast"],
  ["--oidc-issuer-url=https://issuer.example"],
  ["--proxy-client-key-file=/nowhere"],
  ["--read-only-port=10255"],
  ["--request-timeout=soon"],
  ["--scheduler-config=/nowhere"],
  ["--service-account-max-token-expiration=1s"],
  ["--service-node-port-range=9-1"],
])("a cluster does not keep %s", (argument) => {
  expect(() => checkComponentFlags(parseFlags("up", COMPONENT_FLAGS, [argument]).flags)).toThrow(
    expect.objectContaining({ exitCode: 2 }),
  );
});

it.each([
  ["--cloud-provider=ours"],
  ["--eviction-hard=memory<1Gi"],
  ["--feature-gates=Nothing=true"],
  ["--pod-max-pids=0"],
  ["--tls-min-version=1"],
])("neither a cluster nor a node keeps %s", (argument) => {
  const wrong = expect.objectContaining({ exitCode: 2 });
  expect(() => checkComponentFlags(parseFlags("up", COMPONENT_FLAGS, [argument]).flags)).toThrow(wrong);
  expect(() => checkNodeFlags(parseFlags("join", NODE_FLAGS, [argument]).flags)).toThrow(wrong);
});

it("takes none, and good ones", () => {
  const good = ["--controllers=*,-ttl-controller", "--node-eviction-rate=0.5", "--feature-gates=AllBeta=true"];
  expect(() => checkComponentFlags(parseFlags("up", COMPONENT_FLAGS, []).flags)).not.toThrow();
  expect(() => checkComponentFlags(parseFlags("up", COMPONENT_FLAGS, good).flags)).not.toThrow();
});
