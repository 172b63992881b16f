import GuestAccess
import HostSupport
import Machines
import QAPI
import QMPClient
import Quantities
import QuiverErrors

func boot() async throws {
    var description = MachineDescription(processorCount: 1, memory: .mebibytes(256))
    description.watchdog = .reset
    try await withMachine(description) { machine in
        try await machine.withGuest(ready: .helper) { guest in
            _ = try await guest.output("uname")
            try await machine.saveSnapshot("clean")
            _ = try await machine.restore("clean")
        }
        let state: RunState = try await machine.runState()
        print(state.isRunning, try await machine.qmp.queryStatus().running)
    }
}

func end(_ name: String, in home: QuiverHome) async throws -> PowerDown {
    try await MachineStore(home: home).withMachine(attachedTo: name) { machine in
        try await machine.powerDown()
    }
}
