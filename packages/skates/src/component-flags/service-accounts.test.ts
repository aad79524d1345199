// Flags of service-account tokens: what they give, and what is refused, in upstream's words where it has some.
import { expect, it } from "vitest";
import { parseFlags } from "../cli/flags.ts";
import { legacyTokenUnusedMs, SERVICE_ACCOUNT_FLAGS, serviceAccountsFrom } from "./service-accounts.ts";

const USUAL = "https://kubernetes.default.svc.cluster.local";
const flags = (...argv: readonly string[]) => parseFlags("up", SERVICE_ACCOUNT_FLAGS, argv).flags;
const read = (...argv: readonly string[]) => serviceAccountsFrom(flags(...argv), USUAL);

it("has short tokens of the cluster's own issuer by default", () => {
  expect(read()).toEqual({
    issuers: [USUAL],
    audiences: [USUAL],
    extended: false,
    secondsMax: undefined,
    jwksUri: undefined,
  });
  expect(legacyTokenUnusedMs(flags())).toBeUndefined();
});

it("reads them all", () => {
  const argv = ["--service-account-issuer=https://new.example", "--service-account-issuer=https://old.example"];
  expect(read(...argv)).toMatchObject({
    issuers: ["https://new.example", "https://old.example"],
    audiences: ["https://new.example", "https://old.example"],
  });
  expect(
    read(
      "--service-account-issuer=name",
      "--api-audiences=a,b",
      "--service-account-jwks-uri=https://keys.example/jwks",
      "--service-account-max-token-expiration=24h",
      "--service-account-extend-token-expiration",
    ),
  ).toEqual({
    issuers: ["name"],
    audiences: ["a", "b"],
    extended: true,
    secondsMax: 86_400,
    jwksUri: "https://keys.example/jwks",
  });
  expect(legacyTokenUnusedMs(flags("--legacy-service-account-token-clean-up-period=720h"))).toBe(2_592_000_000);
});

it.each([
  [["--service-account-issuer="], "should not be an empty string"],
  [["--service-account-issuer=a", "--service-account-issuer=a"], "service-account-issuer a is repeated"],
  [["--service-account-issuer=:x"], "service-account-issuer \":x\" contained a ':' but was not a valid URL"],
  [["--service-account-jwks-uri=http://keys"], "requires https scheme, parsed as: http://keys"],
  [["--service-account-max-token-expiration=10m"], "must be between 1 hour and 2^32 seconds"],
  [["--service-account-max-token-expiration=x"], "a duration, as 2m0s"],
])("refuses %j", (argv, message) => {
  expect(() => read(...argv)).toThrow(message);
});

it.each(["0s", "23h", "never"])("refuses to clean up after %s", (text) => {
  expect(() => legacyTokenUnusedMs(flags(`--legacy-service-account-token-clean-up-period=${text}`))).toThrow(
    /clean-up-period/,
  );
});
