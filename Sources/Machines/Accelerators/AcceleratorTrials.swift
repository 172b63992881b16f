import HostSupport
public import Logging
import Quantities
public import SystemPackage

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Which accelerator was chosen, and why not a faster one.
public struct AcceleratorVerdict: Hashable, Codable, Sendable {
    /// One that was tried and does not run a guest.
    public struct Rejection: Hashable, Codable, Sendable, CustomStringConvertible {
        public let accelerator: Accelerator
        public let reason: String

        public var description: String { "\(accelerator): \(reason)" }
    }

    public let accelerator: Accelerator
    /// The faster ones that were tried in vain, fastest first.
    public let rejected: [Rejection]
}

/// Finds out which accelerators run a guest on this host, by running one, and remembers the answer.
public struct AcceleratorTrials: Sendable {
    let qemu: QEMUInstallation
    /// The folder that the answers are kept in.
    let cache: FilePath
    /// How long the trial's guest may take; in software it takes a tenth of a second.
    let deadline: Duration
    let logger: Logger

    public init(
        qemu: QEMUInstallation,
        cache: FilePath,
        deadline: Duration = .seconds(5),
        logger: Logger = Logger(label: "quiver.machines"),
    ) {
        self.qemu = qemu
        self.cache = cache
        self.deadline = deadline
        self.logger = logger
    }

    /// Chooses an accelerator.
    ///
    /// - Throws: ``MachineError`` with code `acceleratorUnusable` and the reason when one was asked for that does not
    ///   run a guest here.
    public func choose(_ choice: AcceleratorChoice, machine: String) async throws -> AcceleratorVerdict {
        switch choice {
        case .only(let accelerator):
            guard let reason = try await reasonAgainst(accelerator) else {
                return AcceleratorVerdict(accelerator: accelerator, rejected: [])
            }
            throw MachineError(
                .acceleratorUnusable,
                machine: machine,
                "the accelerator \(accelerator) does not run a guest on this host (\(reason)); use `auto` or `tcg`",
            )
        case .automatic:
            var rejected: [AcceleratorVerdict.Rejection] = []
            for accelerator in candidates {
                guard let reason = try await reasonAgainst(accelerator) else {
                    return AcceleratorVerdict(accelerator: accelerator, rejected: rejected)
                }
                rejected.append(AcceleratorVerdict.Rejection(accelerator: accelerator, reason: reason))
            }
            return AcceleratorVerdict(accelerator: .tcg, rejected: rejected)
        }
    }

    /// What can be faster than software for this guest on this system.
    private var candidates: [Accelerator] {
        guard qemu.architecture == .host else { return [] }
        #if os(macOS)
            return [.hvf]
        #else
            return [.kvm]
        #endif
    }

    /// Why the accelerator cannot be used; nil when it can.
    private func reasonAgainst(_ accelerator: Accelerator) async throws -> String? {
        if accelerator == .tcg { return nil }
        guard candidates.contains(accelerator) else {
            return qemu.architecture == .host
                ? "it does not exist on this system" : "it only runs guests of the host's own architecture"
        }
        if accelerator == .kvm {
            guard HostFile.exists("/dev/kvm") else { return "there is no /dev/kvm" }
            guard access("/dev/kvm", R_OK | W_OK) == 0 else {
                return "/dev/kvm may not be opened; add yourself to the group kvm"
            }
        }
        let memory = AcceleratorMemory(cache: cache)
        let key = AcceleratorMemory.key(qemu: qemu, accelerator: accelerator)
        if let known = memory.answer(for: key) { return known.reason }
        let reason = try await tryOut(accelerator)
        logger.debug(
            "Accelerator tried",
            metadata: ["accelerator": "\(accelerator)", "reason-against": "\(reason ?? "none")"],
        )
        memory.remember(.init(reason: reason), for: key)
        return reason
    }

    /// Runs the trial's guest under the accelerator.
    func tryOut(_ accelerator: Accelerator) async throws -> String? {
        let guest = TrialGuest(architecture: qemu.architecture)
        let image = cache.appending("trial-\(getpid())-\(UInt32.random(in: 0 ... .max)).img")
        try Folder.create(cache)
        try WholeFile.write(guest.image, to: image)
        defer { unlink(image.string) }
        let processor = MachineDescription(architecture: qemu.architecture).effectiveProcessor(under: accelerator)
        let arguments =
            qemu.dataFolders.flatMap { ["-L", $0.string] } + guest.arguments(image: image.string)
            + ["-accel", accelerator.rawValue, "-cpu", processor]
        do {
            let program = qemu.program.string
            let outcome = try await withDeadline(deadline, waitingFor: "a trial guest") {
                try await ToolRun.run(program, arguments)
            }
            if outcome.output.contains(TrialGuest.word) { return nil }
            return "a trial guest did not start: \(outcome.lastWords)"
        } catch is DeadlineExceeded {
            return "a trial guest hung: it said nothing within \(deadline.shortText)"
        }
    }
}
