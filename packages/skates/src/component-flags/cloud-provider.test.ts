// The flag by which nodes wait for a cloud provider.
import { expect, it } from "vitest";
import { flagsFrom } from "../cli/flags.ts";
import { externalCloudProviderFrom } from "./cloud-provider.ts";

const read = (given: Readonly<Record<string, readonly string[]>>) => externalCloudProviderFrom(flagsFrom(given));

it("is external or absent, nothing else", () => {
  expect([read({}), read({ "cloud-provider": ["external"] })]).toEqual([false, true]);
  expect(() => read({ "cloud-provider": ["aws"] })).toThrow("--cloud-provider=aws is not known: use external");
});
