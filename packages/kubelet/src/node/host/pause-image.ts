import { type ImageSpec, imageArchive } from "./image-archive.ts";
import { pauseProgram } from "./pause-program.ts";

/** Name of the sandbox image. A change of the program takes a new tag, since an image that is present is not replaced. */
export const PAUSE_IMAGE = "skates.local/pause:1";

/** The sandbox image as an archive; always the same bytes. */
export function pauseImageArchive(): Promise<Uint8Array> {
  const spec: ImageSpec = {
    name: PAUSE_IMAGE,
    files: [{ path: "pause", content: pauseProgram(), mode: 0o755 }],
    entrypoint: ["/pause"],
    user: "65535:65535",
    workingDir: "/",
  };
  return imageArchive(spec);
}
