import ArgumentParser
import GuestAccess
import Machines

/// The command `quiver ssh-config`.
struct SSHConfigCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ssh-config",
        abstract: "Print OpenSSH client configuration for running machines.",
        discussion: """
            For ssh, rsync, Ansible, editors and other programs that read an OpenSSH configuration file. The output has a \
            `Host` block for each machine with the options that `quiver ssh` uses: port, user, key, and strict checking \
            of the host key. The port is valid until the machine is stopped.

            If one machine is not running, the others are still printed. The exit status is that of the first failure.

              quiver ssh-config vm1 vm2 > cfg
              ssh -F cfg vm1
              rsync -e "ssh -F cfg" -a data/ vm1:data/
              ansible all -i vm1,vm2, --ssh-common-args "-F cfg" -m ping
            """,
    )

    @OptionGroup var machines: MachineNames

    @Option(help: "The user to log in as (default: the image's default user).")
    var user: String?

    func run() async throws {
        var failures = FailureTally()
        var isFirst = true
        for name in machines.each {
            let endpoint = try await failures.attempt { try await withAttachedMachine(name) { try $0.ssh() } }
            guard var endpoint else { continue }
            endpoint.user = user ?? endpoint.user
            let block = endpoint.configuration(for: name)
            try StandardOutput.print((isFirst ? "" : "\n") + block.dropLast())
            isFirst = false
        }
        try failures.conclude()
    }
}
