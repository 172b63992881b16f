import ArgumentParser
import Machines

/// What a guest reaches, on the command line.
struct NetworkArgument: ExpressibleByArgument {
    let access: NetworkAccess

    init?(argument: String) {
        guard let access = NetworkAccess(rawValue: argument) else { return nil }
        self.access = access
    }

    static var allValueStrings: [String] { NetworkAccess.allCases.map(\.rawValue) }
}
