import Forks
import GuestAccess
import HostSupport
import Machines
import QuiverErrors

func greet(_ template: Template, home: QuiverHome) async throws -> String {
    try await template.withFork(home: home) { fork in
        guard let helper: GuestHelper = fork.helper else { return fork.machine.name }
        return try await helper.collect(GuestCommand(["uname"]), within: .seconds(60)).text
    }
}

let options = ForkOptions()
