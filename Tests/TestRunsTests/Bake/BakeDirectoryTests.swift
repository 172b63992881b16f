import HostSupport
import PatienceForTests
import SystemPackage
import Testing

@testable import TestRuns

@Suite struct BakeDirectoryTests {
    @Test func `what a killed bake left is listed and removed, and what is being made is left alone`() async throws {
        try await ScratchHome.with { home in
            let bakes = BakeDirectory(home: home)
            for digest in ["dead", "alive"] { try Directory.create(bakes.staging(digest)) }
            try Directory.create(bakes.baked("done"))
            let held = try await FileLock.acquire(bakes.lock("alive"), within: Patience.seconds(10))
            // As a bake that was killed leaves its lock: there, and nobody's.
            try WholeFile.write("1\n".utf8, to: bakes.lock("dead"))

            let cache = RunCache(home: home)
            #expect(cache.abandonedBakes == [bakes.staging("dead")])
            #expect(cache.entries().map(\.kind) == [.bakedImage, .abandonedBake])
            try cache.removeAbandonedBakes()
            #expect(cache.abandonedBakes == [])
            #expect(Directory.names(in: bakes.path) == [".making-alive", "alive.lock", "done"])
            _ = consume held
        }
    }

    @Test func `pruning counts what a killed bake left`() async throws {
        try await ScratchHome.with { home in
            let bakes = BakeDirectory(home: home)
            try Directory.create(bakes.staging("dead"))
            let removed = try RunCache(home: home).prune(unusedFor: .zero)
            #expect(removed.map(\.directory) == [bakes.staging("dead")])
            #expect(Directory.names(in: bakes.path) == [])
        }
    }
}
