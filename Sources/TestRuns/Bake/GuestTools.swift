import GuestAccess

/// Installs the tools that a test run needs in the guest, and runs the project's setup commands.
struct GuestTools {
    let helper: GuestHelper
    let limits: TestRunLimits

    /// Installs pytest if the image lacks it.
    ///
    /// - Parameter needsPytest: Whether pytest is run from the distribution's Python; a project with its own command
    ///   installs its own.
    func ensure(needsPytest: Bool) async throws {
        guard needsPytest else { return }
        try await ensure(
            "pytest",
            check: "python3 -c 'import pytest'",
            package: ["python3-pytest", "python3-pytest", "py3-pytest"],
        )
    }

    /// Runs one setup command as root in the project's directory.
    func run(setup line: String, in directory: String) async throws {
        var command = GuestCommand.shell(line)
        command.workingDirectory = directory
        command.environment = ["DEBIAN_FRONTEND": "noninteractive", "HOME": "/root"]
        let outcome = try await helper.collect(command, within: limits.setup)
        guard outcome.isSuccess else {
            throw TestRunError(.bakeFailed, "setup command \"\(line)\" failed in the guest: \(outcome.lastWords)")
        }
    }

    /// Whether the guest is about to reboot or to power itself off.
    func isGoingDown() async throws -> Bool {
        let state = try await helper.collect(.shell("systemctl is-system-running"), within: limits.setup)
        return state.text.hasPrefix("stopping")
    }

    /// What a guest does whose power_state has a command as condition.
    enum PowerDecision: String {
        /// cloud-init has not run that command yet.
        case pending
        case leaving
        case staying
    }

    /// The guest's decision about its power, after cloud-init has finished.
    ///
    /// cloud-init leaves a process behind that waits until cloud-init ends, runs the command and shuts the guest down.
    /// A scheduled shutdown is recorded in a file.
    func powerDecision() async throws -> PowerDecision {
        let question = GuestCommand.shell(
            """
            if [ -e /run/systemd/shutdown/scheduled ] || [ "$(systemctl is-system-running)" = stopping ]; then
                echo leaving
            elif cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\\0' ' ' | grep -q '[b]in/cloud-init'; then
                echo pending
            else
                echo staying
            fi
            """
        )
        let words = try await helper.collect(question, within: .seconds(20)).text.split(whereSeparator: \.isWhitespace)
        return words.first.flatMap { PowerDecision(rawValue: String($0)) } ?? .pending
    }

    /// - Parameter package: The package's name for apt, dnf and apk.
    private func ensure(_ tool: String, check: String, package: [String]) async throws {
        let found = try await helper.collect(.shell(check), within: limits.setup)
        guard !found.isSuccess else { return }
        let installation = """
            if command -v apt-get >/dev/null; then
                export DEBIAN_FRONTEND=noninteractive
                apt-get -qq update && apt-get -qq install --no-install-recommends \(package[0])
            elif command -v dnf >/dev/null; then dnf -q -y install \(package[1])
            elif command -v apk >/dev/null; then apk -q add \(package[2])
            else echo 'no package manager that Quiver knows' >&2; exit 1; fi
            """
        let outcome = try await helper.collect(.shell(installation), within: limits.setup)
        guard outcome.isSuccess else {
            throw TestRunError(.noPytest, "the guest has no \(tool) and cannot install it: \(outcome.lastWords)")
        }
    }
}
