import Foundation
import GRDB

/// Bytes as a database value: GRDB speaks `Data`, and we speak arrays.
typealias DatabaseBytes = Data
