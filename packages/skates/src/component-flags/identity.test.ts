// Flags of front proxies: what they give, and their defaults.
import { expect, it } from "vitest";
import { parseFlags } from "../cli/flags.ts";
import { IDENTITY_FLAGS, trustFrom } from "./identity.ts";

const read = (...argv: readonly string[]) =>
  trustFrom(parseFlags("up", IDENTITY_FLAGS, argv).flags, { clientCa: "CA", frontProxyCa: "FRONT" });

it("trusts the cluster's own aggregator by default, with upstream's headers", () => {
  expect(read()).toEqual({
    clientCa: "CA",
    requestHeader: {
      clientCa: "FRONT",
      allowedNames: ["front-proxy-client"],
      usernameHeaders: ["X-Remote-User"],
      uidHeaders: ["X-Remote-Uid"],
      groupHeaders: ["X-Remote-Group"],
      extraHeaderPrefixes: ["X-Remote-Extra-"],
    },
  });
});

it("takes other names and headers; no names at all let every proxy of the CAs in", () => {
  const { requestHeader } = read(
    "--requestheader-allowed-names=",
    "--requestheader-username-headers=X-User, X-Login",
    "--requestheader-group-headers=X-Groups",
  );
  expect(requestHeader).toMatchObject({
    allowedNames: [],
    usernameHeaders: ["X-User", "X-Login"],
    groupHeaders: ["X-Groups"],
  });
});
