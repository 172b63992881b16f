import GuestAccess

/// Quiver's pytest plugins in a guest: one through which the host controls pytest, one that records results for
/// reports.
enum PytestPlugin {
    /// The control plugin's source.
    static var source: String { String(decoding: PackageResources.quiver_pytest_py, as: UTF8.self) }

    static let directory = "/usr/local/lib/quiver"
    static let port = "/dev/virtio-ports/org.quiver.pytest.0"
    private static let recordFile = "/run/quiver-record.json"

    /// The command that installs the control plugin in a guest, and lets `user` open its port.
    static func installation(user: String?) -> GuestCommand {
        let chown = user.map { " && chown \(ShellWords.quoted($0)) \"$(readlink -f \(port))\"" } ?? ""
        return writing("quiver_pytest", source, then: chown)
    }

    /// The command that installs the recorder in a guest, and lets `user` write its record.
    static func recorderInstallation(user: String?) -> GuestCommand {
        let chown = user.map { " && : > \(recordFile) && chown \(ShellWords.quoted($0)) \(recordFile)" } ?? ""
        let source = String(decoding: PackageResources.quiver_recorder_py, as: UTF8.self)
        return writing("quiver_recorder", source, then: chown)
    }

    /// The command that prints what the recorder wrote.
    static let readingOfRecord = GuestCommand(["cat", recordFile])

    /// The command that writes a Python module into a guest, and continues with the rest of a shell command line.
    static func writing(_ module: String, _ source: String, then rest: String = "") -> GuestCommand {
        var command = GuestCommand.shell("mkdir -p \(directory) && cat > \(directory)/\(module).py\(rest)")
        command.input = Array(source.utf8)
        return command
    }

    /// The environment that makes the first pytest that a command starts load the plugins; they remove it for any
    /// pytest that tests start.
    ///
    /// - Parameters:
    ///   - checkpoint: When the machine is frozen; nil omits the control plugin.
    ///   - records: Whether the recorder is loaded.
    static func environment(checkpoint: ProjectConfiguration.Checkpoint?, records: Bool) -> [String: String] {
        var names: [String] = []
        var environment: [String: String] = [:]
        if let checkpoint {
            names.append("quiver_pytest")
            environment["QUIVER_PYTEST_PORT"] = port
            environment["QUIVER_PYTEST_CHECKPOINT"] = checkpoint.rawValue
        }
        if records {
            names.append("quiver_recorder")
            environment["QUIVER_PYTEST_RECORD"] = recordFile
        }
        guard !names.isEmpty else { return [:] }
        environment["PYTHONPATH"] = directory
        environment["PYTEST_PLUGINS"] = names.joined(separator: ",")
        return environment
    }
}
