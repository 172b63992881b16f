import DiskImages
import HostSupport
import SystemPackage

extension Examination {
    /// The problems of one machine of the store.
    func machine(_ name: String) -> [Finding] {
        let subject = "machine \(name)"
        // A fork whose creation was interrupted is reported as a leftover.
        guard !store.directory(of: name).isInterruptedFork, let status = try? store.status(of: name) else { return [] }
        guard let description = status.description else {
            // A missing description means a leftover, or that it is being written at this moment.
            guard HostFile.exists(store.directory(of: name).descriptionFile) else { return [] }
            return [
                Finding(
                    .problem,
                    subject,
                    "\(store.directory(of: name).descriptionFile) is not a valid machine description",
                    hint: "fix that file, or remove the machine with `quiver rm \(name)`",
                )
            ]
        }
        var findings: [Finding] = []
        switch status.state {
        case .busy, .stopped: break
        case .running:
            guard store.directory(of: name).isLeftPaused else { break }
            findings.append(
                Finding(
                    .problem,
                    subject,
                    "the guest is paused: a command that was copying it was killed",
                    hint: "resume it with `quiver status \(name)`",
                )
            )
        case .crashed:
            findings.append(
                Finding(
                    .warning,
                    subject,
                    "not running (last exit: \(status.cause.map { "\($0)" } ?? "unknown"))",
                    hint: "see \(store.directory(of: name).logFile), then start it again",
                )
            )
        case .stale:
            findings.append(
                Finding(
                    .warning,
                    subject,
                    "QEMU disappeared without recording why",
                    hint: "start it again with `quiver start \(name)`",
                )
            )
        }
        for drive in description.drives { findings += disk(drive, of: subject) }
        return findings.isEmpty ? [Finding(.fine, subject, status.state.rawValue)] : findings
    }

    /// The problems of a drive's file: missing, or on a base that was moved or modified.
    private func disk(_ drive: Drive, of subject: String) -> [Finding] {
        guard HostFile.exists(drive.file) else {
            return [Finding(.problem, subject, "drive \(drive.id): \(drive.file) does not exist")]
        }
        guard drive.format == .qcow2 else { return [] }
        do {
            return try OverlayCheck(drive.file, searchDirectories: [store.home.images]).findings.compactMap { finding in
                switch finding.severity {
                case .note: nil
                case .warning: Finding(.warning, subject, finding.message, hint: finding.hint)
                case .error:
                    Finding(
                        .problem,
                        subject,
                        finding.message,
                        hint: finding.hint,
                        isFixable: finding.movedBase != nil,
                    )
                }
            }
        } catch {
            return [Finding(.problem, subject, "drive \(drive.id): \(error)")]
        }
    }
}
