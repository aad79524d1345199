/**
 * The node's side of the kubelet that needs Node.js. `host/` prepares a machine: it finds out what the machine can do,
 * runs our own containerd, makes the images that a first pod needs, writes the pod network, and clears all of it away.
 */
export { CNI_CONF_FILE, cniConfList, defaultRouteMtu, type PodNetwork, removeCni, writeCni } from "./host/cni.ts";
export {
  type ContainerdOptions,
  findContainerd,
  type RunningContainerd,
  startContainerd,
  stopContainerd,
  superviseContainerd,
} from "./host/containerd.ts";
export { imagePresent, runtimeVersion } from "./host/cri-call.ts";
export { type ImageFile, type ImageSpec, imageArchive, imageBlobs } from "./host/image-archive.ts";
export { fullImageName } from "./host/image-name.ts";
export { ensurePauseImage, type ImageTarget, importImage } from "./host/import-image.ts";
export { type ContainerdPaths, type NodePaths, nodePaths, STANDARD_DATA_DIR } from "./host/node-paths.ts";
export { PAUSE_IMAGE } from "./host/pause-image.ts";
