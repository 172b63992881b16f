import GuestAccess

/// The plugin through which the host directs pytest in a guest: one Python file.
enum PytestPlugin {
    /// The plugin's source.
    static var source: String { String(decoding: PackageResources.quiver_pytest_py, as: UTF8.self) }

    private static let folder = "/usr/local/lib/quiver"

    /// The command that writes the plugin into a guest, and lets `user` open its port.
    static func installation(user: String?) -> GuestCommand {
        let port = "/dev/virtio-ports/\(portName)"
        let chown = user.map { " && chown \(ShellWords.quoted($0)) \"$(readlink -f \(port))\"" } ?? ""
        var command = GuestCommand.shell("mkdir -p \(folder) && cat > \(folder)/quiver_pytest.py\(chown)")
        command.input = Array(source.utf8)
        return command
    }

    /// What makes the first pytest that a command starts load the plugin; it hides this from pytests that tests start.
    static func environment(checkpoint: ProjectConfiguration.Checkpoint) -> [String: String] {
        [
            "PYTHONPATH": folder, "PYTEST_PLUGINS": "quiver_pytest",
            "QUIVER_PYTEST_PORT": "/dev/virtio-ports/\(portName)",
            "QUIVER_PYTEST_CHECKPOINT": checkpoint.rawValue,
        ]
    }

    private static let portName = "org.quiver.pytest.0"
}
