import ArgumentParser
import Glibc
import SyncControl

/// How labsyncd is reached.
struct ConnectionOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The control socket of labsyncd. Default: $LABSYNC_SOCKET, else /run/labsync/control.sock, else the one that labctl join made for this person.",
      valueName: "path"))
  var socket: String?

  @Option(help: ArgumentHelp("How long to wait for an answer.", valueName: "seconds"))
  var timeout: Int = 30

  func validate() throws {
    guard (1...86_400).contains(timeout) else {
      throw ValidationError("--timeout is in seconds, from 1 to 86400.")
    }
  }

  /// Where the socket is: the option, the environment, or the default.
  var path: String {
    let named = socket ?? Environment.value(ControlProtocol.socketVariable)
    guard let named, !named.isEmpty else { return Self.usual }
    return named.hasPrefix("ipc://") ? String(named.dropFirst(6)) : named
  }

  /// The service's socket, unless there is none and this person has a laptop's home of their own.
  static var usual: String {
    let folder = JoiningPlace.personalFolder
    return access(ControlProtocol.defaultSocketPath, F_OK) != 0
      && access("\(folder)/lab.yaml", F_OK) == 0
      ? "\(folder)/control.sock" : ControlProtocol.defaultSocketPath
  }

  func client() throws(ControlFailure) -> ControlClient {
    try ControlClient.reaching(path, timeoutSeconds: timeout)
  }

  /// Asks one question.
  func ask<Question: ControlQuestion>(
    _ question: Question
  ) throws(ControlFailure) -> Question.Answer {
    let client = try client()
    return try client.ask(question)
  }
}

/// In which form the answer is printed.
struct OutputOptions: ParsableArguments {
  @Flag(help: "Print JSON for programs, with \"version\": 1.")
  var json = false
}

/// The environment of this process.
enum Environment {
  static func value(_ name: String) -> String? {
    getenv(name).map { String(cString: $0) }
  }
}
