import ArgumentParser
import Machines

/// A guest's architecture on the command line, in QEMU's or a distribution's spelling.
struct ArchitectureArgument: ExpressibleByArgument {
    let architecture: GuestArchitecture

    init?(argument: String) {
        guard let architecture = GuestArchitecture(name: argument) else { return nil }
        self.architecture = architecture
    }

    static var allValueStrings: [String] { GuestArchitecture.allCases.map(\.rawValue) }
}

/// A forward on the command line, as in `8080:80`, `0:22`, `0.0.0.0:8080:80` or `5353:53/udp`.
struct ForwardArgument: ExpressibleByArgument {
    let forward: PortForward

    init?(argument: String) {
        guard let forward = PortForward(parsing: argument) else { return nil }
        self.forward = forward
    }
}

/// What a command waits for after starting a machine.
enum ReadinessArgument: String, ExpressibleByArgument, CaseIterable {
    case none
    case agent
    case ssh
    case cloudInit = "cloud-init"
}
