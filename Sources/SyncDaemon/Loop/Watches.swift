import Glibc
import ZeroMQ

/// Everything of the machine that wakes the loop, and what the service manager is told.
final class Watches {
  let signals: SignalDescriptor
  let storeFiles: FileWatch
  let notifier: ServiceNotifier
  private let keyFolder: FileWatch?
  private var links: LinkWatch?
  private var suspend = SuspendWatch()
  private(set) var nextWatchdog: Int64?

  /// - Parameters:
  ///   - storeFolder: the folder of the database file: every write there may be a row to capture.
  ///   - keyFolder: the folder of authorized keys, on the online side.
  init(
    signals: consuming SignalDescriptor, storeFolder: String, keyFolder: String?,
    environment: [String: String]
  ) throws {
    self.signals = signals
    storeFiles = try FileWatch(folder: storeFolder, for: .writes)
    notifier = try ServiceNotifier(environment: environment)
    if let keyFolder {
      self.keyFolder = try FileWatch(folder: keyFolder, for: .replacedFiles)
    } else {
      self.keyFolder = nil
    }
    // A sandbox may keep netlink from us; then only timers find the network again.
    do { links = try LinkWatch() } catch { links = nil }
    feedWatchdog()
  }

  var pollItems: [PollItem<LoopTag>] {
    var items: [PollItem<LoopTag>] = [
      .file(signals.number, .signals), .file(storeFiles.number, .storeFiles),
    ]
    switch keyFolder {
    case .some(let watch): items.append(.file(watch.number, .authorizedKeys))
    case .none: break
    }
    switch links {
    case .some(let watch): items.append(.file(watch.number, .networkLinks))
    case .none: break
    }
    return items
  }

  func takeLinkReturn() throws -> Bool { try links?.takeReturn() ?? false }

  func takeKeyChange() throws -> Bool {
    switch keyFolder {
    case .some(let watch): return try watch.takeChange()
    case .none: return false
    }
  }

  var hasResumed: Bool { suspend.hasResumed() }

  func feedWatchdog() {
    guard let interval = notifier.watchdogIntervalMilliseconds else { return }
    let time = SystemClock.monotonicMilliseconds
    guard time >= nextWatchdog ?? 0 else { return }
    nextWatchdog = time + Int64(interval)
    notifier.tell(.watchdog)
  }

  /// Lets other programs have the processor and the write lock.
  func pause(milliseconds: Int32) {
    _ = poll(nil, 0, milliseconds)
    feedWatchdog()
  }
}
