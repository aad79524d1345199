import { chmod, lstat, mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { assert, hasCode, OperatingError } from "@skates/component-base";
import type { LocalDirectories } from "../../local-volumes.ts";
import { unmountBelow } from "../host/mounts.ts";

/** Local-path volumes below a folder of this machine, which only root may change. */
export function localDirectories(folder: string): LocalDirectories {
  const pathOf = (name: string): string => {
    // What the API takes for a name has no slashes; what else gets here must not lead elsewhere.
    assert(/^[a-z0-9][a-z0-9.-]*$/.test(name) && !name.includes(".."), "a volume's name is a DNS name");
    return join(folder, name);
  };
  return {
    async ensure(name) {
      const path = pathOf(name);
      await mkdir(folder, { recursive: true, mode: 0o711 });
      try {
        await mkdir(path);
        // Pods run as anybody; who may use the volume is decided by who may use its claim.
        await chmod(path, 0o777);
      } catch (error) {
        if (!hasCode(error, "EEXIST")) throw error;
      }
      if (!(await lstat(path)).isDirectory())
        throw new OperatingError("VolumeUnsupported", `${path} is not a directory`);
      return path;
    },
    async remove(name, signal) {
      const path = pathOf(name);
      // What a container left mounted in it is not its content. Links are removed, not followed.
      await unmountBelow([path], signal);
      await rm(path, { recursive: true, force: true });
    },
  };
}
