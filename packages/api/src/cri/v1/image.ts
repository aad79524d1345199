import { type Infer, bool, int64, list, map, opt, ref, string, struct } from "@skates/apimachinery";
import { PodSandboxConfig } from "./sandbox-config.ts";
import { ImageSpec, Int64Value, UInt64Value } from "./values.ts";

// Images and the file systems that hold them.

export const ImageFilter = struct("cri/v1.ImageFilter", {
  image: opt(
    1,
    ref<ImageSpec>(() => ImageSpec),
    "",
  ),
});
export interface ImageFilter extends Infer<typeof ImageFilter> {}

export const ListImagesRequest = struct("cri/v1.ListImagesRequest", {
  filter: opt(
    1,
    ref<ImageFilter>(() => ImageFilter),
    "",
  ),
});
export interface ListImagesRequest extends Infer<typeof ListImagesRequest> {}

export const Image = struct("cri/v1.Image", {
  id: opt(1, string, ""),
  repoTags: opt(2, list(string), ""),
  repoDigests: opt(3, list(string), ""),
  size: opt(4, int64, ""),
  uid: opt(
    5,
    ref<Int64Value>(() => Int64Value),
    "",
  ),
  username: opt(6, string, ""),
  spec: opt(
    7,
    ref<ImageSpec>(() => ImageSpec),
    "",
  ),
  pinned: opt(8, bool, ""),
});
export interface Image extends Infer<typeof Image> {}

export const ListImagesResponse = struct("cri/v1.ListImagesResponse", {
  images: opt(1, list(ref<Image>(() => Image)), ""),
});
export interface ListImagesResponse extends Infer<typeof ListImagesResponse> {}

export const ImageStatusRequest = struct("cri/v1.ImageStatusRequest", {
  image: opt(
    1,
    ref<ImageSpec>(() => ImageSpec),
    "",
  ),
  verbose: opt(2, bool, ""),
});
export interface ImageStatusRequest extends Infer<typeof ImageStatusRequest> {}

export const ImageStatusResponse = struct("cri/v1.ImageStatusResponse", {
  image: opt(
    1,
    ref<Image>(() => Image),
    "",
  ),
  info: opt(2, map(string), ""),
});
export interface ImageStatusResponse extends Infer<typeof ImageStatusResponse> {}

export const AuthConfig = struct("cri/v1.AuthConfig", {
  username: opt(1, string, ""),
  password: opt(2, string, ""),
  auth: opt(3, string, ""),
  serverAddress: opt(4, string, ""),
  identityToken: opt(5, string, ""),
  registryToken: opt(6, string, ""),
});
export interface AuthConfig extends Infer<typeof AuthConfig> {}

export const PullImageRequest = struct("cri/v1.PullImageRequest", {
  image: opt(
    1,
    ref<ImageSpec>(() => ImageSpec),
    "",
  ),
  auth: opt(
    2,
    ref<AuthConfig>(() => AuthConfig),
    "",
  ),
  sandboxConfig: opt(
    3,
    ref<PodSandboxConfig>(() => PodSandboxConfig),
    "",
  ),
});
export interface PullImageRequest extends Infer<typeof PullImageRequest> {}

export const PullImageResponse = struct("cri/v1.PullImageResponse", {
  imageRef: opt(1, string, ""),
});
export interface PullImageResponse extends Infer<typeof PullImageResponse> {}

export const RemoveImageRequest = struct("cri/v1.RemoveImageRequest", {
  image: opt(
    1,
    ref<ImageSpec>(() => ImageSpec),
    "",
  ),
});
export interface RemoveImageRequest extends Infer<typeof RemoveImageRequest> {}

export const RemoveImageResponse = struct("cri/v1.RemoveImageResponse", {});
export interface RemoveImageResponse extends Infer<typeof RemoveImageResponse> {}

export const FilesystemIdentifier = struct("cri/v1.FilesystemIdentifier", {
  mountpoint: opt(1, string, ""),
});
export interface FilesystemIdentifier extends Infer<typeof FilesystemIdentifier> {}

export const FilesystemUsage = struct("cri/v1.FilesystemUsage", {
  timestamp: opt(1, int64, ""),
  fsId: opt(
    2,
    ref<FilesystemIdentifier>(() => FilesystemIdentifier),
    "",
  ),
  usedBytes: opt(
    3,
    ref<UInt64Value>(() => UInt64Value),
    "",
  ),
  inodesUsed: opt(
    4,
    ref<UInt64Value>(() => UInt64Value),
    "",
  ),
});
export interface FilesystemUsage extends Infer<typeof FilesystemUsage> {}

export const ImageFsInfoRequest = struct("cri/v1.ImageFsInfoRequest", {});
export interface ImageFsInfoRequest extends Infer<typeof ImageFsInfoRequest> {}

export const ImageFsInfoResponse = struct("cri/v1.ImageFsInfoResponse", {
  imageFilesystems: opt(1, list(ref<FilesystemUsage>(() => FilesystemUsage)), ""),
  containerFilesystems: opt(2, list(ref<FilesystemUsage>(() => FilesystemUsage)), ""),
});
export interface ImageFsInfoResponse extends Infer<typeof ImageFsInfoResponse> {}
