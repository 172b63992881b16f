import HostSupport
import HostTools
import PatienceForTests
import SystemPackage
import Testing

@testable import Forks
@testable import Machines

/// Templates that changed after they were made: refused when they are forked, with the reason.
@Suite(.tags(.qemu), .hangLimit(minutes: 20))
struct DamagedTemplateTests {
    /// Makes a template of its own to be spoilt.
    private func withTemplate(_ body: (Template) async throws -> Void) async throws {
        let scratch = try TemplateStore().scratchDirectory()
        let template = try await ForkFixture.template()
        try await withCleanup {
            let own = try await template.withFork(options: ForkOptions(memory: .copied)) { fork in
                try await fork.machine.freeze(
                    to: scratch,
                    name: "spoilt",
                    ingredients: TemplateIngredients(),
                    helper: fork.helper,
                    keepsDigests: true,
                )
            }
            try await body(own)
        } cleanup: {
            try? Directory.removeTree(scratch)
        }
    }

    private func expectRefusal(_ template: Template, _ code: TemplateError.Code, _ words: String) async {
        let error = await #expect(throws: TemplateError.self) { try await template.withFork { _ in } }
        #expect(error?.code == code)
        #expect(error?.message.contains(words) == true, "\(String(describing: error))")
    }

    @Test func `a template is its owner's alone, and refused once a byte of it was altered or is gone`() async throws {
        try await withTemplate { template in
            let readable = try await ToolRun.run(
                "find",
                [template.directory.string, "-type", "f", "-not", "-perm", "600"]
            )
            #expect(readable.isSuccess && readable.output.isEmpty, "\(readable.output)")
            try await template.withFork { _ in }
            let file = try FileDescriptor.open(template.memoryFile, .readWrite)
            try await file.closeAfterwards {
                var byte: [UInt8] = [0]
                _ = try byte.withUnsafeMutableBytes { try file.read(fromAbsoluteOffset: 5_000_000, into: $0) }
                byte[0] ^= 1
                try file.writeAll(toAbsoluteOffset: 5_000_000, byte)
                await expectRefusal(template, .damaged, "memory was modified")
                // Put back as it was, it is as good as before: its digest says so.
                byte[0] ^= 1
                try file.writeAll(toAbsoluteOffset: 5_000_000, byte)
                try await template.withFork { _ in }
                try file.resize(to: 4096)
                await expectRefusal(template, .damaged, "memory has 4096 bytes instead of")
            }
        }
    }

    @Test func `a template of the other QEMU is refused`() async throws {
        let other = try #require(Board.qemus.last ?? nil, "QUIVER_TEST_QEMU_NEXT names no second QEMU")
        let qemu = try QEMUInstallation.find(for: .host, at: other)
        let template = try await ForkFixture.template()
        var record = template.record
        record.qemuProgram = qemu.program.string
        await expectRefusal(Template(directory: template.directory, record: record), .mismatch, "was replaced by")
    }
}

extension FileDescriptor {
    fileprivate func closeAfterwards(_ body: () async throws -> Void) async throws {
        defer { try? close() }
        try await body()
    }
}
