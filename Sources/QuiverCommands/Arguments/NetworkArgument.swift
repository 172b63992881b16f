import ArgumentParser
import Machines
import TestRuns

/// What a guest reaches, on the command line.
struct NetworkArgument: ExpressibleByArgument {
    let access: NetworkAccess

    init?(argument: String) {
        guard let access = NetworkAccess(rawValue: argument) else { return nil }
        self.access = access
    }

    static var allValueStrings: [String] { NetworkAccess.allCases.map(\.rawValue) }
}

/// What the guests of tests reach, on the command line: they need a card, for ssh and rsync.
struct TestNetworkArgument: ExpressibleByArgument {
    let network: ProjectConfiguration.Network

    init?(argument: String) {
        guard let network = ProjectConfiguration.Network(rawValue: argument) else { return nil }
        self.network = network
    }

    static var allValueStrings: [String] { ProjectConfiguration.Network.allCases.map(\.rawValue) }
}
