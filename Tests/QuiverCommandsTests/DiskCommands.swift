import HostSupport
import HostTools
import SystemPackage
import Testing

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Commands that work on images, overlays and seeds, in a directory of their own and with an empty store.
struct DiskCommands {
    let directory: FilePath

    private var home: FilePath { directory.appending("home") }

    /// Runs the body with commands whose directory and store are removed afterwards.
    static func with(_ body: (DiskCommands) async throws -> Void) async throws {
        let directory = FilePath("/tmp/quiver-disks-\(UInt64.random(in: 0 ... .max))")
        try Directory.create(directory)
        try await withCleanup {
            try await body(DiskCommands(directory: directory))
        } cleanup: {
            try? Directory.removeTree(directory)
        }
    }

    /// Runs `quiver` with the words of a line; `DIRECTORY` in it stands for the directory.
    func run(_ line: String, environment: [String: String] = [:]) async throws -> ToolRun.Outcome {
        try await ToolRun.run(
            QuiverProcess.program.string,
            line.split(separator: " ").map { String($0.replacing("DIRECTORY", with: directory.string)) },
            environment: ["QUIVER_HOME": home.string].merging(environment) { _, given in given },
            workingDirectory: directory,
        )
    }

    /// What a command that succeeds prints to standard output, with the directory's path taken out.
    func output(_ line: String) async throws -> String {
        let outcome = try await run(line)
        try #require(outcome.status == 0, "\(line): \(outcome)")
        return outcome.output.replacing(directory.string, with: "DIRECTORY")
    }

    /// What a command prints as JSON.
    ///
    /// - Parameter status: The exit status that it must have.
    func json<Value: Decodable>(
        _ line: String,
        status: Int32 = 0,
        as type: Value.Type = Value.self,
    ) async throws -> Value {
        let outcome = try await run(line + " --format json")
        try #require(outcome.status == status, "\(line): \(outcome)")
        return try JSONDecoder().decode(Value.self, from: Data(outcome.output.utf8))
    }

    /// The one line in which a command says why it failed, and its exit status.
    func failure(_ line: String) async throws -> Failure {
        let outcome = try await run(line)
        let complaints = outcome.errors.split(separator: "\n").filter { $0.hasPrefix("quiver: ") }
        try #require(complaints.count == 1, "\(line): \(outcome)")
        let message = complaints[0].dropFirst("quiver: ".count).replacing(directory.string, with: "DIRECTORY")
        return Failure(status: outcome.status, message: String(message), output: outcome.output)
    }

    /// Runs lines that must fail, each with its status, its one line of reason and nothing on standard output.
    func expectFailures(_ failures: [(line: String, status: Int32, message: String)]) async throws {
        for (line, status, message) in failures {
            let failure = try await failure(line)
            #expect(failure.status == status, "\(line)")
            #expect(failure.message == message, "\(line)")
            #expect(failure.output.isEmpty, "\(line)")
        }
    }

    struct Failure {
        let status: Int32
        let message: String
        let output: String
    }

    /// Writes a file into the directory.
    func write(_ text: String, to name: String) throws {
        try WholeFile.write(text.utf8, to: directory.appending(name))
    }

    /// Makes a disk image by `qemu-img create`.
    func makeImage(_ name: String, _ options: String = "-f qcow2", size: String = "64M") async throws {
        let words = "create -q \(options) \(name) \(size)".split(separator: " ").map(String.init)
        let outcome = try await ToolRun.run("qemu-img", words, workingDirectory: directory)
        try #require(outcome.isSuccess, "\(outcome)")
    }
}
