import HostSupport
import HostTools
import LibC
public import Logging
public import QAPI
import Quantities
public import SystemPackage

/// Which accelerator was chosen, and why not a faster one.
public struct AcceleratorVerdict: Hashable, Codable, Sendable {
    /// An accelerator that was tried and does not run a guest.
    public struct Rejection: Hashable, Codable, Sendable, CustomStringConvertible {
        /// The accelerator that was tried.
        public let accelerator: Accelerator
        /// Why it does not run a guest, as the end of a sentence.
        public let reason: String

        /// Accelerator and reason, as in `kvm: there is no /dev/kvm`.
        public var description: String { "\(accelerator): \(reason)" }
    }

    /// The accelerator to use.
    public let accelerator: Accelerator
    /// The faster ones that were tried without success, fastest first.
    public let rejected: [Rejection]
    /// Whether a guest was run to find this out; otherwise an earlier result was cached, or no trial was needed.
    public let isNew: Bool
}

/// Finds out which accelerators run a guest on this host, by running one, and caches the answer.
public struct AcceleratorTrials: Sendable {
    let qemu: QEMUInstallation
    /// The directory of cached answers.
    let cache: FilePath
    /// How long the trial guest may take; under software emulation it takes a tenth of a second.
    let deadline: Duration
    let logger: Logger
    /// The device without which there is no KVM.
    var kvmDevice: FilePath = "/dev/kvm"
    /// Where Linux lists the processors' features.
    var processorList: FilePath = "/proc/cpuinfo"

    /// Creates trials for one QEMU; nothing is run yet.
    ///
    /// - Parameters:
    ///   - cache: The directory that the answers are kept in; it is created when it is needed.
    ///   - deadline: How long the trial's guest may take before it counts as hung, which is not remembered.
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
    /// - Throws: ``MachineError`` with code `acceleratorUnusable` and the reason if the requested one does not run
    ///   a guest here.
    public func choose(_ choice: AcceleratorChoice, machine: String) async throws -> AcceleratorVerdict {
        switch choice {
        case .only(let accelerator):
            let (reason, isNew) = try await reasonAgainst(accelerator)
            guard let reason else { return AcceleratorVerdict(accelerator: accelerator, rejected: [], isNew: isNew) }
            throw MachineError(
                .acceleratorUnusable,
                machine: machine,
                "accelerator \(accelerator) cannot run guests on this host (\(reason)); use `auto` or `tcg`",
            )
        case .automatic:
            var rejected: [AcceleratorVerdict.Rejection] = []
            var hasTried = false
            for accelerator in candidates {
                let (reason, isNew) = try await reasonAgainst(accelerator)
                hasTried = hasTried || isNew
                guard let reason else {
                    return AcceleratorVerdict(accelerator: accelerator, rejected: rejected, isNew: hasTried)
                }
                rejected.append(AcceleratorVerdict.Rejection(accelerator: accelerator, reason: reason))
            }
            return AcceleratorVerdict(accelerator: .tcg, rejected: rejected, isNew: hasTried)
        }
    }

    /// The accelerators that can be faster than software emulation for this guest on this system.
    private var candidates: [Accelerator] {
        guard qemu.architecture == .host else { return [] }
        #if os(macOS)
            return [.hvf]
        #else
            return [.kvm]
        #endif
    }

    /// Why the accelerator cannot be used, as far as this is known without a trial; nil if only a trial can tell.
    private func reasonWithoutTrial(against accelerator: Accelerator) -> String? {
        guard candidates.contains(accelerator) else {
            return qemu.architecture == .host
                ? "not available on this system" : "only runs guests of the host's architecture"
        }
        guard accelerator == .kvm else { return nil }
        guard HostFile.exists(kvmDevice) else { return "\(kvmDevice) does not exist" }
        guard access(kvmDevice.string, R_OK | W_OK) == 0 else {
            return "no permission to open \(kvmDevice); add yourself to the group kvm"
        }
        if let list = try? WholeFile.readText(processorList), ProcessorFlags(list)?.lackVirtualisation == true {
            return "the processor has no virtualisation support: \(processorList) lists neither vmx nor svm"
        }
        return nil
    }

    /// Why the accelerator cannot be used, nil if it can; and whether a guest was run to find out.
    private func reasonAgainst(_ accelerator: Accelerator) async throws -> (reason: String?, isNew: Bool) {
        if accelerator == .tcg { return (nil, false) }
        if let reason = reasonWithoutTrial(against: accelerator) { return (reason, false) }
        let memory = AcceleratorMemory(cache: cache)
        let key = AcceleratorMemory.key(qemu: qemu, accelerator: accelerator)
        if let known = memory.answer(for: key) { return (known.reason, false) }
        let outcome = try await tryOut(accelerator)
        logger.debug("Accelerator tried", metadata: ["accelerator": "\(accelerator)", "outcome": "\(outcome)"])
        switch outcome {
        case .works: memory.remember(.init(reason: nil), for: key)
        case .refused(let reason): memory.remember(.init(reason: reason), for: key)
        // It may be different at the next start.
        case .unsettled: break
        }
        return (outcome.reason, true)
    }

    /// The result of a trial.
    enum Outcome: Hashable {
        case works
        /// It does not run guests on this host.
        case refused(String)
        /// It did not run one this time, for a temporary reason: a busy host, or a device that another program uses.
        case unsettled(String)

        var reason: String? {
            switch self {
            case .works: nil
            case .refused(let reason), .unsettled(let reason): reason
            }
        }
    }

    /// Runs the trial guest under the accelerator.
    func tryOut(_ accelerator: Accelerator) async throws -> Outcome {
        let guest = TrialGuest(architecture: qemu.architecture)
        let image = cache.appending("trial-\(getpid())-\(UInt32.random(in: 0 ... .max)).img")
        try Directory.create(cache)
        try WholeFile.write(guest.image, to: image)
        defer { unlink(image.string) }
        let processor = MachineDescription(architecture: qemu.architecture).effectiveProcessor(under: accelerator)
        let arguments =
            qemu.dataDirectories.flatMap { ["-L", $0.string] } + guest.arguments(image: image.string)
            + ["-accel", accelerator.rawValue, "-cpu", processor]
        do {
            let program = qemu.program.string
            let outcome = try await withDeadline(deadline, waitingFor: "a trial guest") {
                try await ToolRun.run(program, arguments)
            }
            if outcome.output.contains(TrialGuest.word) { return .works }
            let end = "QEMU exited with status \(outcome.status): \(outcome.lastWords)"
            let reason = "a trial guest did not start: \(end)"
            return Self.mayPass(outcome) ? .unsettled(reason) : .refused(reason)
        } catch is DeadlineExceeded {
            return .unsettled("a trial guest hung: no output within \(deadline.shortText)")
        }
    }

    /// Whether QEMU could not run at this moment, which says nothing about the accelerator.
    private static func mayPass(_ outcome: ToolRun.Outcome) -> Bool {
        let passing = [
            "Device or resource busy", "Resource busy", "Cannot allocate memory", "No space left", "Too many open",
        ]
        // A status above 128 means that a signal ended it, for example because the system ran out of memory.
        return outcome.status > 128 || passing.contains { outcome.errors.contains($0) }
    }
}
