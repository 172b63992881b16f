import Digests
import HostSupport
import LibC
import QAPI
import Quantities
import SystemPackage
import Testing

@testable import Forks
@testable import Machines

@Suite struct TemplateCheckTests {
    /// Writes the files of a template; its QEMU is a file too, so that it can be replaced.
    private func template(in home: QuiverHome, keepsDigests: Bool = true) async throws -> Template {
        let directory = home.cache.appending("templates").appending("t-1")
        try Directory.create(directory)
        let program = home.data.appending("qemu")
        try WholeFile.write("program".utf8, to: program)
        try WholeFile.write([UInt8](repeating: 7, count: 100_000), to: directory.appending(TemplateFiles.memory))
        try WholeFile.write("state".utf8, to: directory.appending(TemplateFiles.state))
        let qemu = QEMUInstallation(architecture: .x86_64, program: program)
        let description = MachineDescription(architecture: .x86_64)
        var record = TemplateRecord(
            name: "t",
            ingredients: TemplateIngredients(of: description, qemu: qemu, accelerator: .tcg).list,
            description: description,
            accelerator: .tcg,
            qemuProgram: program.string,
            qemuDataDirectories: [],
            qemuVersion: "7.2.0",
            frozenAt: nil,
            nonce: nil,
            createdAt: 1,
            files: [],
        )
        for path in TemplateRecord.watched(in: directory, description: description) {
            let fingerprint = try #require(FileFingerprint(of: path))
            record.files.append(
                TemplateRecord.File(
                    path: path.string,
                    fingerprint: fingerprint.text,
                    size: fingerprint.size,
                    digest: keepsDigests ? try await FileDigest.sha256(of: path) : nil,
                )
            )
        }
        try MachineFile.write(record, to: directory.appending(TemplateFiles.record), machine: "t")
        // Times of files advance by the kernel's tick, which may be as long as 10 ms.
        try await Task.sleep(for: .milliseconds(30))
        return Template(directory: directory, record: record)
    }

    private func change(_ path: FilePath, at offset: Int64, to text: String) throws {
        let file = try FileDescriptor.open(path, .writeOnly)
        try file.closeAfter { _ = try file.writeAll(toAbsoluteOffset: offset, text.utf8) }
    }

    @Test func `an untouched template is accepted and found by what it is made of`() async throws {
        try await ScratchHome.with { home in
            let template = try await template(in: home)
            try await template.check()
            let store = TemplateStore(home: home)
            #expect(store.all().map(\.name) == ["t"])
        }
    }

    @Test(arguments: [TemplateFiles.memory, TemplateFiles.state])
    func `one altered byte is refused`(name: String) async throws {
        try await ScratchHome.with { home in
            let template = try await template(in: home)
            try change(template.directory.appending(name), at: 3, to: "!")
            let error = await #expect(throws: TemplateError.self) { try await template.check() }
            #expect(error?.code == .damaged)
            #expect(error?.message.contains("\(name) was modified") == true)
        }
    }

    @Test func `a file that was written to and has its old content again is accepted by its digest`() async throws {
        try await ScratchHome.with { home in
            let template = try await template(in: home)
            try change(template.stateFile, at: 0, to: "state")
            try await template.check()
            let unkept = try await self.template(in: home, keepsDigests: false)
            try change(unkept.stateFile, at: 0, to: "state")
            await #expect(throws: TemplateError.self) { try await unkept.check() }
        }
    }

    @Test func `a truncated or missing file is refused with what is wrong`() async throws {
        try await ScratchHome.with { home in
            let template = try await template(in: home)
            let file = try FileDescriptor.open(template.memoryFile, .writeOnly)
            try file.closeAfter { try file.resize(to: 99_999) }
            let short = await #expect(throws: TemplateError.self) { try await template.check() }
            #expect(short?.message.contains("has 99999 bytes instead of 100000") == true)
            try Directory.removeTree(template.memoryFile)
            let missing = await #expect(throws: TemplateError.self) { try await template.check() }
            #expect(missing?.message.contains("memory is missing") == true)
        }
    }

    /// A program in place of QEMU that tells this version.
    private func install(_ version: String, at program: FilePath) throws {
        try WholeFile.write("#!/bin/sh\necho 'QEMU emulator version \(version) (Debian 1:x)'\n".utf8, to: program)
        try #require(chmod(program.string, 0o755) == 0)
    }

    @Test func `a template of a QEMU that was replaced is refused with both versions`() async throws {
        try await ScratchHome.with { home in
            let template = try await template(in: home)
            let program = home.data.appending("qemu")
            for (version, words) in [
                ("11.1.3", "QEMU 7.2.0 was replaced by 11.1.3"), ("7.2.0", "QEMU 7.2.0 was reinstalled"),
            ] {
                try install(version, at: program)
                let error = await #expect(throws: TemplateError.self) { try await template.check() }
                #expect(error?.code == .mismatch)
                #expect(error?.message.contains(words) == true, "\(error as Any)")
            }
            try Directory.removeTree(program)
            let error = await #expect(throws: TemplateError.self) { try await template.check() }
            #expect(error?.message.contains("QEMU 7.2.0 at \(program) was removed") == true, "\(error as Any)")
        }
    }

    @Test func `a miss after an update of QEMU says both versions, and nothing of files`() async throws {
        try await ScratchHome.with { home in
            let template = try await template(in: home)
            let program = home.data.appending("qemu")
            let store = TemplateStore(home: home)
            func reasons(_ program: FilePath) async throws -> [String] {
                let qemu = QEMUInstallation(architecture: .x86_64, program: program)
                let now = TemplateIngredients(of: template.description, qemu: qemu, accelerator: .tcg)
                guard case .stale(let reasons) = await store.find("t", now) else { return [] }
                return reasons
            }
            try install("11.1.3", at: program)
            #expect(try await reasons(program) == ["QEMU 7.2.0 was replaced by 11.1.3"])
            let other = home.data.appending("other qemu")
            try install("7.2.0", at: other)
            #expect(try await reasons(other) == ["QEMU 7.2.0 at \(program) was replaced by \(other)"])
        }
    }

    @Test func `a miss says what is different now`() async throws {
        try await ScratchHome.with { home in
            let template = try await template(in: home)
            var other = template.ingredients
            other.set("processor", "qemu64")
            guard case .stale(let reasons) = await TemplateStore(home: home).find("t", other) else {
                Issue.record("found, although something differs")
                return
            }
            #expect(reasons == ["processor: was max,la57=off, is qemu64"])
        }
    }

    @Test func `pruning removes what was used longest ago, and what a dead process left`() async throws {
        try await ScratchHome.with { home in
            let template = try await template(in: home)
            let store = TemplateStore(home: home)
            let dead = home.cache.appending("templates").appending("scratch-999999999-x")
            try Directory.create(dead)
            let own = try store.scratchDirectory()
            try Directory.create(own)
            #expect(try store.prune(keeping: .mebibytes(1)).isEmpty)
            #expect(!HostFile.exists(dead) && HostFile.exists(own))
            #expect(try store.prune(keeping: ByteCount(0)).map(\.name) == ["t"])
            #expect(!HostFile.exists(template.directory))
        }
    }

    @Test func `a machine that could not fit is refused before it is started`() async throws {
        try await ScratchHome.with { home in
            let huge = MachineDescription(memory: .gibibytes(1 << 30))
            let error = #expect(throws: TemplateError.self) {
                try TemplateStore(home: home).checkSpace(for: huge, named: "t")
            }
            #expect(error?.code == .noSpace)
        }
    }
}
