/** Configuration files of the API server (`apiserver.config.k8s.io`); none of these kinds is served. */
export {
  EncryptionConfiguration,
  encryptionConfigurationKind,
  EncryptionKey,
  EncryptionKeys,
  groupResourceOf,
  IdentityConfiguration,
  KmsConfiguration,
  ProviderConfiguration,
  ResourceConfiguration,
  validateEncryptionConfiguration,
} from "./encryption-configuration.ts";
