import { notImplemented } from "@skates/apimachinery";
import type { BodyRules } from "../wire/body.ts";
import type { Updated } from "./update.ts";
import type { WriteCall } from "./write-call.ts";

/** Server-side apply. */
export function applyObject(
  call: WriteCall,
  _apply: { readonly patch: unknown; readonly force: boolean; readonly rules: BodyRules },
): Promise<Updated> {
  throw notImplemented(`server-side apply to ${call.served.resource.plural} is not implemented by this server`);
}
