import Testing
import WireJSON

@Suite struct JSONFramerTests {
    private static let stream = """
        {"QMP": {"version": {}}}\r
        {
            "return": {
                "text": "}{][ \\" \\\\"
            },
            "id": 1
        }
        [1,2]{"ü":"😀"}{"n":18446744073709551615}
        """

    private func frames(_ bytes: [UInt8], pieces: Int, limits: JSONLimits = .standard) -> [JSONFramer.Frame] {
        var framer = JSONFramer(limits: limits)
        var found: [JSONFramer.Frame] = []
        var start = 0
        while start < bytes.count {
            let end = min(start + pieces, bytes.count)
            framer.append(bytes[start..<end])
            while let frame = framer.next() { found.append(frame) }
            start = end
        }
        return found
    }

    @Test(arguments: [1, 2, 3, 7, 10_000])
    func `values are framed by structure however they are split`(pieces: Int) throws {
        let found = frames(Array(Self.stream.utf8), pieces: pieces)
        let values = try found.map { frame in
            guard case .value(let text) = frame else { throw JSONError(.malformed, "\(frame)") }
            return try JSON.parse(text)
        }
        #expect(
            values == [
                ["QMP": ["version": [:]]],
                ["return": ["text": #"}{][ " \"#], "id": 1],
                [1, 2],
                ["ü": "😀"],
                ["n": .unsigned(.max)],
            ]
        )
    }

    @Test(arguments: [1, 5, 1000])
    func `garbage between values is reported and skipped`(pieces: Int) {
        let found = frames(Array("{}\nhello{}".utf8), pieces: pieces)
        let values = found.filter { if case .value = $0 { true } else { false } }
        let garbage = found.flatMap { if case .garbage(let bytes) = $0 { bytes } else { [UInt8]() } }
        #expect(values.count == 2)
        #expect(String(decoding: garbage, as: UTF8.self) == "hello")
    }

    @Test(arguments: [1, 3, 1000])
    func `the byte FF drops a value that had begun`(pieces: Int) {
        let bytes = Array(#"{"return":{"a":"b"#.utf8) + [0xFF] + Array(#"{"return":7}"#.utf8)
        let found = frames(bytes, pieces: pieces)
        #expect(found.first == .reset)
        #expect(found.count == 2)
        guard case .value(let text) = found.last else {
            Issue.record("no value: \(found)")
            return
        }
        #expect(text.text == #"{"return":7}"#)
    }

    @Test(arguments: [1, 100, 1 << 20])
    func `a value above the size limit is skipped to its end and the next one is whole`(pieces: Int) {
        let large = #"{"return":"\#(String(repeating: "x", count: 5000))", "id": 12}"#
        let found = frames(Array((large + "\n{}").utf8), pieces: pieces, limits: JSONLimits(size: 1000))
        guard case .refused(let error, let tail) = found.first else {
            Issue.record("not refused: \(found)")
            return
        }
        #expect(error.code == .limitExceeded)
        #expect(String(decoding: tail, as: UTF8.self).hasSuffix(#"xxx", "id": 12}"#))
        #expect(found.count == 2)
    }

    @Test func `a value that nests too deep is skipped to its end`() {
        let deep = String(repeating: "[", count: 50) + String(repeating: "]", count: 50)
        let found = frames(Array((deep + "{}").utf8), pieces: 7, limits: JSONLimits(depth: 20))
        #expect(found.count == 2)
        guard case .refused(let error, _) = found.first else {
            Issue.record("not refused: \(found)")
            return
        }
        #expect(error.code == .limitExceeded)
    }

    @Test func `bytes that were handed out are forgotten`() {
        var framer = JSONFramer()
        for _ in 0..<1000 {
            framer.append(Array(#"{"event":"STOP"}"#.utf8))
            while framer.next() != nil {}
        }
        #expect(framer.pendingBytes == 0)
    }
}
