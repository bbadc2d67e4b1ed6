import Testing

@testable import ZeroMQ

@Suite("Keys")
struct CurveKeyTests {
  /// The key pair of the CurveZMQ documentation (zmq_curve(7)).
  private let publicText = "Yne@$w-vo<fVvi]a<NY6T1ed:M$fCG*[IaLV{hID"
  private let secretText = "D:)Q[IlAW!ahhC2ac:9*A}h:p?([4%wOTJ%JR%cs"

  @Test("come back from text and bytes as they were")
  func roundTrip() throws {
    let pair = try CurveKeyPair.generate()
    #expect(try CurvePublicKey(z85: pair.publicKey.z85) == pair.publicKey)
    #expect(try CurvePublicKey(bytes: pair.publicKey.bytes) == pair.publicKey)
    #expect(try CurveSecretKey(z85: pair.secretKey.exposedZ85) == pair.secretKey)
    #expect(pair.publicKey.z85.utf8.count == 40)
    #expect(try CurveKeyPair.generate() != pair)
  }

  @Test("the public half follows from the secret half")
  func derived() throws {
    let secret = try CurveSecretKey(z85: secretText)
    #expect(try secret.publicKey().z85 == publicText)
    #expect(try CurveKeyPair(secretKey: secret).publicKey.z85 == publicText)
  }

  @Test("the text is the Z85 of RFC 32")
  func knownText() throws {
    let hello: [UInt8] = [0x86, 0x4F, 0xD2, 0x6F, 0xB5, 0x59, 0xF7, 0x5B]
    #expect(Z85.text(of: hello) == "HelloWorld")
  }

  @Test(
    "that are malformed are refused, without being repeated",
    arguments: [
      "", "Yne@$", "Yne@$w-vo<fVvi]a<NY6T1ed:M$fCG*[IaLV{hI",
      "Yne@$w-vo<fVvi]a<NY6T1ed:M$fCG*[IaLV{hIDD",
      "Yne@$w-vo<fVvi]a<NY6T1ed:M$fCG*[IaLV{hI ",
      "Yne@$w-vo<fVvi]a<NY6T1ed:M$fCG*[IaLV{hI\"",
      "#####w-vo<fVvi]a<NY6T1ed:M$fCG*[IaLV{hID",
      "Yne@$w-vo<fVvi]a<NY6T1ed:M$fCG*[IaLV{hI\0",
      "Yne@$w-vo<fVvi]a<NY6T1ed:M$fCG*[IaLV{hé",
    ])
  func malformed(text: String) {
    for error in [
      #expect(throws: ZeroMQError.self) { try CurvePublicKey(z85: text) },
      #expect(throws: ZeroMQError.self) { try CurveSecretKey(z85: text) },
    ] {
      guard case .malformedKey = error?.cause else {
        Issue.record("\(String(describing: error))")
        continue
      }
      #expect(text.isEmpty || error?.description.contains(text) == false)
    }
  }

  @Test("of the wrong length are refused", arguments: [0, 31, 33])
  func wrongLength(count: Int) {
    let bytes = [UInt8](repeating: 7, count: count)
    #expect(throws: ZeroMQError.self) { try CurvePublicKey(bytes: bytes) }
    #expect(throws: ZeroMQError.self) { try CurveSecretKey(bytes: bytes) }
  }

  @Test("that are secret are never printed")
  func hidden() throws {
    let pair = try CurveKeyPair(secretKey: CurveSecretKey(z85: secretText))
    var dumped = ""
    dump(pair, to: &dumped)
    dump(Socket.Security.curveServer(pair.secretKey), to: &dumped)
    let texts = ["\(pair)", String(reflecting: pair), "\(pair.secretKey)", dumped]
    for text in texts {
      #expect(!text.contains(secretText))
      #expect(text.contains("hidden"))
    }
    #expect(Mirror(reflecting: pair.secretKey).children.isEmpty)
  }

  @Test("need a libzmq that is new enough and knows CURVE")
  func library() throws {
    try Library.requireSupported()
    let old = Library.Version(major: 4, minor: 3, patch: 3)
    let tooOld = #expect(throws: ZeroMQError.self) { try Library.require(old, hasCurve: true) }
    #expect(tooOld?.cause == .libraryTooOld(found: old))
    #expect(tooOld?.description.contains("4.3.3") == true)
    let without = #expect(throws: ZeroMQError.self) {
      try Library.require(Library.oldestSupported, hasCurve: false)
    }
    #expect(without?.cause == .curveMissing)
  }
}
