import Machines
import Testing

/// Expects the body to fail with a ``MachineError`` of the code given.
func expect(
    failing code: MachineError.Code,
    sourceLocation: SourceLocation = #_sourceLocation,
    _ body: () async throws -> Void,
) async {
    let error = await #expect(throws: MachineError.self, sourceLocation: sourceLocation) { try await body() }
    #expect(error?.code == code, "\(String(describing: error))", sourceLocation: sourceLocation)
}
