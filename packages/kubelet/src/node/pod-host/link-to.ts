import { readlink, rm, symlink } from "node:fs/promises";
import { hasCode } from "@skates/component-base";

/** Makes a link, or makes it point elsewhere; whatever else is in its place goes. Whether that changed anything. */
export async function linkTo(target: string, link: string): Promise<boolean> {
  const known = await readlink(link).catch((error: unknown) => {
    if (hasCode(error, "ENOENT") || hasCode(error, "EINVAL")) return undefined;
    throw error;
  });
  if (known === target) return false;
  await rm(link, { force: true });
  await symlink(target, link);
  return true;
}
