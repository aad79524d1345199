// Tokens with which nodes join, as pairs of a Secret and what becomes of it.
import type { Secret } from "@skates/api/core/v1";
import { formatTime } from "@skates/apimachinery";
import { expect, it } from "vitest";
import { planTokenCleaning } from "./controller.ts";

const nowMs = Date.parse("2026-01-01T00:00:00Z");
const DELETED = "deleted";
const KEPT = "kept";

function token(data: Readonly<Record<string, string>>, more: Partial<Secret> = {}): Secret {
  return {
    apiVersion: "v1",
    kind: "Secret",
    metadata: { namespace: "kube-system", name: "bootstrap-token-abcdef", uid: "u" },
    type: "bootstrap.kubernetes.io/token",
    data: Object.fromEntries(Object.entries(data).map(([name, text]) => [name, btoa(text)])),
    ...more,
  };
}

const ended = { expiration: formatTime(nowMs - 1000) };
const elsewhere = { namespace: "default", name: "bootstrap-token-abcdef", uid: "u" };
const PAIRS: readonly (readonly [string, Secret | undefined, string | number])[] = [
  ["that is gone", undefined, KEPT],
  ["without an end", token({ "token-id": "abcdef", "token-secret": "s" }), KEPT],
  ["with time left", token({ expiration: formatTime(nowMs + 5000) }), 5000],
  ["that ends now", token({ expiration: formatTime(nowMs) }), DELETED],
  ["that has ended", token({ "token-id": "abcdef", "token-secret": "s", ...ended }), DELETED],
  ["that has ended and whose parts do not fit together", token({ "token-id": "fedcba", ...ended }), DELETED],
  ["with a time in another zone", token({ expiration: "2026-01-01T02:00:00+02:00" }), DELETED],
  ["with an end that is no time", token({ expiration: "soon" }), DELETED],
  ["with a date for an end", token({ expiration: "2030-01-01" }), DELETED],
  ["of another type", token(ended, { type: "Opaque" }), KEPT],
  ["in another namespace", token(ended, { metadata: elsewhere }), KEPT],
];

it.each(PAIRS)("a token %s", (_title, secret, outcome) => {
  const { stages, requeueAfterMs } = planTokenCleaning(secret, nowMs);
  const deletes = stages.flat().map((action) => (action.do === "delete" ? [action.key.name, action.uid] : action.do));
  expect([deletes, requeueAfterMs]).toEqual([
    outcome === DELETED ? [["bootstrap-token-abcdef", "u"]] : [],
    typeof outcome === "number" ? outcome : undefined,
  ]);
});
