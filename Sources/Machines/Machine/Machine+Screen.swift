import HostSupport
import QMPClient
public import SystemPackage
import WireJSON

extension Machine {
    /// Saves the guest's screen as a PNG file.
    ///
    /// - Throws: ``MachineError`` with code `invalidDescription` if the guest has no screen.
    public func takeScreenshot(at path: FilePath) async throws(MachineError) {
        guard description.hasScreen else {
            throw error(.invalidDescription, "no screen to take a screenshot of; start it with one")
        }
        _ = try await command(
            "screendump",
            ["filename": .string(path.absolute.string), "device": "screen0", "format": "png"],
        )
    }

    /// Presses keys together, as in `["ctrl", "alt", "f2"]` in QEMU's names, and releases them.
    public func sendKeys(_ keys: [String]) async throws(MachineError) {
        let codes: [JSON] = keys.map { ["type": "qcode", "data": .string($0)] }
        _ = try await command("send-key", ["keys": .array(codes)])
    }
}
