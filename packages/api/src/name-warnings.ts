import { isDns1123Label } from "@skates/apimachinery";

/** A name that is legal and no label of DNS, of a kind whose name goes into what DNS has to say. */
export function nameWarnings(name: string, use = "Pod names and hostnames"): readonly string[] {
  const messages = name === "" ? [] : isDns1123Label(name);
  if (messages.length === 0) return [];
  const recommended = `a DNS label is recommended: [${messages.join(" ")}]`;
  return [`metadata.name: this is used in ${use}, which can result in surprising behavior; ${recommended}`];
}
