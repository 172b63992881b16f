import ArgumentParser
import Machines
import QAPI

/// An accelerator on the command line: `auto`, or the name of one.
struct AcceleratorArgument: ExpressibleByArgument {
    let choice: AcceleratorChoice

    init(_ choice: AcceleratorChoice) {
        self.choice = choice
    }

    init?(argument: String) {
        if argument == "auto" {
            choice = .automatic
        } else if let accelerator = Accelerator.supported.first(where: { $0.rawValue == argument }) {
            choice = .only(accelerator)
        } else {
            return nil
        }
    }

    static var allValueStrings: [String] { ["auto"] + Accelerator.supported.map(\.rawValue) }

    var defaultValueDescription: String {
        switch choice {
        case .automatic: "auto"
        case .only(let accelerator): accelerator.rawValue
        }
    }
}
