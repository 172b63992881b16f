import QMPClient
import QMPCore
import QuiverErrors
import SystemPackage
import WireJSON

func status(at socket: String) async throws -> JSON {
    do {
        return try await QMPConnection.withConnection(to: .unix("/run/qmp.sock")) {
            try await $0.execute("query-status")
        }
    } catch let error as QMPError where error.category == .temporary {
        return .null
    }
}
