import HostTools
import QuiverErrors

func version(of tool: String) async throws -> String {
    do {
        return try await ToolRun.run(tool, ["--version"]).output
    } catch let error as ToolMissing {
        return error.message
    }
}
