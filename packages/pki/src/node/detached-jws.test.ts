// Signatures of a text kept elsewhere: what passes, and what must not.
import { expect, it } from "vitest";
import { detachedSignature, signatureFits } from "./detached-jws.ts";

const TOKEN = { id: "abcdef", secret: "0123456789abcdef" };

it("passes with the same text, id and secret only", () => {
  const signature = detachedSignature("kubeconfig", TOKEN);
  expect(signature).toMatch(/^[\w-]+\.\.[\w-]{43}$/);
  expect(signatureFits(signature, "kubeconfig", TOKEN)).toBe(true);
  const none = `${Buffer.from('{"alg":"none","kid":"abcdef"}').toString("base64url")}..`;
  expect([
    signatureFits(signature, "tampered", TOKEN),
    signatureFits(signature, "kubeconfig", { ...TOKEN, secret: "0123456789abcdeX" }),
    signatureFits(signature, "kubeconfig", { ...TOKEN, id: "abcdeX" }),
    signatureFits(none, "kubeconfig", TOKEN),
    signatureFits("", "kubeconfig", TOKEN),
    signatureFits(signature.replace("..", ".a3ViZQ."), "kubeconfig", TOKEN),
  ]).toEqual([false, false, false, false, false, false]);
});
