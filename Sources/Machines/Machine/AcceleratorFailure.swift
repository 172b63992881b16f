import HostSupport
import SystemPackage

/// QEMU's message when the accelerator could not execute the guest's code.
struct AcceleratorFailure {
    /// As in `KVM internal error. Suberror: 1, emulation failure`.
    let words: String

    /// Reads QEMU's log; nil if it has no such failure.
    init?(log: String) {
        let lines = log.split(whereSeparator: \.isNewline)
        // What follows are the processor's registers.
        let isHeading = { (line: Substring) in Self.headings.contains { line.hasPrefix($0) } }
        guard let heading = lines.lastIndex(where: isHeading) else { return nil }
        let cause = lines[heading...].dropFirst().first { $0 == "emulation failure" }
        words = ([lines[heading]] + [cause].compactMap(\.self)).joined(separator: ", ")
    }

    private static let headings = ["KVM internal error", "KVM: ", "error: kvm run failed"]
}

extension Machine {
    /// Why the guest is in the state ``RunState/internalError``, by QEMU's log; nil if the log does not say.
    package var acceleratorFailure: String? {
        (try? WholeFile.readText(directory.logFile)).flatMap { AcceleratorFailure(log: $0)?.words }
    }
}
