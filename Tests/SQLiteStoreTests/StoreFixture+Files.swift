import Foundation
import GRDB

@testable import SQLiteStore

extension StoreFixture {
  /// The files of the store that hold the UTF-8 of `word`.
  func filesHolding(_ word: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { name in
      try Data(contentsOf: folder.appendingPathComponent(name)).range(of: Data(word.utf8)) != nil
    }.sorted()
  }

  /// A copy of the file as it is, as another machine.
  func backup() throws -> StoreFixture {
    try outside.writeWithoutTransaction { _ = try $0.checkpoint(.truncate) }
    let copy = try StoreFixture(side: store.side, number: 0xBAC, project: project)
    try copy.replaceFile(with: store.path)
    return copy
  }
}
