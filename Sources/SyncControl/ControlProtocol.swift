/// What both ends of the control socket agree on. `ControlProtocol.md` is the norm; this is its
/// numbers.
public enum ControlProtocol {
  /// The version in every request and answer. Within a version, fields are only ever added.
  public static let version = 1
  /// Where the socket is unless somebody says otherwise.
  public static let defaultSocketPath = "/run/labsync/control.sock"
  /// The environment variable that says otherwise.
  public static let socketVariable = "LABSYNC_SOCKET"
  /// UTF-8 bytes of the lines of one import request, unless a single line is longer.
  public static let importRequestBytes = 512 * 1024
  /// UTF-8 bytes of one imported line; a longer one is refused with its number.
  public static let importLineBytes = 1024 * 1024
  /// Bytes of one request or answer, which a line of the greatest length fits in, whatever
  /// escaping JSON asks for.
  public static let messageBytes = 8 * 1024 * 1024
  /// Rows of a page unless the request says fewer.
  public static let pageRows = 100
  /// Bytes of one piece of a backup.
  public static let backupPieceBytes = 2 * 1024 * 1024
  /// Bytes of one piece of a bundle, both ways.
  public static let bundlePieceBytes = 2 * 1024 * 1024
  /// The most rows a request may ask for in one page.
  public static let maximumPageRows = 1000
}
