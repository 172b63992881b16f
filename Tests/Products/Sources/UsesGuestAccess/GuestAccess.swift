import GuestAccess
import HostSupport
import Quantities
import QuiverErrors

func name(_ helper: GuestHelper) async throws -> String {
    try await helper.ping(within: .seconds(5))
    return try await helper.collect(.shell("hostname"), within: .seconds(60)).text
}

func isTemporary(_ error: GuestAccessError) -> Bool { error.category == .temporary }
