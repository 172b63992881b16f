public import HostSupport
import HostTools
import Quantities
import SystemPackage

/// Examines a host and its machines: what is missing, left over or broken.
public struct Examination: Sendable {
    let store: MachineStore

    /// Creates an examination of this host and of the machines of a home; nothing is looked at yet.
    public init(home: QuiverHome = .current) {
        store = MachineStore(home: home)
    }

    /// All findings, those of the host first.
    public func findings() async -> [Finding] {
        var findings: [Finding] = []
        for architecture in GuestArchitecture.allCases { findings += await qemu(for: architecture) }
        findings += GuestArchitecture.allCases.map(firmware)
        findings += tools()
        findings.append(disk())
        findings += store.names.flatMap(machine)
        findings += await leftovers().map(\.finding)
        return findings
    }

    private func qemu(for architecture: GuestArchitecture) async -> [Finding] {
        let name = QEMUInstallation.programName(for: architecture)
        do {
            let qemu = try QEMUInstallation.find(for: architecture)
            let version = try await ToolRun.run(qemu.program.string, ["--version"]).output
                .split(separator: "\n").first.map(String.init)
            let trials = AcceleratorTrials(qemu: qemu, cache: store.home.cache)
            let verdict = try await trials.choose(.automatic, machine: name)
            let rejected = verdict.rejected.map { "; not \($0.description)" }.joined()
            return [
                Finding(.fine, name, "\(version ?? "unknown version") at \(qemu.program)"),
                Finding(.fine, "accelerator for \(architecture)", "\(verdict.accelerator)\(rejected)"),
            ]
        } catch let error as MachineError {
            let severity: Finding.Severity = architecture == .host ? .problem : .warning
            return [Finding(severity, name, error.message)]
        } catch let error as FileFailure {
            let hint = "make it writable, or set QUIVER_HOME to another directory"
            return [Finding(.problem, "\(error.path)", "cannot \(error.action): \(error.reason)", hint: hint)]
        } catch {
            return [Finding(.problem, name, "\(error)")]
        }
    }

    private func firmware(for architecture: GuestArchitecture) -> Finding {
        let subject = "UEFI firmware for \(architecture)"
        let program = (try? QEMUInstallation.find(for: architecture))?.program ?? "/usr/bin/qemu"
        guard let files = FirmwareFiles.find(for: architecture, beside: program) else {
            return Finding(.warning, subject, "not installed", hint: FirmwareFiles.hint(for: architecture))
        }
        return Finding(.fine, subject, files.code.string)
    }

    private func tools() -> [Finding] {
        var wanted = [
            (
                "ssh", PackageHint(debian: "openssh-client", fedora: "openssh-clients", homebrew: "openssh"),
                "ssh access to guests"
            ),
            ("rsync", PackageHint(debian: "rsync", homebrew: "rsync"), "copying projects"),
            ("qemu-img", .qemuImg, "snapshots of stopped machines"),
        ]
        #if os(Linux)
            wanted.append(("mmdebstrap", PackageHint(debian: "mmdebstrap"), "building images"))
        #endif
        let directories = (HostEnvironment["PATH"] ?? "").split(separator: ":").map { FilePath(String($0)) }
        return wanted.map { tool, hint, purpose in
            if let directory = directories.first(where: { HostFile.isExecutable($0.appending(tool)) }) {
                return Finding(.fine, tool, directory.appending(tool).string)
            }
            return Finding(
                .warning,
                tool,
                "not installed; needed for \(purpose)",
                hint: hint.command.map { "install it with `\($0)`" },
            )
        }
    }

    private func disk() -> Finding {
        let home = store.home.data
        guard let free = HostDisk.free(at: home) else { return Finding(.fine, "\(home)", "not created yet") }
        guard free >= .gibibytes(2) else {
            return Finding(.warning, "\(home)", "\(free) free; a guest and its snapshots need several gigabytes")
        }
        return Finding(.fine, "\(home)", "\(free) free")
    }
}
