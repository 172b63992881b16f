import HostSupport
import LibC
import QAPI
import SystemPackage

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// The cached results of accelerator trials, by host and QEMU; a file that can be removed at any time.
struct AcceleratorMemory {
    struct Answer: Codable {
        /// Why the accelerator cannot be used; nil if it can.
        let reason: String?
    }

    let cache: FilePath

    private var file: FilePath { cache.appending("accelerators.json") }

    func answer(for key: String) -> Answer? { all[key] }

    func remember(_ answer: Answer, for key: String) {
        var answers = all
        answers[key] = answer
        // If the answer cannot be saved, it is found out again next time.
        guard let data = try? JSONEncoder().encode(answers) else { return }
        try? WholeFile.write(data, to: file)
    }

    private var all: [String: Answer] {
        guard let bytes = try? WholeFile.read(file) else { return [:] }
        return (try? JSONDecoder().decode([String: Answer].self, from: Data(bytes))) ?? [:]
    }

    /// A key for everything that an answer depends on: the trial, the QEMU program as it is now, the host and its
    /// kernel.
    static func key(qemu: QEMUInstallation, accelerator: Accelerator) -> String {
        var status = stat()
        stat(qemu.program.string, &status)
        var system = utsname()
        uname(&system)
        let host = withUnsafeBytes(of: &system.nodename) { text(of: $0) }
        let kernel = withUnsafeBytes(of: &system.release) { text(of: $0) }
        #if canImport(Darwin)
            let changed = status.st_mtimespec.tv_sec
        #else
            let changed = status.st_mtim.tv_sec
        #endif
        return "\(TrialGuest.version) \(accelerator) \(qemu.program) \(status.st_size) \(changed) \(host) \(kernel)"
    }

    private static func text(of field: UnsafeRawBufferPointer) -> String {
        String(decoding: field.prefix { $0 != 0 }, as: UTF8.self)
    }
}
