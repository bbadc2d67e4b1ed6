import Crypto
import SyncCore

/// What two peers compare to know whether they show the same kinds and fields.
public enum SchemaDigest {
  /// SHA-256, the first 16 bytes, over the schema's canonical description.
  public static func of(_ description: String) -> Digest128 {
    Digest128(prefixOf: SHA256.hash(data: Array(description.utf8)))
  }
}
