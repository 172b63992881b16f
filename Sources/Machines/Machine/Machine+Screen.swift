import HostSupport
import QAPI
import QMPClient
import QMPCore
public import SystemPackage

extension Machine {
    /// Saves the guest's screen as a PNG file.
    ///
    /// - Throws: ``MachineError`` with code `invalidDescription` if the guest has no screen.
    public func takeScreenshot(at path: FilePath) async throws(MachineError) {
        guard description.hasScreen else {
            throw error(.invalidDescription, "no screen to take a screenshot of; start it with one")
        }
        try await reporting { () throws(QMPError) in
            try await qmp.screendump(filename: path.absolute.string, device: "screen0", format: .png)
        }
    }

    /// Presses keys together, as in `["ctrl", "alt", "f2"]` in QEMU's names, and releases them.
    public func sendKeys(_ keys: [String]) async throws(MachineError) {
        try await reporting { () throws(QMPError) in
            try await qmp.sendKey(keys: keys.map { .qcode(data: QKeyCode(rawValue: $0)) })
        }
    }
}
