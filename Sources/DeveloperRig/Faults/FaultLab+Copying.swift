import Foundation
import SyncControl

/// Stores that are older copies of themselves, or of another's.
extension FaultLab {
  /// Takes a copy of a laptop's store while its daemon is stopped.
  ///
  /// - Parameter replacing: whether an earlier copy is given up for it.
  func backUp(_ place: Int, replacing: Bool) throws {
    guard replacing || backups[place] == nil else { return }
    let folder = "\(lab.folder)/backup-\(place)"
    try shutDownCaptured(place)
    try SystemCommand.run("rm", "-rf", folder)
    try SystemCommand.run("mkdir", folder)
    let store = lab.machines[place].storePath
    try SystemCommand.run("sh", "-c", "cp -a \(store)* \(folder)/")
    backups[place] = folder
    try startAgain(place)
  }

  /// Puts the copy in the place of the store, and lets people work with it before it meets the others:
  /// it writes changes under numbers that were given before.
  func restore(_ place: Int) throws {
    guard let folder = backups[place] else { return }
    // What is only on the disk that is thrown away would be lost, rightly.
    try writers[place].stop()
    try waitUntilRecovered(seconds: 150)
    let machine = lab.machines[place]
    try machine.kill()
    try machine.surroundings.network?.setCarrier(false)
    try SystemCommand.run(
      "sh", "-c", "rm -f \(machine.storePath)* && cp -a \(folder)/* \(machine.folder)/")
    try startAgain(place)
    let before = try writers[place].ledger().rowCount
    try waitForRows(place, after: before)
    try machine.surroundings.network?.setCarrier(true)
  }

  /// Makes the spare laptop a copy of another one, keys and all, and lets both go on.
  func clone(_ place: Int) throws {
    guard let spare, place != spare else { return try cloneFromAnother(than: place) }
    if places.contains(spare) {
      // What only the spare has would be lost, rightly.
      try writers[spare].stop()
      try waitUntilRecovered(seconds: 150)
      try lab.machines[spare].stop()
      backups[spare] = nil
    }
    let (source, target) = (lab.machines[place], lab.machines[spare])
    try shutDownCaptured(place)
    try SystemCommand.run("rm", "-rf", target.folder)
    try SystemCommand.run("cp", "-a", source.folder, target.folder)
    // On two real machines the paths are the same.
    try SystemCommand.run(
      "sed", "-i", "s|\(source.folder)|\(target.folder)|g", target.configurationPath)
    // Whoever copies a disk waits for the end of it. A store that is put back alone is the daemon's
    // to make durable: nothing is synced in ``restore(_:)``.
    try SystemCommand.run("sync", "--file-system", target.folder)
    try startAgain(place)
    if !places.contains(spare) { places.append(spare) }
    try startAgain(spare)
  }

  /// With every row a change: else each copy would rightly make a change of its own of it.
  private func shutDownCaptured(_ place: Int) throws {
    try writers[place].stop()
    try lab.machines[place].waitUntilCaptured(seconds: 60)
    try lab.machines[place].stop()
  }

  private func cloneFromAnother(than place: Int) throws {
    guard let other = places.first(where: { $0 != 0 && $0 != place }) else { return }
    try clone(other)
  }

  private func waitForRows(_ place: Int, after count: Int) throws {
    let deadline = Deadline(seconds: 30)
    while try writers[place].ledger().rowCount < count + 8 {
      guard !deadline.hasPassed else {
        throw RigError("nothing is written on \(lab.machines[place].name)")
      }
      Deadline.pause(milliseconds: 20)
    }
  }

  /// What a person does when a copied laptop has made a key of its own: lets it in, and tells it to try
  /// again.
  func approveNewKeys() throws {
    for place in places.dropFirst() {
      let machine = lab.machines[place]
      let path = "\(machine.folder)/keys/curve.public"
      guard let data = FileManager.default.contents(atPath: path) else { continue }
      let key = String(decoding: data, as: UTF8.self).filter { !$0.isNewline }
      guard !key.isEmpty, approved.insert(key).inserted else { continue }
      try "\(key)\n".write(
        toFile: "\(lab.online.folder)/authorized/renewed-\(approved.count)", atomically: true,
        encoding: .utf8)
      machine.connectNow()
    }
  }
}
