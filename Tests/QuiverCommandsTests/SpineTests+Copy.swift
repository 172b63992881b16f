import HostSupport
import HostTools
import LibC
import SystemPackage
import Testing

extension SpineTests {
    @Test func `a host without rsync copies into a machine and out of it, and fetches artifacts`() async throws {
        try await quiver.withFork("copies") { machine in
            let host = try HostWithoutRsync(quiver)
            try await copyBothWays(host, machine)
            try await fetchArtifacts(host, machine)
        }
    }

    private func copyBothWays(_ host: HostWithoutRsync, _ machine: String) async throws {
        let tree = quiver.home.appending("tree")
        try write("hello", tree.appending("a b/ünï"))
        try write("#!/bin/sh\n", tree.appending("run.sh"), mode: 0o755)
        try write(String(repeating: "0123456789", count: 300_000), tree.appending("large"))
        #expect(symlink("run.sh", tree.appending("link").string) == 0)

        let up = try await host.run("cp", tree.string, "\(machine):copies/")
        #expect(up.status == 0, "\(up.errors)")
        let there = try await host.run(
            "exec",
            machine,
            "--",
            "sh",
            "-c",
            "cd /home/*/copies/tree && stat -c '%U %a %F %n' run.sh link 'a b/ünï' | grep -v ^root && md5sum < large",
        )
        #expect(
            there.output.contains(" 755 regular file run.sh\n") && there.output.contains("symbolic link link\n")
                && there.output.contains(" 644 regular file a b/ünï\n"),
            "\(there.output)\(there.errors)"
        )

        let poison = try await host.run(
            "exec",
            machine,
            "--",
            "sh",
            "-c",
            """
            cd /home/*/copies/tree && cp /bin/true setuid && chmod 6755 setuid && ln -s /etc/shadow absolute &&
                ln -s ../../outside outside && mkfifo pipe && mknod disk b 8 0
            """,
        )
        #expect(poison.status == 0, "\(poison.errors)")
        let back = quiver.home.appending("back")
        let down = try await host.run("cp", "--root", "\(machine):/home/*/copies/tree", "\(back)/")
        #expect(down.status == 0, "\(down.errors)")
        let copy = back.appending("tree")
        #expect(Directory.names(in: copy) == ["a b", "large", "link", "run.sh", "setuid"])
        #expect(Directory.names(in: copy.appending("a b")) == ["ünï"])
        #expect(try WholeFile.read(copy.appending("large")) == WholeFile.read(tree.appending("large")))
        #expect(mode(copy.appending("setuid")) == 0o755 && mode(copy.appending("run.sh")) == 0o755)
        for name in ["absolute", "outside", "pipe", "disk"] {
            #expect(down.errors.contains("copies/tree/\(name) is left out: "), "\(down.errors)")
        }

        let secret = try await host.run("cp", "\(machine):/etc/shadow", back.string)
        #expect(secret.status == 1 && secret.errors.contains("use --root to copy as root"), "\(secret.errors)")
        let closed = try await host.run("cp", tree.appending("run.sh").string, "\(machine):/etc/")
        #expect(closed.status == 1 && closed.errors.contains("use --root to copy as root"), "\(closed.errors)")
    }

    private func fetchArtifacts(_ host: HostWithoutRsync, _ machine: String) async throws {
        let project = quiver.home.appending("makes-artifacts")
        try write("[tool.quiver]\nartifacts = [\"out/\", \"*.log\"]\n", project.appending("pyproject.toml"))
        let test = """
            import os
            def test_it():
                os.makedirs("out/deep")
                for name in "out/deep/result.txt", "run.log":
                    with open(name, "w") as file:
                        file.write("made in the guest")
                os.chmod("out/deep/result.txt", 0o6711)
                os.symlink("deep/result.txt", "out/latest")
                os.symlink("/etc/shadow", "out/shadow")

            """
        try write(test, project.appending("test_it.py"))
        let outcome = try await host.run("test", project.string, "--vm", machine)
        #expect(outcome.status == 0, "\(outcome.output)\(outcome.errors)")
        #expect(outcome.errors.contains("out/shadow is left out"), "\(outcome.errors)")
        #expect(Directory.names(in: project.appending("out")) == ["deep", "latest"])
        #expect(try WholeFile.readText(project.appending("out/latest")) == "made in the guest")
        #expect(try WholeFile.readText(project.appending("run.log")) == "made in the guest")
        #expect(mode(project.appending("out/deep/result.txt")) == 0o711)
    }

    private func write(_ text: String, _ path: FilePath, mode: mode_t = 0o644) throws {
        try Directory.create(path.removingLastComponent())
        try WholeFile.write(text.utf8, to: path)
        chmod(path.string, mode)
    }

    private func mode(_ path: FilePath) -> mode_t {
        var status = stat()
        return lstat(path.string, &status) == 0 ? status.st_mode & 0o7777 : 0
    }
}

/// The `quiver` command where `PATH` has every program of this host but rsync.
private struct HostWithoutRsync {
    let quiver: QuiverProcess
    let programs: FilePath

    init(_ quiver: QuiverProcess) throws {
        self.quiver = quiver
        programs = quiver.home.appending("programs")
        try Directory.create(programs)
        for directory in (HostEnvironment["PATH"] ?? "").split(separator: ":") {
            for name in Directory.names(in: FilePath(String(directory))) where name != "rsync" {
                // The first of a name is the one that is found.
                _ = symlink("\(directory)/\(name)", programs.appending(name).string)
            }
        }
    }

    func run(_ arguments: String...) async throws -> ToolRun.Outcome {
        try await ToolRun.run(
            QuiverProcess.program.string,
            arguments,
            environment: ["QUIVER_HOME": quiver.home.string, "PATH": programs.string],
        )
    }
}
