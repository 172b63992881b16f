import HostSupport
import SystemPackage
import Testing

@testable import GuestAccess

@Suite struct ConsoleReaderTests {
    @Test func `lines come as they are written, and a prompt before its line ends`() async throws {
        try await ScratchDirectory.with { scratch in
            let log = scratch.path.appending("console.log")
            var reader = ConsoleReader(log)
            #expect(reader.news() == [])
            try append("one\r\ntwo\nthr", to: log)
            #expect(reader.news() == ["one", "two", "thr"])
            #expect(reader.news() == [])
            try append("ee\ndebian login: ", to: log)
            #expect(reader.news() == ["three", "debian login: "])
        }
    }

    @Test func `what an earlier boot said is no news to the next one's reader`() async throws {
        try await ScratchDirectory.with { scratch in
            let log = scratch.path.appending("console.log")
            try append("debian login: \n", to: log)
            var reader = ConsoleReader(log, from: try #require(FileStamp(of: log)).size)
            #expect(reader.news() == [])
            try append("[    0.0] Linux version 6.1\n", to: log)
            #expect(reader.news() == ["[    0.0] Linux version 6.1"])
        }
    }

    @Test func `a guest that floods its console costs no more than what is read at once`() async throws {
        try await ScratchDirectory.with { scratch in
            let log = scratch.path.appending("console.log")
            var reader = ConsoleReader(log)
            try append("first\n" + String(repeating: "x", count: 3 << 20) + "\nlast\n", to: log)
            let news = reader.news()
            #expect(news.count == 2 && news.last == "last")
            #expect(news.map(\.utf8.count).reduce(0, +) <= ConsoleReader.largestNews)
            #expect(ConsoleTail(log).lastLine == "last")
        }
    }

    private func append(_ text: String, to log: FilePath) throws {
        try Directory.create(log.removingLastComponent())
        let before = (try? WholeFile.readText(log)) ?? ""
        try WholeFile.write((before + text).utf8, to: log)
    }
}
