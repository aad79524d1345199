// The flag of the node ports' range: what it gives, and what is refused.
import { expect, it } from "vitest";
import { parseFlags } from "../cli/flags.ts";
import { nodePortsFrom, SERVICE_FLAGS } from "./services.ts";

const read = (...argv: readonly string[]) => nodePortsFrom(parseFlags("up", SERVICE_FLAGS, argv).flags);

it("reads both ends", () => {
  expect(read()).toBe(undefined);
  expect(read("--service-node-port-range=30000-30100")).toEqual({ from: 30_000, to: 30_100 });
});

it.each(["30000", "2-1", "0-10", "1-70000", "a-b"])("refuses %s", (text) => {
  expect(() => read(`--service-node-port-range=${text}`)).toThrow(/invalid value .* FROM-TO/);
});
