/// What happens next: a binary heap by time, and by order of arrival among what happens at once.
struct Schedule {
  private var heap: [Entry] = []
  private var count: UInt64 = 0

  struct Entry {
    var time: Int64
    var number: UInt64
    var happening: Happening
  }

  var isEmpty: Bool { heap.isEmpty }

  mutating func add(_ happening: Happening, at time: Int64) {
    count += 1
    heap.append(Entry(time: time, number: count, happening: happening))
    var child = heap.count - 1
    while child > 0 {
      let parent = (child - 1) / 2
      guard precedes(child, parent) else { return }
      heap.swapAt(child, parent)
      child = parent
    }
  }

  mutating func next() -> Entry? {
    guard let last = heap.popLast() else { return nil }
    guard let first = heap.first else { return last }
    heap[0] = last
    var parent = 0
    while true {
      var least = parent
      for child in [2 * parent + 1, 2 * parent + 2] where child < heap.count {
        if precedes(child, least) { least = child }
      }
      guard least != parent else { return first }
      heap.swapAt(parent, least)
      parent = least
    }
  }

  private func precedes(_ left: Int, _ right: Int) -> Bool {
    (heap[left].time, heap[left].number) < (heap[right].time, heap[right].number)
  }
}

/// One thing that is going to happen in a world. Machines and connections by their number.
enum Happening {
  /// The first frame of a pipe is due.
  case arrival(connection: Int, isToHub: Bool)
  /// A deadline of the machine's worker may have passed.
  case tick(machine: Int)
  /// The machine has time for its worker.
  case work(machine: Int)
  /// A dial comes to its end.
  case dialed(machine: Int, attempt: Int)
  /// The laptop's end of a connection hears that it is gone.
  case notice(connection: Int)
  /// Somebody writes at a machine.
  case writing(machine: Int)
  /// The daemon looks into the outbox.
  case capture(machine: Int)
  /// Another worker on the same store committed something.
  case sharedStoreChanged(machine: Int)
  case fault
  case linkTurns(machine: Int, isOutUp: Bool, isInUp: Bool)
  case begin(machine: Int)
  case end(machine: Int)
  case awake(machine: Int)
  case diskHeals(machine: Int)
  case readerRecovers(machine: Int)
  case resumed(machine: Int)
  /// Somebody lets a laptop in, or in again.
  case letIn(machine: Int)
  /// Somebody gets an invitation for a laptop.
  case invited(machine: Int)
  /// Somebody takes over what a laptop handed over that is shut out.
  case released(machine: Int)
}
