import HostSupport
import Subprocess
package import SystemPackage
import Testing

/// A real QEMU that has a disk image open, as a running machine has.
package enum QemuHold {
    /// Runs the body while a stopped machine has the image open for writing.
    package static func `while`(
        _ path: FilePath,
        isOpenedWith format: String,
        _ body: @Sendable (_ process: Int32) async throws -> Void,
    ) async throws {
        let arguments = [
            "-M", "none", "-nodefaults", "-display", "none", "-monitor", "stdio",
            "-blockdev",
            "{\"driver\":\"\(format)\",\"node-name\":\"d\",\"file\":{\"driver\":\"file\",\"filename\":\"\(path)\"}}",
        ]
        _ = try await run(
            .name("qemu-system-x86_64"),
            arguments: Arguments(arguments),
            input: .inputWriter,
            output: .sequence,
            error: .discarded,
        ) { execution in
            // The prompt comes once the disk is open and locked.
            var text = ""
            for try await buffer in execution.standardOutput {
                text += buffer.withUnsafeBytes { String(decoding: $0, as: UTF8.self) }
                if text.contains("(qemu)") { break }
            }
            let writer = execution.standardInputWriter
            try await withCleanup {
                try await body(execution.processIdentifier.value)
            } cleanup: {
                _ = try? await writer.write("quit\n")
                try? await writer.finish()
            }
        }
    }
}
